/** Signed tokens (PROTOCOL.md, section 7). */
import type { Claims } from "@pbxis/shared";
import { SignJWT } from "jose";

/** The default secret of the workers that tests start. */
export const testSecret = "a secret for tests only, long enough for HS256";

export type TokenOptions = Partial<Omit<Claims, "exp">> &
  Readonly<{ sub?: string; jti?: string; expiresInSeconds?: number; secret?: string }>;

/** By default a client's token for everything at site `hq` that expires in an hour. */
export async function mintToken(options: TokenOptions = {}): Promise<string> {
  const { expiresInSeconds = 3_600, secret = testSecret, ...claims } = options;
  const all = claims.sites ? {} : { site: "hq", agents: ["*"], queues: ["*"], commands: ["*"] };
  return await new SignJWT({ ...all, role: "client", ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInSeconds)
    .sign(new TextEncoder().encode(secret));
}
