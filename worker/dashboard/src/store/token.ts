/**
 * The client's token and its claims. The claims are decoded without a check of the signature: the worker alone decides
 * what a token grants. The page uses them to hide buttons that would be refused. Pure; storage is passed in.
 */

/** What a token grants (PROTOCOL.md, section 7). `expiresAt` in ms since 1970; null if the token never expires. */
export type TokenClaims = Readonly<{
  sites: readonly string[];
  agents: readonly string[];
  queues: readonly string[];
  commands: readonly string[];
  expiresAt: number | null;
}>;

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
  if (!read) return { ok: false, problem: "This token names no site, or it is not a client token." };
  if (read.expiresAt !== null && read.expiresAt <= now)
    return {
      ok: false,
      problem: `This token expired on ${new Date(read.expiresAt).toLocaleString()}. Ask for a new one.`,
    };
  return { ok: true, claims: read };
}

/** Undefined if the text is not a client token. */
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

/**
 * The token of `#token=…`, which is also stored for this tab, or else the stored one. The caller removes the token from
 * the address.
 */
export function takeToken(hash: string, storage: Pick<Storage, "getItem" | "setItem">): string | null {
  const given = tokenIn(hash);
  if (given) storage.setItem(key, given);
  return given ?? storage.getItem(key);
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
