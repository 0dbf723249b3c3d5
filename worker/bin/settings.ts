/**
 * The settings of the command-line tools: the environment goes before `.dev.vars`, the file in which `wrangler dev`
 * expects secrets. Messages never contain a secret. Pure.
 */
import { parseEnv } from "node:util";
import { minSecretBytes } from "@pbxis/shared";

/** `vars`: settings that are passed to the worker unchecked, because the worker checks them itself. */
export type Settings = Readonly<{
  secret: string | null;
  jwksUrl: string | null;
  vars: Readonly<Record<string, string>>;
}>;
export type Result<Value> = Readonly<{ ok: true; value: Value }> | Readonly<{ ok: false; message: string }>;

const uncheckedVars = ["PBXIS_COMPAT_SITE", "PBXIS_COMPAT_TOKEN", "PBXIS_LOG_HOURS"];

const howToCreate = `Create one, and keep it out of version control:
  echo "PBXIS_SECRET=$(openssl rand -hex 32)" >> .dev.vars`;

/** `devVars` is the content of `.dev.vars`, undefined if there is no such file. An empty value counts as absent. */
export function readSettings(env: Readonly<Record<string, string | undefined>>, devVars: string | undefined): Settings {
  const file = devVars === undefined ? {} : parseEnv(devVars);
  return {
    secret: env.PBXIS_SECRET || file.PBXIS_SECRET || null,
    jwksUrl: env.PBXIS_JWKS_URL || file.PBXIS_JWKS_URL || null,
    vars: Object.fromEntries(
      uncheckedVars.flatMap((name) => {
        const value = env[name] || file[name];
        return value ? [[name, value]] : [];
      }),
    ),
  };
}

export function checkSecret(secret: string | null): Result<string> {
  if (secret === null)
    return { ok: false, message: `PBXIS_SECRET is neither in the environment nor in .dev.vars. ${howToCreate}` };
  if (new TextEncoder().encode(secret).length < minSecretBytes)
    return { ok: false, message: `PBXIS_SECRET must have at least ${minSecretBytes} bytes. ${howToCreate}` };
  return { ok: true, value: secret };
}

/** A worker needs a secret or a key set: without a secret of its own it can still accept tokens of another issuer. */
export function checkKeys(settings: Settings): Result<Settings> {
  if (settings.secret === null && settings.jwksUrl !== null) return { ok: true, value: settings };
  const secret = checkSecret(settings.secret);
  return secret.ok ? { ok: true, value: settings } : secret;
}
