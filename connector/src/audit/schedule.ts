/** Something done again and again, at intervals that chance makes a little longer or shorter, lest many connectors ask at the same minute. */
import type { SetTimer } from "../util/clock.ts";

/** An interval is longer or shorter by up to this part. */
export const jitter = 0.1;

/** Gives what ends it. */
export function repeat(intervalMs: number, random: () => number, setTimer: SetTimer, act: () => void): () => void {
  const next = () =>
    setTimer(intervalMs * (1 - jitter + 2 * jitter * random()), () => {
      stop = next();
      act();
    });
  let stop = next();
  return () => stop();
}
