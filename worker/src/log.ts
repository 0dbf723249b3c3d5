/**
 * The worker's log: one object a line, which the platform indexes by its fields. `msg` is always the same text for the same thing, and what varies
 * is in fields of their own (`site`, `scope`, `reason`, `error` …), so that one can count and filter. Tokens, tickets, numbers that somebody
 * dialed and names of callers are never among them.
 */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Something that the worker gets over by itself. */
export function logWarning(msg: string, fields: LogFields): void {
  console.warn({ level: "warn", msg, ...fields });
}

/** A defect, or a setting that somebody must correct. */
export function logError(msg: string, fields: LogFields): void {
  console.error({ level: "error", msg, ...fields });
}
