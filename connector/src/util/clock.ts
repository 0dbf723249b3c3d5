/** The steady clock and timers. Shells use them, and pass them to the parts that have neither. */

/** Calls `run` after `ms`, unless the function that it returns is called first. */
export type SetTimer = (ms: number, run: () => void) => () => void;

export const setTimer: SetTimer = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

let start: number | undefined;

/**
 * Milliseconds since 1970 by this machine's clock when it was first asked, counted on by the steady clock. All times of
 * the model are on it, so that one that was noted before the clock was set fits one that was noted after it. The uplink
 * corrects them all by one number where the machine's clock was wrong (site-clock.ts).
 */
export function processNow(): number {
  return onProcessClock(steadyNow());
}

/** The time on that clock at `steady` (`steadyNow`). */
export function onProcessClock(steady: number): number {
  start ??= Date.now() - steadyNow();
  return Math.round(start + steady);
}

/** Milliseconds of a clock that does not jump when the wall clock is set. Intervals and deadlines use it. */
export function steadyNow(): number {
  return performance.now();
}
