/** Full-jitter exponential back-off, as a pure function of the number of attempts and one random number. */
export type Backoff = Readonly<{ baseMs: number; maxMs: number; stableMs: number }>;

/**
 * How long to wait before attempt `attempt` (0 is the first repetition): anywhere up to the doubled ceiling, so that many
 * who lost their links at once do not come back at once. `random` is in [0, 1).
 */
export function backoffDelayMs(backoff: Backoff, attempt: number, random: number): number {
  const ceiling = Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(attempt, 30));
  return Math.floor(random * ceiling);
}
