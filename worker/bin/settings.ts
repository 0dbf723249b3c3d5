/**
 * The settings of the command-line tools: the environment goes before `.dev.vars`, the file in which `wrangler dev`
 * expects secrets. Messages never contain a secret. Pure.
 */
import { parseEnv } from "node:util";
import { parseSecrets } from "@pbxis/shared";

/** `vars`: settings that are passed to the worker unchecked, because the worker checks them itself. */
export type Settings = Readonly<{
  secret: string | null;
  jwksUrl: string | null;
  vars: Readonly<Record<string, string>>;
}>;
export type Result<Value> = Readonly<{ ok: true; value: Value }> | Readonly<{ ok: false; message: string }>;

const uncheckedVars = [
  "PBXIS_ISSUER",
  "PBXIS_AUDIENCE",
  "PBXIS_TOKEN_EXP",
  "PBXIS_COMPAT_SITE",
  "PBXIS_COMPAT_TOKEN",
  "PBXIS_COMPAT_ORIGINS",
  "PBXIS_LOG_HOURS",
  "PBXIS_CALLS_DAYS",
  "PBXIS_OBJECT_CLIENTS",
  "PBXIS_WEBHOOK_LOCAL",
];

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

/** The secret that signs: the first of `PBXIS_SECRET`. */
export function checkSecret(secret: string | null): Result<string> {
  if (secret === null)
    return { ok: false, message: `PBXIS_SECRET is neither in the environment nor in .dev.vars. ${howToCreate}` };
  const parsed = parseSecrets(secret);
  const [signing] = parsed.ok ? parsed.secrets : [];
  if (signing !== undefined) return { ok: true, value: signing };
  return { ok: false, message: `${parsed.ok ? "PBXIS_SECRET is empty" : parsed.message}. ${howToCreate}` };
}

/** A worker needs a secret or a key set: without a secret of its own it can still accept tokens of another issuer. */
export function checkKeys(settings: Settings): Result<Settings> {
  const { jwksUrl, vars } = settings;
  const unset = ["PBXIS_ISSUER", "PBXIS_AUDIENCE"].find((name) => jwksUrl !== null && vars[name] === undefined);
  if (unset) return { ok: false, message: `PBXIS_JWKS_URL needs ${unset}: what its tokens claim, or any` };
  if (settings.secret === null && jwksUrl !== null) return { ok: true, value: settings };
  const secret = checkSecret(settings.secret);
  return secret.ok ? { ok: true, value: settings } : secret;
}
