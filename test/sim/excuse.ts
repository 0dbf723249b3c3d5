/** When an occurrence may be missing from the site's log although Asterisk sent what makes it. */
import type { ConnectorRun } from "./connectors.ts";

/**
 * `quietFrom`: the time after the last fault. `hasSpool`: connectors keep undelivered occurrences in a spool for their
 * next run. `diskFailures`: when the spool's disk took nothing, not even the count of what it lacks.
 */
export type CheckOptions = Readonly<{ quietFrom: number; hasSpool: boolean; diskFailures: readonly number[] }>;

/** A spool that was failing is replaced within this time. */
const spoolRetryMs = 12_000;

/** The longest delivery time of an event of Asterisk on a connection that is not stalled. */
export const deliveryMs = 5;
/** Time to request a recording's path and to write to a slow disk. */
export const processingMs = 100;

/** Events in transit when AMI was cut may be lost. No stall lasts longer than this. */
export const amiDelayMs = 6000;

/**
 * A missing occurrence is excused if a connector that may have received it was killed before `quietFrom`, since that
 * connector may have been the one to deliver it; with a spool that works only if it was killed before it had spooled it.
 * What a full disk does not take is reported as lost. A
 * connector that was stopped by SIGTERM is excused only if it reported a possible loss itself.
 */
export function isExcused(
  { at, spooledBy }: Readonly<{ at: number; spooledBy: number }>,
  runs: readonly ConnectorRun[],
  { quietFrom, hasSpool, diskFailures }: CheckOptions,
): boolean {
  const isComplete = (time: number) =>
    hasSpool && !diskFailures.some((failedAt) => failedAt <= time && time < failedAt + spoolRetryMs);
  if (runsConnectedAt(runs, at, amiDelayMs).length === 0) return true;
  return runsConnectedAt(runs, at, 0).some(({ until, isStopping, hasLost }) =>
    isStopping ? hasLost : until !== null && until <= quietFrom && (!isComplete(until) || until < spooledBy),
  );
}

/** The connector runs that were connected to AMI at that time, for `forMs` after it and for `sinceMs` before it. */
export function runsConnectedAt(runs: readonly ConnectorRun[], at: number, forMs: number, sinceMs = 0): ConnectorRun[] {
  return runs.filter(({ amiSpans }) =>
    amiSpans.some(({ from, until }) => from < at - sinceMs && (until === null || until > at + forMs)),
  );
}
