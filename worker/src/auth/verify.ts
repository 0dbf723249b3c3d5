/**
 * Verifies a token's signature, its times, and who issued it for whom. The result is the payload, or a refusal that
 * says which claim is wrong and how.
 */
import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from "jose";
import { type Expected, type Keys, keysCooldownSeconds, type PublishedKeys } from "./keys.ts";
import { expired, type Refusal, refuse } from "./refusal.ts";

/** How far an issuer's clock may be ahead of ours: for `nbf`. */
const clockToleranceSeconds = 60;
/** The same for the end of a token. Less, because an expired token that counts is the greater harm. */
const expiryToleranceSeconds = 5;

/**
 * The algorithms accepted for keys of `PBXIS_JWKS_URL`. None is symmetric: otherwise anyone could sign a token with the
 * public key as its HMAC secret.
 */
const publicAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519"];

type Verified = Readonly<{ ok: true; payload: JWTPayload }>;

/** `now` in ms since 1970. */
export async function verifyToken(keys: Keys, token: string, now: number): Promise<Verified | Refusal> {
  const options = { clockTolerance: clockToleranceSeconds, currentDate: new Date(now) };
  try {
    const { alg, kid = "" } = decodeProtectedHeader(token);
    if (typeof kid !== "string") return malformed;
    if (alg === "HS256" && keys.secrets.length > 0) {
      const payload = await verifyOwn(token, keys.secrets, options);
      return checkExpiry(payload, now) ?? checkParties(payload, keys, false) ?? { ok: true, payload };
    }
    if (keys.published && alg !== undefined && publicAlgorithms.includes(alg)) {
      const unset = unsetParty(keys);
      if (unset) return refuse("internal", unset);
      const { coolingDown = false } = keys.published;
      const payload = await verifyPublished(token, keys.published, options).catch((error) => {
        if (coolingDown && error instanceof errors.JWKSNoMatchingKey) return null;
        throw error;
      });
      if (!payload) return keyNotFetched;
      return checkExpiry(payload, now) ?? checkParties(payload, keys, true) ?? { ok: true, payload };
    }
    return refuse("unauthorized", "the token's signature algorithm is not accepted");
  } catch (error) {
    return refusalOf(error, now);
  }
}

const malformed = refuse("unauthorized", "the token is malformed");

/** The issuer may have a new key since its keys were fetched. */
const keyNotFetched: Refusal = {
  ...refuse("unavailable", "the token's key is not known yet; the issuer's keys are fetched again in a moment"),
  retryAfter: keysCooldownSeconds,
};

async function verifyOwn(
  token: string,
  secrets: readonly Uint8Array[],
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  let refusal: unknown;
  for (const secret of secrets)
    try {
      return (await jwtVerify(token, secret, { ...options, algorithms: ["HS256"] })).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      refusal = error;
    }
  throw refusal;
}

/** A token without a `kid` may be signed with any published key of its algorithm: each of them is tried. */
async function verifyPublished(
  token: string,
  published: PublishedKeys,
  tolerance: JWTVerifyOptions,
): Promise<JWTPayload> {
  const options = { ...tolerance, algorithms: publicAlgorithms };
  try {
    return (await jwtVerify(token, published, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (refusal) {
        if (!(refusal instanceof errors.JWSSignatureVerificationFailed)) throw refusal;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function checkExpiry({ exp }: JWTPayload, now: number): Refusal | undefined {
  return exp !== undefined && exp * 1000 <= now - expiryToleranceSeconds * 1000 ? expired(exp * 1000) : undefined;
}

/**
 * `iss` and `aud`. A key of another issuer signs tokens for other applications too, so there both must be as
 * configured. The secret belongs to this deployment alone: a token that it signs needs neither claim, but one that is
 * there counts.
 */
function checkParties({ iss, aud }: JWTPayload, keys: Keys, isRequired: boolean): Refusal | undefined {
  const parties: readonly [string, unknown, Expected][] = [
    ["iss", iss, keys.issuer],
    ["aud", aud, keys.audience],
  ];
  for (const [claim, value, wanted] of parties) {
    if (wanted.kind !== "text") continue;
    if (value === undefined) {
      if (isRequired) return refuse("unauthorized", `the token has no claim ${claim}`);
    } else if (!(Array.isArray(value) && claim === "aud" ? value : [value]).includes(wanted.text))
      return refuse("unauthorized", `the token's claim ${claim} is not the one that this deployment accepts`);
  }
  return undefined;
}

/** What is not configured although published keys are. */
function unsetParty({ issuer, audience }: Keys): string | undefined {
  for (const [name, claim, { kind }] of [
    ["PBXIS_ISSUER", "iss", issuer],
    ["PBXIS_AUDIENCE", "aud", audience],
  ] as const)
    if (kind === "unset") return `PBXIS_JWKS_URL needs ${name}: the ${claim} of its tokens, or any to accept every one`;
  return undefined;
}

/**
 * Errors of the token are `unauthorized`; anything else means that the keys could not be fetched, which is
 * `unavailable`.
 */
function refusalOf(error: unknown, now: number): Refusal {
  if (error instanceof errors.JWTExpired) return expired(Number(error.payload.exp) * 1000);
  if (error instanceof errors.JWTClaimValidationFailed) return refuse("unauthorized", claimProblem(error, now));
  if (error instanceof errors.JWKSNoMatchingKey)
    return refuse("unauthorized", "the token is signed with an unknown key");
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return refuse("unauthorized", "the token's signature is wrong");
  const isTokenError =
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof TypeError;
  if (isTokenError) return malformed;
  return refuse("unavailable", "the keys of the token's issuer cannot be fetched");
}

function claimProblem({ claim, reason, payload }: errors.JWTClaimValidationFailed, now: number): string {
  if (reason === "invalid") return `the token's claim ${claim} must be a number of seconds since 1970`;
  if (claim !== "nbf") return `the token's claim ${claim} is wrong`;
  const ahead = Math.ceil(Number(payload.nbf) - now / 1000);
  return `the token is not valid yet: its nbf is ${ahead} s ahead of the worker's clock`;
}
