/** Wakes the pipeline when something that it holds back is due and no bytes of AMI cause a tick before. */
import type { SetTimer } from "../util/clock.ts";

type SchedulerOptions = Readonly<{
  /** The steady clock, in ms. */
  now: () => number;
  setTimer: SetTimer;
  onDue: () => void;
}>;

export type Scheduler = Readonly<{
  /** Calls `onDue` at `dueAt` (steady clock), or earlier. */
  wakeBy: (dueAt: number | undefined) => void;
  stop: () => void;
}>;

export function createScheduler({ now, setTimer, onDue }: SchedulerOptions): Scheduler {
  let cancel = () => {};
  let wakesAt = Number.POSITIVE_INFINITY;

  function wake(): void {
    wakesAt = Number.POSITIVE_INFINITY;
    onDue();
  }

  return {
    // A timer is never moved to a later time: waking too early is cheaper than a new timer for each chunk of bytes.
    wakeBy: (dueAt) => {
      if (dueAt === undefined || dueAt >= wakesAt) return;
      cancel();
      wakesAt = dueAt;
      cancel = setTimer(Math.max(0, dueAt - now()), wake);
    },
    stop: () => cancel(),
  };
}
