/** Tokens as a deployment would issue them, for tests. */
import { SignJWT } from "jose";

export const testSecret = "test-secret-of-at-least-32-bytes!!";

export type TestClaims = Readonly<{
  site?: string | string[];
  role?: string;
  agents?: readonly string[];
  queues?: readonly string[];
  commands?: readonly string[];
  exp?: number;
  sub?: string;
  jti?: string;
}>;

/** By default a client's token for everything of site `hq`, without commands. */
export function signToken(claims: TestClaims = {}, secret = testSecret): Promise<string> {
  return new SignJWT({ site: "hq", role: "client", agents: ["*"], queues: ["*"], ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(secret));
}
