/**
 * A streaming client's lease on its ticket. How far was delivered is reported while it streams, one report at a time and always the newest,
 * so that a worker that dies has at most told what it was just reporting; without news the lease is renewed now and then.
 */
import type { Cursor } from "@pbxis/shared";
import { renewalIntervalMs } from "../ticket/lease.ts";

export type Hold = Readonly<{
  /** Events up to `at` were delivered. */
  delivered: (at: Cursor) => void;
  /** There was nothing to deliver up to `at`; told with the next report. */
  passed: (at: Cursor) => void;
  /** What was passed or delivered last; ends the renewals. */
  end: () => Cursor | null;
}>;

/** `renew` as the Ticket object's; a false answer means that the ticket is another's, and `onLost` is told. */
export function holdTicket(renew: (delivered: Cursor | null) => Promise<boolean>, onLost: () => void): Hold {
  let latest: Cursor | null = null;
  let reported: Cursor | null = null;
  let isReporting = false;
  let isOver = false;
  const report = async (): Promise<void> => {
    if (isReporting || isOver) return;
    isReporting = true;
    try {
      do {
        const at = latest;
        if (!(await renew(at))) onLost();
        reported = at;
      } while (reported !== latest && !isOver);
    } catch {
      // The object cannot be reached now; the next report or renewal says it again.
    }
    isReporting = false;
  };
  const timer = setInterval(() => void report(), renewalIntervalMs);
  return {
    delivered: (at) => {
      latest = at;
      void report();
    },
    passed: (at) => {
      latest = at;
    },
    end: () => {
      isOver = true;
      clearInterval(timer);
      return latest;
    },
  };
}
