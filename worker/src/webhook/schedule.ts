/** When a message that was not taken is sent again (AP14). Pure. */

const seconds = 1_000;
const minutes = 60 * seconds;
const hours = 60 * minutes;

/** After the first failure, the second and so on. */
const pausesMs = [
  5 * seconds,
  30 * seconds,
  2 * minutes,
  10 * minutes,
  30 * minutes,
  1 * hours,
  2 * hours,
  5 * hours,
  10 * hours,
] as const;

/** The first try and the repeated ones. After the last the message is a dead letter. */
export const maxTries = pausesMs.length + 1;

/** A receiver may ask for a longer pause, up to this. */
const maxRetryAfterMs = 1 * hours;

/**
 * When to send again, in ms, after `failures` in a row, of which there are fewer than `maxTries`. `random` in [0, 1)
 * spreads it by a fifth.
 */
export function retryAt(failures: number, retryAfterMs: number | null, now: number, random: number): number {
  const pause = pausesMs[Math.min(failures, pausesMs.length) - 1] ?? pausesMs[0];
  return now + Math.round(Math.max(pause * (0.8 + 0.4 * random), Math.min(retryAfterMs ?? 0, maxRetryAfterMs)));
}

/** `Retry-After` in ms: seconds, or a date. Null if it is absent or neither. */
export function parseRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * seconds;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
