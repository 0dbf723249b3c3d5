/** The steady clock and timers. Shells use them, and pass them to the parts that have neither. */

/** Calls `run` after `ms`, unless the function that it returns is called first. */
export type SetTimer = (ms: number, run: () => void) => () => void;

export const setTimer: SetTimer = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** Milliseconds of a clock that does not jump when the wall clock is set. Intervals and deadlines use it. */
export function steadyNow(): number {
  return performance.now();
}
