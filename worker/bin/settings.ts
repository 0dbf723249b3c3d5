/**
 * The worker's settings on this machine: the environment goes before `.dev.vars`, the file that `wrangler dev` has for secrets.
 * Secrets are never part of a message.
 */
import { parseEnv } from "node:util";
import { minSecretBytes } from "@pbxis/shared";

/** `vars`: settings without a check of ours, for the worker has one (AP8). */
export type Settings = Readonly<{
  secret: string | null;
  jwksUrl: string | null;
  vars: Readonly<Record<string, string>>;
}>;
export type Result<Value> = Readonly<{ ok: true; value: Value }> | Readonly<{ ok: false; message: string }>;

const passedVars = ["PBXIS_COMPAT_SITE", "PBXIS_COMPAT_TOKEN"];

const howToMakeOne = `Make one, and keep it out of version control:
  echo "PBXIS_SECRET=$(openssl rand -hex 32)" >> .dev.vars`;

/** `devVars` is the content of `.dev.vars`, or undefined where there is none. An empty value counts as absent. */
export function readSettings(env: Readonly<Record<string, string | undefined>>, devVars: string | undefined): Settings {
  const file = devVars === undefined ? {} : parseEnv(devVars);
  return {
    secret: env.PBXIS_SECRET || file.PBXIS_SECRET || null,
    jwksUrl: env.PBXIS_JWKS_URL || file.PBXIS_JWKS_URL || null,
    vars: Object.fromEntries(
      passedVars.flatMap((name) => {
        const value = env[name] || file[name];
        return value ? [[name, value]] : [];
      }),
    ),
  };
}

export function checkSecret(secret: string | null): Result<string> {
  if (secret === null)
    return { ok: false, message: `PBXIS_SECRET is neither in the environment nor in .dev.vars. ${howToMakeOne}` };
  if (new TextEncoder().encode(secret).length < minSecretBytes)
    return { ok: false, message: `PBXIS_SECRET must have at least ${minSecretBytes} bytes. ${howToMakeOne}` };
  return { ok: true, value: secret };
}

/** A worker without a secret of its own can still trust tokens that somebody else signs. */
export function checkKeys(settings: Settings): Result<Settings> {
  if (settings.secret === null && settings.jwksUrl !== null) return { ok: true, value: settings };
  const secret = checkSecret(settings.secret);
  return secret.ok ? { ok: true, value: settings } : secret;
}
