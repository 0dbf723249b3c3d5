/** `pnpm run token`: parses the command line into the claims of a token. Pure. */
import { parseArgs } from "node:util";
import { Claims } from "@pbxis/shared";
import type { Result } from "./settings.ts";

export const tokenHelp = `Prints a token for pbxis-edge, signed with the deployment's PBXIS_SECRET.

  pnpm run token --site hq --role connector
  pnpm run token --site hq --queues support,sales --agents '*' --ttl 30d

  --site NAMES      the site or sites, separated by commas (required)
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
  const { site, role = "client", sub, ttl, secret = null } = values.value;
  const sites = names(site);
  if (sites.length === 0) return { ok: false, message: "--site is required" };
  const seconds = ttlSeconds(ttl, role);
  if (!seconds.ok) return seconds;
  const claims = Claims.safeParse({
    site: sites.length === 1 ? sites[0] : sites,
    role,
    agents: names(values.value.agents),
    queues: names(values.value.queues),
    commands: names(values.value.commands),
    callers: values.value.callers ?? false,
    ...(seconds.value === null ? {} : { exp: Math.floor(now / 1000) + seconds.value }),
  });
  if (!claims.success) return { ok: false, message: claimMessage(claims.error.issues) };
  return { ok: true, value: { kind: "print", claims: { ...claims.data, ...(sub && { sub }) }, secret } };
}

function parseOptions(argv: readonly string[]) {
  const list = { type: "string", multiple: true } as const;
  const one = { type: "string" } as const;
  const options = {
    site: list,
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
  if (name === "site") return "--site must be names of 1-63 letters, digits, _ . -";
  if (name === "role") return "--role must be client, connector, operator or admin";
  return `--${name}: ${issue?.message ?? "is wrong"}`;
}
