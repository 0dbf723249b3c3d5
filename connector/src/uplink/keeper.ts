/** What of an outbox is kept in the spool, and when it is let go. Without a spool it does nothing. */
import { eventTraits, type SiteEvent } from "@pbxis/shared";
import { isAllTold, type Outbox, outboxLimits, pushEvent, untold, untoldLoss } from "./outbox.ts";
import type { Spool } from "./spool.ts";

export type Keeper = Readonly<{
  onPushed: (events: readonly SiteEvent[]) => void;
  /** The outbox may have become empty. */
  tidy: () => void;
  /** Null without a spool. */
  bytes: () => number | null;
  stop: () => Promise<void>;
}>;

/** A spool that is larger has mostly what was told, or dropped. */
const maxSpoolBytes = 2 * outboxLimits.occurrenceBytes;

/** What an earlier life left is the first in the outbox. */
export function createKeeper(spool: Spool | null, outbox: Outbox): Keeper {
  if (!spool) return { onPushed: () => {}, tidy: () => {}, bytes: () => null, stop: async () => {} };
  outbox.lost += spool.lost;
  for (const event of spool.left) pushEvent(outbox, event);
  return {
    onPushed: (events) => {
      const occurrences = events.filter(({ type }) => eventTraits[type].kind === "occurrence");
      if (occurrences.length > 0) spool.keep(occurrences);
    },
    tidy: () => {
      if (spool.size() === 0) return;
      if (isAllTold(outbox)) spool.replace([], 0);
      else if (spool.size() > maxSpoolBytes) spool.replace(untold(outbox), untoldLoss(outbox));
    },
    bytes: spool.size,
    stop: spool.stop,
  };
}
