/** `pnpm worker`: from the command line and the settings to how `wrangler dev` is started. Pure. */
import { devNull } from "node:os";
import { parseArgs } from "node:util";
import { checkKeys, type Result, type Settings } from "./settings.ts";

export const devHelp = `Runs the worker on this machine, on loopback only.

  pnpm worker --port 8787

  --port N      the port (default 8787; 0 lets the system choose)
  --state DIR   where its state stays (default .wrangler/state)
  --help        this text

PBXIS_SECRET (at least 32 bytes) comes from the environment or from .dev.vars; PBXIS_JWKS_URL likewise.
For pages written for pbxis-ws: PBXIS_COMPAT_SITE names the site that they see at the root,
and PBXIS_COMPAT_TOKEN=required makes them bring a token (without it, whoever reaches the
worker may command that site).
`;

/** `state` is a folder. */
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

/** What of our environment the child needs; all of it becomes visible to the local worker, so it is no more than this. */
const passedOn = ["PATH", "HOME", "USERPROFILE", "SystemRoot", "TMPDIR", "TEMP", "LANG", "NODE_EXTRA_CA_CERTS"];

/**
 * The settings travel by the child's environment: a command line is visible to other users. The empty `--env-file` keeps wrangler from
 * reading `.dev.vars` a second time, which would let the file go before the environment.
 */
export function planLaunch(
  { port, state }: DevOptions,
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
): Result<Launch> {
  const keys = checkKeys(settings);
  if (!keys.ok) return keys;
  const inherited = passedOn.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
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
        WRANGLER_HIDE_BANNER: "true",
      },
    },
  };
}

/** Wrangler tells its parent when it listens. */
export function parseReady(message: unknown): string | undefined {
  if (typeof message !== "string") return undefined;
  try {
    const told: unknown = JSON.parse(message);
    if (typeof told !== "object" || told === null || Reflect.get(told, "event") !== "DEV_SERVER_READY")
      return undefined;
    return `http://${Reflect.get(told, "ip")}:${Reflect.get(told, "port")}`;
  } catch {
    return undefined;
  }
}
