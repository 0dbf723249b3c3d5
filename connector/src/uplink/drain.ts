/**
 * The orderly stop. A connector that stops waits until the site has acknowledged its occurrences, because no other
 * process would send them; a standby hands them over, because the holder may not have seen them.
 */
import type { SetTimer } from "../util/clock.ts";
import type { Outbox } from "./outbox.ts";
import type { Spool } from "./spool/spool.ts";

type Drain = Readonly<{
  /** To be called after each change of the outbox. */
  onChanged: () => void;
  /** Resolves when the outbox is drained, or after `drainTimeoutMs`. */
  wait: () => Promise<void>;
}>;

const drainTimeoutMs = 2_000;

export function createDrain(outbox: Outbox, setTimer: SetTimer): Drain {
  let onDrained = () => {};
  return {
    onChanged: () => {
      if (outbox.isDrained()) onDrained();
    },
    wait: () =>
      new Promise((resolve) => {
        const cancel = setTimer(drainTimeoutMs, resolve);
        onDrained = () => {
          cancel();
          resolve();
        };
      }),
  };
}

/** Log lines about what the site has not acknowledged at the end of the process; none if it has everything. */
export function drainWarnings(outbox: Outbox, spool: Spool | null): string[] {
  const count = outbox.unacknowledgedOccurrences().length;
  const dropped = outbox.unreportedLoss();
  const fate = fateOf(spool);
  return [
    ...(count > 0 ? [`uplink: ${count} occurrences were not acknowledged and ${fate}`] : []),
    ...(dropped > 0 ? [`uplink: ${dropped} occurrences were dropped, and the site may not know`] : []),
  ];
}

function fateOf(spool: Spool | null): string {
  if (!spool) return "may be lost (PBXIS_SPOOL would keep them)";
  const failure = spool.failure();
  return failure ? `may be lost: the spool lacks up to ${failure.missing} (${failure.because})` : "remain in the spool";
}
