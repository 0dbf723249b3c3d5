/**
 * The client's token and its claims. The claims are decoded without a check of the signature: the worker alone decides
 * what a token grants. The page uses them to hide buttons that would be refused. Pure; storage is passed in.
 */

/** What a token grants (PROTOCOL.md, section 7). `expiresAt` in ms since 1970; null if the token never expires. */
export type TokenClaims = Lists &
  Readonly<{
    sites: readonly string[];
    expiresAt: number | null;
    /** An admin's token: it grants no agents, queues and commands, and has a page of its own (AP14). */
    isAdmin?: true;
    /** What a token grants at each of its sites, if that differs. */
    bySite?: ReadonlyMap<string, Lists>;
  }>;

type Lists = Readonly<{
  agents: readonly string[];
  queues: readonly string[];
  commands: readonly string[];
  /** Whether callers' numbers and names are shown (EV16). */
  callers: boolean;
}>;

/** In place of a site's name: all sites of the token on one page (AP15). No site has this name. */
export const allSites = "*";
/** Sites that one stream may have. */
export const maxSites = 50;

/** `site` may be `allSites`. */
export type SignedIn = Readonly<{ token: string; site: string; claims: TokenClaims }>;

/** The check of a pasted text. `problem` is shown to the user. */
export type TokenCheck = Readonly<{ ok: true; claims: TokenClaims }> | Readonly<{ ok: false; problem: string }>;

const key = "pbxis-token";

export function checkToken(token: string, now: number): TokenCheck {
  const claims = decodeClaims(token);
  if (token === "") return { ok: false, problem: "Paste a token first." };
  if (!claims)
    return { ok: false, problem: "This is not a complete token. A token has three parts separated by dots." };
  if (claims.role === "connector")
    return { ok: false, problem: "This is a connector token. The dashboard needs a client token (role “client”)." };
  const read = readClaims(token);
  if (!read) return { ok: false, problem: "This token names no site, or it is neither a client’s nor an admin’s." };
  if (read.expiresAt !== null && read.expiresAt <= now)
    return {
      ok: false,
      problem: `This token expired on ${new Date(read.expiresAt).toLocaleString()}. Ask for a new one.`,
    };
  return { ok: true, claims: read };
}

/** Undefined if the text is not a client's or an admin's token. */
export function readClaims(token: string): TokenClaims | undefined {
  const claims = decodeClaims(token);
  if (claims?.role !== "client" && claims?.role !== "admin") return undefined;
  const isAdmin = claims.role === "admin";
  const bySite = isObject(claims.sites)
    ? new Map(Object.entries(claims.sites).map(([site, lists]) => [site, listsOf(isObject(lists) ? lists : {})]))
    : undefined;
  const sites = bySite ? [...bySite.keys()] : names([claims.site].flat());
  if (sites.length === 0) return undefined;
  const expiresAt = typeof claims.exp === "number" ? claims.exp * 1000 : null;
  const lists = listsOf(isAdmin ? {} : claims);
  return { sites, ...lists, expiresAt, ...(isAdmin && { isAdmin }), ...(bySite && !isAdmin && { bySite }) };
}

/** What a token grants at one of its sites. */
export function claimsAt(claims: TokenClaims, site: string): TokenClaims {
  return { ...claims, ...claims.bySite?.get(site) };
}

function listsOf({ agents, queues, commands, callers }: Readonly<Record<string, unknown>>): Lists {
  return { agents: names(agents), queues: names(queues), commands: names(commands), callers: callers === true };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function decodeClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parts = token.split(".");
    if (parts.length !== 3) return undefined;
    const part = parts[1] ?? "";
    const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isObject(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

function names(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((name): name is string => typeof name === "string") : [];
}

/**
 * Which token counts for this tab: that of the address (`#token=…`) or the `stored` one. A link does not replace a
 * token that is good: it is `offered` to the user instead.
 */
export function chooseToken(
  given: string | null,
  stored: string | null,
  now: number,
): Readonly<{ token: string | null; offered: string | null }> {
  if (!given || given === stored) return { token: stored, offered: null };
  const isSignedIn = stored !== null && checkToken(stored, now).ok;
  return isSignedIn ? { token: stored, offered: given } : { token: given, offered: null };
}

/** The sites of a token that can be chosen: an admin's page is about one. */
export function siteChoices({ sites, isAdmin }: TokenClaims): readonly string[] {
  return sites.length > 1 && !isAdmin ? [allSites, ...sites] : sites;
}

/** Such as `hq: agents 1001, queues support, all commands`. */
export function grantText(claims: TokenClaims): string {
  if (claims.isAdmin) return `the administration of ${claims.sites.join(", ")}`;
  if (!claims.bySite) return listsText(claims.sites, claims);
  return claims.sites.map((site) => listsText([site], claimsAt(claims, site))).join(". ");
}

function listsText(sites: readonly string[], { agents, queues, commands }: Lists): string {
  const lists = [
    ["agents", agents],
    ["queues", queues],
    ["commands", commands],
  ] as const;
  return `${sites.join(", ")}: ${lists.map(([what, list]) => listText(what, list)).join("; ")}`;
}

/** Names in a text; a longer list is counted. */
const maxNames = 5;

function listText(what: string, list: readonly string[]): string {
  if (list.includes("*")) return `all ${what}`;
  if (list.length === 0) return `no ${what}`;
  return list.length > maxNames ? `${list.length} ${what}` : `${what} ${list.join(", ")}`;
}

export function storedToken(storage: Pick<Storage, "getItem">): string | null {
  return storage.getItem(key);
}

export function tokenIn(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#\/?/, "")).get("token");
}

export function storeToken(token: string, storage: Pick<Storage, "setItem">): void {
  storage.setItem(key, token);
}

export function forgetToken(storage: Pick<Storage, "removeItem">): void {
  storage.removeItem(key);
}

/** Whether the token grants this type of command. */
export function mayCommand({ commands }: TokenClaims, type: string): boolean {
  return commands.includes("*") || commands.includes(type);
}

export function isNameGranted(granted: readonly string[], name: string): boolean {
  return granted.includes("*") || granted.includes(name);
}
