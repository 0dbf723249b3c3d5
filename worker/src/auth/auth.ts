/**
 * Token verification (section 7 of PROTOCOL.md): a bearer JWT becomes the grant for one site, or a refusal. This file
 * knows keys, claims, the site and the role. Whether the grant covers what a request names is checked elsewhere
 * (narrow-filter.ts, permit.ts).
 */
import { Claims, type Grant, minSecretBytes } from "@pbxis/shared";
import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
import { subjectOf } from "./subject.ts";

/** Characters. Longer tokens are refused without being parsed. */
const maxTokenLength = 32 * 1024;
/** How far the issuer's clock may differ from ours. */
const clockToleranceSeconds = 5;

/**
 * The algorithms accepted for keys of `PBXIS_JWKS_URL`. None is symmetric: otherwise anyone could sign a token with the
 * public key as its HMAC secret.
 */
const publicAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519"];

export type Keys = Readonly<{ secret: Uint8Array | null; published: JWTVerifyGetKey | null }>;

export type Refusal = Readonly<{
  ok: false;
  code: "unauthorized" | "forbidden" | "internal" | "unavailable";
  message: string;
}>;
export type Authorised = Readonly<{ ok: true; grant: Grant }> | Refusal;

const published = new Map<string, JWTVerifyGetKey>();

/** The deployment's keys. A missing or weak setting is an `internal` refusal whose message names it. */
export function keysOf(
  env: Readonly<{ PBXIS_SECRET?: string; PBXIS_JWKS_URL?: string }>,
): Readonly<{ ok: true; keys: Keys }> | Refusal {
  const secret = env.PBXIS_SECRET ? new TextEncoder().encode(env.PBXIS_SECRET) : null;
  if (secret && secret.length < minSecretBytes)
    return refuse("internal", `PBXIS_SECRET must have at least ${minSecretBytes} bytes`);
  if (!secret && !env.PBXIS_JWKS_URL)
    return refuse("internal", "the worker has no keys: set PBXIS_SECRET or PBXIS_JWKS_URL");
  return { ok: true, keys: { secret, published: env.PBXIS_JWKS_URL ? publishedKeys(env.PBXIS_JWKS_URL) : null } };
}

/** One key set per URL and isolate, because the set caches the keys that it has fetched. */
function publishedKeys(url: string): JWTVerifyGetKey {
  const known = published.get(url) ?? createRemoteJWKSet(new URL(url));
  published.set(url, known);
  return known;
}

/** A token for another site gets the same answer whether the requested site exists or not. */
export async function authorise(
  keys: Keys,
  token: string | undefined,
  site: string,
  roles: readonly Grant["role"][],
): Promise<Authorised> {
  if (token === undefined) return refuse("unauthorized", "this request needs a bearer token");
  if (token.length > maxTokenLength) return refuse("unauthorized", "the token is too long");
  const verified = await verify(keys, token);
  if (!verified.ok) return verified;
  const parsed = Claims.safeParse(verified.payload);
  if (!parsed.success)
    return refuse("unauthorized", `the token's claims are wrong: ${parsed.error.issues[0]?.path.join(".")}`);
  const { site: sites, role: granted, exp, ...lists } = parsed.data;
  if (!(Array.isArray(sites) ? sites : [sites]).includes(site))
    return refuse("forbidden", "the token is for another site");
  if (!roles.includes(granted))
    return refuse("forbidden", `this request needs a token with the role ${roles.join(" or ")}`);
  const subject = await subjectOf(verified.payload, token);
  return { ok: true, grant: { subject, role: granted, ...lists, expiresAt: endOf(exp) } };
}

/**
 * Seconds since 1970, in the year 2255. Durable Object alarms reach only to 2262, so a token that expires later than
 * this counts as one that never expires.
 */
const farthestAlarm = 9e9;

function endOf(exp: number | undefined): number | null {
  return exp === undefined || exp > farthestAlarm ? null : exp * 1000;
}

async function verify(keys: Keys, token: string): Promise<Readonly<{ ok: true; payload: unknown }> | Refusal> {
  try {
    const { alg } = decodeProtectedHeader(token);
    const options = { clockTolerance: clockToleranceSeconds };
    if (alg === "HS256" && keys.secret) {
      const { payload } = await jwtVerify(token, keys.secret, { ...options, algorithms: ["HS256"] });
      return { ok: true, payload };
    }
    if (keys.published && alg !== undefined && publicAlgorithms.includes(alg)) {
      const { payload } = await verifyPublished(token, keys.published, { ...options, algorithms: publicAlgorithms });
      return { ok: true, payload };
    }
    return refuse("unauthorized", "the token's signature algorithm is not accepted");
  } catch (error) {
    return refusalOf(error);
  }
}

/** A token without a `kid` may be signed with any published key of its algorithm: each of them is tried. */
async function verifyPublished(token: string, published: JWTVerifyGetKey, options: JWTVerifyOptions) {
  try {
    return await jwtVerify(token, published, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return await jwtVerify(token, key, options);
      } catch (refusal) {
        if (!(refusal instanceof errors.JWSSignatureVerificationFailed)) throw refusal;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/**
 * Errors of the token are `unauthorized`; anything else means that the keys could not be fetched, which is
 * `unavailable`.
 */
function refusalOf(error: unknown): Refusal {
  if (error instanceof errors.JWTExpired) return refuse("unauthorized", "the token has expired");
  if (error instanceof errors.JWKSNoMatchingKey)
    return refuse("unauthorized", "the token is signed with an unknown key");
  const isTokenError =
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof TypeError;
  if (isTokenError) return refuse("unauthorized", "the token is malformed or its signature is wrong");
  return refuse("unavailable", "the keys of the token's issuer cannot be fetched");
}

function refuse(code: Refusal["code"], message: string): Refusal {
  return { ok: false, code, message };
}
