/**
 * Exponential back-off with full jitter. All fields in ms: the delay's ceiling starts at `baseMs` and doubles with each
 * attempt up to `maxMs`. A connection that lasted `stableMs` resets the number of attempts.
 */
export type Backoff = Readonly<{ baseMs: number; maxMs: number; stableMs: number }>;

/**
 * The delay in ms before a retry; `attempt` is 0 for the first one. `random` is in [0, 1): the delay lies anywhere
 * between 0 and the ceiling, so that many clients that lost their connections at once do not all return at once.
 */
export function backoffDelayMs(backoff: Backoff, attempt: number, random: number): number {
  const ceiling = Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(attempt, 30));
  return Math.floor(random * ceiling);
}
