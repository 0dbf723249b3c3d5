/**
 * The worker's log. Each line is one object, which the platform indexes by its fields. `msg` is a constant text; what
 * varies is in fields of its own (`site`, `scope`, `reason`, `error` …), so that lines can be counted and filtered.
 * Fields never contain tokens, tickets, dialed numbers or callers' names.
 */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** For what the worker recovers from by itself. */
export function logWarning(msg: string, fields: LogFields): void {
  console.warn({ level: "warn", msg, ...fields });
}

/** For a defect, or for something that an operator must correct or know of. */
export function logError(msg: string, fields: LogFields): void {
  console.error({ level: "error", msg, ...fields });
}
