/**
 * Keeps a streaming client's lease on its ticket (PX2), and reports to the Ticket object how far its events were
 * delivered. Only one report is under way at a time, and each carries the newest position. If the worker dies, at most
 * the events since the last report are delivered again. While nothing is delivered, the lease is renewed at intervals.
 */
import type { Place } from "../ticket/api.ts";
import { renewalIntervalMs } from "../ticket/lease.ts";

type LeaseKeeper = Readonly<{
  /** The events up to `at` were delivered. Reported at once. */
  delivered: (at: Place) => void;
  /** There was nothing to deliver up to `at`. Sent with the next report. */
  passed: (at: Place) => void;
  /** Ends the renewals. Returns the last position that was delivered or passed, null if there is none. */
  end: () => Place | null;
}>;

/**
 * `renew` is that of the Ticket object. If it answers false, the ticket belongs to another client or is gone, and
 * `onLost` is called.
 */
export function keepLease(renew: (delivered: Place | null) => Promise<boolean>, onLost: () => void): LeaseKeeper {
  let latest: Place | null = null;
  let reported: Place | null = null;
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
      // The Ticket object cannot be reached. The next report or renewal carries the position.
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
