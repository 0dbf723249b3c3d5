/**
 * Keeps the spool in step with the outbox: what is written to it, and when it is emptied. Without a spool it does
 * nothing.
 */
import { eventTraits, type SiteEvent } from "@pbxis/shared";
import { outboxLimits } from "./frame-fit.ts";
import type { Outbox } from "./outbox.ts";
import type { Spool, SpoolFailure } from "./spool/spool.ts";

type Keeper = Readonly<{
  onPushed: (events: readonly SiteEvent[]) => void;
  /**
   * Empties the spool if the outbox is drained, and rewrites it if it has grown too large, or was failing and may be
   * tried again. To be called often.
   */
  tidy: () => void;
  gauges: () => SpoolGauges;
  stop: () => Promise<void>;
}>;

/** Null without a spool, and `failure` also while the spool is complete. */
export type SpoolGauges = Readonly<{ bytes: number | null; failure: SpoolFailure | null }>;

/** Most of a larger spool is acknowledged or dropped. */
const maxSpoolBytes = 2 * outboxLimits.occurrenceBytes;

/** Puts what an earlier process left into the outbox, which must be empty. */
export function createKeeper(spool: Spool | null, outbox: Outbox): Keeper {
  const none: SpoolGauges = { bytes: null, failure: null };
  if (!spool) return { onPushed: () => {}, tidy: () => {}, gauges: () => none, stop: async () => {} };
  outbox.restore(spool.leftover.events, spool.leftover.lost);
  const rewrite = () => spool.replace({ events: outbox.unacknowledgedOccurrences(), lost: outbox.unreportedLoss() });
  return {
    onPushed: (events) => {
      const occurrences = events.filter(({ type }) => eventTraits[type].kind === "occurrence");
      if (occurrences.length > 0) spool.append(occurrences);
    },
    tidy: () => {
      if (spool.isReplaceDue()) rewrite();
      else if (!spool.isVoid() && outbox.isDrained()) spool.empty();
      else if (spool.size() > maxSpoolBytes && !spool.failure()) rewrite();
    },
    gauges: () => ({ bytes: spool.size(), failure: spool.failure() }),
    stop: () => {
      // The last chance: the process ends, whenever the disk was to be tried again.
      if (spool.failure()) rewrite();
      return spool.stop();
    },
  };
}
