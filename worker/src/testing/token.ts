/** Tokens as a deployment would issue them, for tests. */
import { type JWTPayload, SignJWT } from "jose";

export const testSecret = "test-secret-of-at-least-32-bytes!!";

export type TestClaims = Readonly<{
  sub?: string;
  iss?: string;
  aud?: string | readonly string[];
  nbf?: unknown;
  site?: string | string[];
  sites?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  role?: string;
  agents?: readonly string[];
  queues?: readonly string[];
  commands?: readonly string[];
  callers?: unknown;
  jti?: string;
  iat?: unknown;
  exp?: unknown;
}>;

/** By default a client's token for everything of site `hq`, without commands, for an hour. */
export function signToken(claims: TestClaims = {}, secret = testSecret): Promise<string> {
  const everything = claims.sites ? {} : { site: "hq", agents: ["*"], queues: ["*"] };
  return new SignJWT({ ...everything, role: "client", exp: inAnHour(), ...claims } as JWTPayload)
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(secret));
}

/** Whole seconds: an end of its own would make a token of each call. */
function inAnHour(): number {
  return Math.ceil(Date.now() / 3_600_000) * 3_600 + 3_600;
}
