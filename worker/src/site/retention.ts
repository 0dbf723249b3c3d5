/** How long a site keeps what (section 9 of PROTOCOL.md), and when that is over. Pure. */

const dayMs = 24 * 3_600_000;

/** CM12. */
export const commandsKeptMs = dayMs;

/** EV18, EV19: sums by interval. */
export const statisticsKeptMs = 35 * 24 * 3_600_000;

const defaultLogHours = 48;
/** A year. Who wants to keep events for longer should not keep them in a log. */
const maxLogHours = 8_760;
/** 3.6 s. */
const minLogHours = 0.001;

export type Retention = Readonly<{ ok: true; keptMs: number }> | Readonly<{ ok: false; message: string }>;

/** The setting `PBXIS_LOG_HOURS`. */
export function logRetention({ PBXIS_LOG_HOURS: text }: Readonly<{ PBXIS_LOG_HOURS?: string }>): Retention {
  const hours = text ? Number(/^\d{1,9}(?:\.\d{1,9})?$/.exec(text.trim())?.[0] ?? Number.NaN) : defaultLogHours;
  if (hours >= minLogHours && hours <= maxLogHours) return { ok: true, keptMs: hours * 3_600_000 };
  return { ok: false, message: `PBXIS_LOG_HOURS must be a number of hours from ${minLogHours} to ${maxLogHours}` };
}

export const defaultLogKeptMs = defaultLogHours * 3_600_000;

const maxSlackMs = 600_000;

/**
 * When to delete what is kept for `keptMs` and began at `since` (ms): a little late, so that an alarm deletes the rows
 * of ten minutes at once and not one. Null if there is nothing to delete.
 */
export function expiryOf(since: number | null, keptMs: number): number | null {
  return since === null ? null : since + keptMs + Math.min(maxSlackMs, keptMs / 10);
}

export function isDue(dueAt: number | null, now: number): boolean {
  return dueAt !== null && dueAt <= now;
}

const defaultCallsDays = 35;
/** A year. */
const maxCallsDays = 366;

/** The setting `PBXIS_CALLS_DAYS`: 0 stores no calls. */
export function callsRetention({ PBXIS_CALLS_DAYS: text }: Readonly<{ PBXIS_CALLS_DAYS?: string }>): Retention {
  const days = text ? Number(/^\d{1,3}(?:\.\d{1,9})?$/.exec(text.trim())?.[0] ?? Number.NaN) : defaultCallsDays;
  if (days >= 0 && days <= maxCallsDays) return { ok: true, keptMs: days * dayMs };
  return { ok: false, message: `PBXIS_CALLS_DAYS must be a number of days from 0 to ${maxCallsDays}` };
}

export const defaultCallsKeptMs = defaultCallsDays * dayMs;

/** In ms. */
export type KeptTimes = Readonly<{ logMs: number; callsMs: number }>;

/** No request reaches a site whose settings are wrong, but its alarm does, and then the defaults count. */
export function keptTimes(env: Parameters<typeof logRetention>[0] & Parameters<typeof callsRetention>[0]): KeptTimes {
  const [log, calls] = [logRetention(env), callsRetention(env)];
  return { logMs: log.ok ? log.keptMs : defaultLogKeptMs, callsMs: calls.ok ? calls.keptMs : defaultCallsKeptMs };
}
