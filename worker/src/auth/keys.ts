/**
 * The deployment's settings for tokens: the secrets that sign its own tokens and its tickets, the published keys of
 * another issuer, and what a token must claim. Messages name the setting and never contain a secret.
 */
import { parseSecrets, type Secrets } from "@pbxis/shared";
import { createRemoteJWKSet, type JWTVerifyGetKey } from "jose";
import { type Refusal, refuse } from "./refusal.ts";

type KeySettings = Readonly<{
  PBXIS_SECRET?: string;
  PBXIS_JWKS_URL?: string;
  PBXIS_ISSUER?: string;
  PBXIS_AUDIENCE?: string;
  PBXIS_TOKEN_EXP?: string;
}>;

/** What `iss` or `aud` must be: this text, or `any`thing because the setting says so, or no setting says. */
export type Expected = Readonly<{ kind: "text"; text: string } | { kind: "any" | "unset" }>;

/** `coolingDown`: the keys were fetched so recently that an unknown one is not looked for. */
export type PublishedKeys = JWTVerifyGetKey & Readonly<{ coolingDown?: boolean }>;

/**
 * `secrets`: the first signs; a token may be signed with any. Empty if only published keys are configured. `needsExp`:
 * a client's token must say when it ends.
 */
export type Keys = Readonly<{
  secrets: readonly Uint8Array[];
  published: PublishedKeys | null;
  issuer: Expected;
  audience: Expected;
  needsExp: boolean;
}>;

/** How often the published keys may be fetched because a token names a key that is not among them. */
export const keysCooldownSeconds = 10;

const published = new Map<string, PublishedKeys>();

/** A missing or weak setting is an `internal` refusal. */
export function keysOf(env: KeySettings): Readonly<{ ok: true; keys: Keys }> | Refusal {
  const { PBXIS_JWKS_URL: url, PBXIS_TOKEN_EXP: exp } = env;
  const parsed = secretsOf(env);
  if (!parsed.ok) return refuse("internal", parsed.message);
  const secrets = parsed.secrets.map((secret) => new TextEncoder().encode(secret));
  if (secrets.length === 0 && !url)
    return refuse("internal", "the worker has no keys: set PBXIS_SECRET or PBXIS_JWKS_URL");
  if (url && !URL.canParse(url)) return refuse("internal", "PBXIS_JWKS_URL is not a URL");
  if (exp && exp !== "required" && exp !== "optional")
    return refuse("internal", "PBXIS_TOKEN_EXP must be required or optional");
  return {
    ok: true,
    keys: {
      secrets,
      published: url ? publishedKeys(url) : null,
      issuer: expected(env.PBXIS_ISSUER),
      audience: expected(env.PBXIS_AUDIENCE),
      needsExp: exp !== "optional",
    },
  };
}

/** None if `PBXIS_SECRET` is not set. */
export function secretsOf({ PBXIS_SECRET: text }: Pick<KeySettings, "PBXIS_SECRET">): Secrets {
  return text ? parseSecrets(text) : { ok: true, secrets: [] };
}

function expected(text: string | undefined): Expected {
  if (!text) return { kind: "unset" };
  return text === "any" ? { kind: "any" } : { kind: "text", text };
}

/** One key set per URL and isolate, because the set caches the keys that it has fetched. */
function publishedKeys(url: string): PublishedKeys {
  const known =
    published.get(url) ?? createRemoteJWKSet(new URL(url), { cooldownDuration: keysCooldownSeconds * 1000 });
  published.set(url, known);
  return known;
}
