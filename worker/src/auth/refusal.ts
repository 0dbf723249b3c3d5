/** Why a token is refused. The message is for the client's developer and contains neither a secret nor the token. */
export type Refusal = Readonly<{
  ok: false;
  code: "unauthorized" | "forbidden" | "internal" | "unavailable";
  message: string;
  /** Seconds after which the same request may succeed, if that is known. */
  retryAfter?: number;
  /** Further fields of `error`, such as the sites that the token is not for. */
  details?: Readonly<Record<string, unknown>>;
}>;

export function refuse(code: Refusal["code"], message: string): Refusal {
  return { ok: false, code, message };
}

/** `endedAt` in ms since 1970. */
export function expired(endedAt: number): Refusal {
  const end = new Date(endedAt);
  const at = Number.isNaN(end.getTime()) ? "" : `: it ended at ${end.toISOString()}`;
  return refuse("unauthorized", `the token has expired${at}`);
}

export const revokedText = "the token has been revoked";
