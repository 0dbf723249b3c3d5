/**
 * Keeps the spool in step with the outbox: what is written to it, and when it is emptied. Without a spool it does
 * nothing.
 */
import { eventTraits, type SiteEvent } from "@pbxis/shared";
import { outboxLimits } from "./frame-fit.ts";
import type { Outbox } from "./outbox.ts";
import type { Spool } from "./spool.ts";

type Keeper = Readonly<{
  onPushed: (events: readonly SiteEvent[]) => void;
  /** Empties the spool if the outbox is drained, and rewrites it if it has grown too large. */
  tidy: () => void;
  /** The spool's size; null without a spool. */
  bytes: () => number | null;
  stop: () => Promise<void>;
}>;

/** Most of a larger spool is acknowledged or dropped. */
const maxSpoolBytes = 2 * outboxLimits.occurrenceBytes;

/** Puts what an earlier process left into the outbox, which must be empty. */
export function createKeeper(spool: Spool | null, outbox: Outbox): Keeper {
  if (!spool) return { onPushed: () => {}, tidy: () => {}, bytes: () => null, stop: async () => {} };
  outbox.restore(spool.leftover, spool.lost);
  return {
    onPushed: (events) => {
      const occurrences = events.filter(({ type }) => eventTraits[type].kind === "occurrence");
      if (occurrences.length > 0) spool.append(occurrences);
    },
    tidy: () => {
      if (spool.size() === 0) return;
      if (outbox.isDrained()) spool.replace([], 0);
      else if (spool.size() > maxSpoolBytes) spool.replace(outbox.unacknowledgedOccurrences(), outbox.unreportedLoss());
    },
    bytes: spool.size,
    stop: spool.stop,
  };
}
