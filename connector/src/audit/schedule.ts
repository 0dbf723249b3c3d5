/**
 * Repeats an action at intervals that vary a little at random, so that many connectors do not audit in the same minute.
 */
import type { SetTimer } from "../util/clock.ts";

/** An interval is longer or shorter by up to this fraction. */
export const jitter = 0.1;

/** `random` returns 0 to 1, like Math.random. The returned function ends the repetition. */
export function repeat(intervalMs: number, random: () => number, setTimer: SetTimer, act: () => void): () => void {
  const next = () =>
    setTimer(intervalMs * (1 - jitter + 2 * jitter * random()), () => {
      stop = next();
      act();
    });
  let stop = next();
  return () => stop();
}
