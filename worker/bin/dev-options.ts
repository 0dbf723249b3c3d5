/** `pnpm worker`: parses the command line and plans the arguments and environment of `wrangler dev`. Pure. */
import { devNull } from "node:os";
import { parseArgs } from "node:util";
import { checkKeys, type Result, type Settings } from "./settings.ts";

export const devHelp = `Runs the worker on this machine. It listens on the loopback interface only.

  pnpm worker --port 8787

  --port N      port to listen on (default 8787; 0 lets the system choose)
  --state DIR   folder of the Durable Objects' data (default .wrangler/state); for one worker
                at a time
  --help        prints this text

Settings are read from the environment, and otherwise from .dev.vars:

  PBXIS_SECRET         signs tokens; at least 32 bytes. Two with a comma between them: the
                       first signs, and tokens of both are accepted
  PBXIS_JWKS_URL       keys of an issuer of tokens; needed if there is no PBXIS_SECRET
  PBXIS_ISSUER         the "iss" of that issuer's tokens, or "any"; needed with PBXIS_JWKS_URL
  PBXIS_AUDIENCE       their "aud", or "any"; needed with PBXIS_JWKS_URL
  PBXIS_TOKEN_EXP      "optional" accepts clients' tokens that never end
  PBXIS_LOG_HOURS      how many hours a site keeps events (default 48)
  PBXIS_CALLS_DAYS     how many days it keeps its list of queue calls (default 35; 0 for none)
  PBXIS_OBJECT_CLIENTS how many clients one object serves before the next one does (default 1000)
  PBXIS_WEBHOOK_LOCAL  "1" lets webhooks send to http://127.0.0.1, for development
  PBXIS_COMPAT_SITE    the site that pages written for pbxis-ws see at the root
  PBXIS_COMPAT_TOKEN   "required" makes those pages send a token; with "open" everyone who can
                       reach the worker can see that site and send it commands
  PBXIS_COMPAT_ORIGINS origins of pages besides the worker's own, with commas
`;

/** `state` is the folder of the Durable Objects' data. */
export type DevOptions = Readonly<{ port: number; state: string }>;
export type DevCommand = Readonly<{ kind: "help" }> | Readonly<{ kind: "run" } & DevOptions>;

export function parseDevCommand(argv: readonly string[]): Result<DevCommand> {
  try {
    const { values } = parseArgs({
      args: argv[0] === "--" ? argv.slice(1) : [...argv],
      options: {
        port: { type: "string", default: "8787" },
        state: { type: "string", default: ".wrangler/state" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return { ok: true, value: { kind: "help" } };
    const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Number.NaN;
    if (!(port <= 65_535)) return { ok: false, message: "--port must be a number from 0 to 65535" };
    return { ok: true, value: { kind: "run", port, state: values.state } };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

export type Launch = Readonly<{ args: readonly string[]; env: Readonly<Record<string, string>> }>;

/**
 * The variables of the environment that wrangler needs. The local worker can read all that it gets, so it gets no more.
 */
const inheritedVars = ["PATH", "HOME", "USERPROFILE", "SystemRoot", "TMPDIR", "TEMP", "LANG", "NODE_EXTRA_CA_CERTS"];

/**
 * The settings are passed in the child's environment, because a command line is visible to other users. The empty
 * `--env-file` keeps wrangler from reading `.dev.vars` itself, which would give the file precedence over the
 * environment.
 */
export function planLaunch(
  { port, state }: DevOptions,
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
): Result<Launch> {
  const keys = checkKeys(settings);
  if (!keys.ok) return keys;
  const inherited = inheritedVars.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  return {
    ok: true,
    value: {
      args: ["dev", "--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0", "--log-level", "warn"].concat(
        "--show-interactive-dev-session=false",
        "--persist-to",
        state,
        "--env-file",
        devNull,
      ),
      env: {
        ...Object.fromEntries(inherited),
        ...(settings.secret === null ? {} : { PBXIS_SECRET: settings.secret }),
        ...(settings.jwksUrl === null ? {} : { PBXIS_JWKS_URL: settings.jwksUrl }),
        ...settings.vars,
        CLOUDFLARE_INCLUDE_PROCESS_ENV: "true",
        CLOUDFLARE_CF_FETCH_ENABLED: "false",
        WRANGLER_SEND_METRICS: "false",
        // Otherwise every request's URL, with its ticket and its dialed number, is kept in a file.
        X_LOCAL_OBSERVABILITY: "false",
        // Otherwise the worker serves a page that shows the objects' storage to everyone who can reach it.
        X_LOCAL_EXPLORER: "false",
        WRANGLER_HIDE_BANNER: "true",
      },
    },
  };
}

/** The URL of wrangler's `DEV_SERVER_READY` message to its parent process; undefined for any other message. */
export function parseReady(message: unknown): string | undefined {
  if (typeof message !== "string") return undefined;
  try {
    const parsed: unknown = JSON.parse(message);
    if (typeof parsed !== "object" || parsed === null || Reflect.get(parsed, "event") !== "DEV_SERVER_READY")
      return undefined;
    return `http://${Reflect.get(parsed, "ip")}:${Reflect.get(parsed, "port")}`;
  } catch {
    return undefined;
  }
}
