/** The intervals of the statistics: 15 minutes of UTC, which fit into the hours and days of every zone in use. Pure. */

export const intervalMs = 900_000;
/** A day of UTC. */
export const dayMs = 86_400_000;

/** When the interval of `at` began; all times in ms since 1970. */
export function intervalOf(at: number): number {
  return Math.floor(at / intervalMs) * intervalMs;
}

/** The parts of the span from `from` to `to`, by the interval in which each is. None for an empty span. */
export function* partsOf(from: number, to: number): Generator<Readonly<{ start: number; from: number; to: number }>> {
  for (let part = from; part < to; ) {
    const start = intervalOf(part);
    const end = Math.min(start + intervalMs, to);
    yield { start, from: part, to: end };
    part = end;
  }
}
