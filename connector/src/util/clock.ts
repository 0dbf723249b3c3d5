/** Timers and the steady clock, as the shells give them to the parts that have neither. */

/** Gives what calls it off. */
export type SetTimer = (ms: number, run: () => void) => () => void;

export const setTimer: SetTimer = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** In ms; does not jump when the wall clock is set. */
export function steadyNow(): number {
  return performance.now();
}
