/** How long a site keeps what (section 9 of PROTOCOL.md), and when that is over. Pure. */

/** CM12. */
export const commandsKeptMs = 24 * 3_600_000;

/** EV18, EV19: sums by interval. */
export const statisticsKeptMs = 35 * 24 * 3_600_000;

const defaultLogHours = 48;
/** A year. Who wants to keep events for longer should not keep them in a log. */
const maxLogHours = 8_760;
/** 3.6 s. */
const minLogHours = 0.001;

export type LogRetention = Readonly<{ ok: true; keptMs: number }> | Readonly<{ ok: false; message: string }>;

/** The setting `PBXIS_LOG_HOURS`. */
export function logRetention({ PBXIS_LOG_HOURS: text }: Readonly<{ PBXIS_LOG_HOURS?: string }>): LogRetention {
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
