/** `pnpm run token`: parses the command line into the claims of a token. Pure. */
import { parseArgs } from "node:util";
import { Claims, Command, plainIssue } from "@pbxis/shared";
import type { Result } from "./settings.ts";

export const tokenHelp = `Prints a token for pbxis-edge, signed with the deployment's PBXIS_SECRET.

  pnpm run token --site hq --role connector
  pnpm run token --site hq --queues support,sales --agents '*' --ttl 30d

  --site NAMES      the site or sites, separated by commas (required, or --sites)
  --sites JSON      in place of --site and the lists below, what the token grants at each site:
                    '{"hq":{"agents":["*"],"queues":["*"],"commands":[],"callers":true},"north":{"queues":["sales"]}}'
  --role ROLE       client (default), connector, operator (the site's status and counters only), or
                    admin (erases callers, deletes the site, revokes tokens, and reads nothing)
  --queues NAMES    queues that the token grants, separated by commas, or '*' for all
  --agents NAMES    agents that the token grants, separated by commas, or '*' for all
  --commands TYPES  commands that the token grants, such as originate,hangup, or '*' for all
  --callers         the token shows the numbers and names of callers who waited
  --sub NAME        whose token it is: limits of commands, and idempotency keys, count for each NAME
                    (default: for each token)
  --ttl TIME        lifetime: a number and s, m, h or d, such as 90s, 12h, 30d
                    (default 24h; a connector's token does not expire by default)
  --secret SECRET   signing secret (default: PBXIS_SECRET from the environment or .dev.vars);
                    other users of this machine can see a command line
  --help            prints this text

Lists may be repeated. Each token has a jti of its own, by which an admin can revoke it. Only the token is written to standard output.
`;

export type TokenRequest = Readonly<{ claims: Claims & Readonly<{ sub?: string }>; secret: string | null }>;
export type TokenCommand = Readonly<{ kind: "help" }> | (Readonly<{ kind: "print" }> & TokenRequest);

const secondsPer = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const clientTtlSeconds = 86_400;
const maxTtlSeconds = 10 * 366 * 86_400;

/** `now` in ms since 1970. */
export function parseTokenCommand(argv: readonly string[], now: number): Result<TokenCommand> {
  const values = parseOptions(argv);
  if (!values.ok) return values;
  if (values.value.help) return { ok: true, value: { kind: "help" } };
  const { site, sites, role = "client", sub, ttl, secret = null } = values.value;
  const named = names(site);
  if (named.length === 0 && sites === undefined) return { ok: false, message: "--site is required, or --sites" };
  const grants = sites === undefined ? undefined : parseJson(sites);
  if (grants === null) return { ok: false, message: "--sites must be JSON" };
  const seconds = ttlSeconds(ttl, role);
  if (!seconds.ok) return seconds;
  const wanted = {
    ...(named.length > 0 && { site: named.length === 1 ? named[0] : named }),
    ...(grants !== undefined && { sites: grants }),
    role,
    agents: names(values.value.agents),
    queues: names(values.value.queues),
    commands: names(values.value.commands),
    callers: values.value.callers ?? false,
    ...(seconds.value === null ? {} : { exp: Math.floor(now / 1000) + seconds.value }),
  };
  const claims = Claims.safeParse(wanted, { error: plainIssue });
  if (!claims.success) return { ok: false, message: claimMessage(claims.error.issues) };
  const odd = commandsOf(claims.data).find((name) => name !== "*" && !commandTypes.has(name));
  if (odd !== undefined)
    return { ok: false, message: `--commands: there is no command ${odd}; there are ${[...commandTypes].join(", ")}` };
  return { ok: true, value: { kind: "print", claims: { ...claims.data, ...(sub && { sub }) }, secret } };
}

/** A worker takes any name, because a newer one may know it. Whoever types one here has mistyped it. */
const commandTypes: ReadonlySet<unknown> = new Set(Command.options.map((option) => option.shape.type.value));

function commandsOf({ commands, sites = {} }: Claims): string[] {
  return [...commands, ...Object.values(sites).flatMap((lists) => lists.commands)];
}

function parseOptions(argv: readonly string[]) {
  const list = { type: "string", multiple: true } as const;
  const one = { type: "string" } as const;
  const options = {
    site: list,
    sites: one,
    queues: list,
    agents: list,
    commands: list,
    role: one,
    callers: { type: "boolean" },
    sub: one,
    ttl: one,
    secret: one,
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    // pnpm passes on the `--` of `pnpm run token -- --site hq`.
    const args = argv[0] === "--" ? argv.slice(1) : [...argv];
    return { ok: true, value: parseArgs({ args, options }).values } as const;
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) } as const;
  }
}

/** Null if `text` is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function names(lists: readonly string[] = []): string[] {
  return lists.flatMap((list) => list.split(",")).filter((name) => name !== "");
}

function ttlSeconds(ttl: string | undefined, role: string): Result<number | null> {
  if (ttl === undefined) return { ok: true, value: role === "connector" ? null : clientTtlSeconds };
  const match = /^([1-9]\d{0,8})([smhd])$/.exec(ttl);
  const seconds = match ? Number(match[1]) * unitSeconds(match[2]) : Number.POSITIVE_INFINITY;
  if (seconds <= maxTtlSeconds) return { ok: true, value: seconds };
  return { ok: false, message: "--ttl must be a number and s, m, h or d, such as 30d, and at most ten years" };
}

function unitSeconds(unit: string | undefined): number {
  return unit === "s" || unit === "m" || unit === "h" || unit === "d" ? secondsPer[unit] : Number.POSITIVE_INFINITY;
}

function claimMessage(issues: readonly Readonly<{ path: PropertyKey[]; message: string }>[]): string {
  const [issue] = issues;
  const name = String(issue?.path[0] ?? "the claims");
  if (name === "site" && !issue?.message.startsWith("must not"))
    return "--site must be names of 1-63 letters, digits, _ . -";
  if (name === "role") return "--role must be client, connector, operator or admin";
  return `--${issue?.path.join(".") || name}: ${issue?.message ?? "is wrong"}`;
}
