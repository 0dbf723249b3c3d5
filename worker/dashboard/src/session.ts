/**
 * Who is signed in: a token, and what it says of itself. The worker alone decides what the token is good for; what is read here only spares
 * people buttons that would be refused. Pure but for the storage that it is given.
 */

/** What a token grants (PROTOCOL.md, section 7). `expiresAt` in ms since 1970, null for never. */
export type TokenClaims = Readonly<{
  sites: readonly string[];
  agents: readonly string[];
  queues: readonly string[];
  commands: readonly string[];
  expiresAt: number | null;
}>;

export type SignedIn = Readonly<{ token: string; site: string; claims: TokenClaims }>;

/** Of a text that somebody pasted. `fault` is for that person. */
export type JudgedToken = Readonly<{ ok: true; claims: TokenClaims }> | Readonly<{ ok: false; fault: string }>;

const key = "pbxis-token";

export function judgeToken(token: string, now: number): JudgedToken {
  const claims = decodeClaims(token);
  if (token === "") return { ok: false, fault: "Paste a token first." };
  if (!claims)
    return { ok: false, fault: "This is no token, or not all of it: a token is three parts with a dot between them." };
  if (claims.role === "connector")
    return { ok: false, fault: "This is a connector's token. The dashboard needs a client's token (role “client”)." };
  const read = readClaims(token);
  if (!read) return { ok: false, fault: "This token names no site, or is not a client's token." };
  if (read.expiresAt !== null && read.expiresAt <= now)
    return { ok: false, fault: `This token ended on ${new Date(read.expiresAt).toLocaleString()}. Ask for a new one.` };
  return { ok: true, claims: read };
}

/** Undefined for a text that is no client's token. */
export function readClaims(token: string): TokenClaims | undefined {
  const claims = decodeClaims(token);
  const sites = names([claims?.site].flat());
  if (claims?.role !== "client" || sites.length === 0) return undefined;
  const { agents, queues, commands, exp } = claims;
  return {
    sites,
    agents: names(agents),
    queues: names(queues),
    commands: names(commands),
    expiresAt: typeof exp === "number" ? exp * 1000 : null,
  };
}

function decodeClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parts = token.split(".");
    if (parts.length !== 3) return undefined;
    const part = parts[1] ?? "";
    const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" && claims !== null ? { ...claims } : undefined;
  } catch {
    return undefined;
  }
}

function names(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((name): name is string => typeof name === "string") : [];
}

/** The token of `#token=…`, which is to vanish from the address at once, else the one that is kept for this tab. */
export function takeToken(hash: string, storage: Pick<Storage, "getItem" | "setItem">): string | null {
  const given = tokenIn(hash);
  if (given) storage.setItem(key, given);
  return given ?? storage.getItem(key);
}

export function tokenIn(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#\/?/, "")).get("token");
}

export function keepToken(token: string, storage: Pick<Storage, "setItem">): void {
  storage.setItem(key, token);
}

export function forgetToken(storage: Pick<Storage, "removeItem">): void {
  storage.removeItem(key);
}

/** Whether buttons for this command are worth showing. */
export function mayCommand({ commands }: TokenClaims, type: string): boolean {
  return commands.includes("*") || commands.includes(type);
}

export function mayName(granted: readonly string[], name: string): boolean {
  return granted.includes("*") || granted.includes(name);
}
