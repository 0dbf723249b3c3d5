/**
 * How a connector that is told to stop leaves: the occurrences that it has not told yet are told, for no other life would tell them. Who stands by hands
 * them in, for the holder may not have heard them.
 */
import { isAllTold, type Outbox, untold, untoldLoss } from "./outbox.ts";
import type { Spool } from "./spool.ts";

export type Drain = Readonly<{
  /** Something has changed. */
  look: () => void;
  /** Resolves when the site has confirmed everything, or after `farewellMs`. */
  said: () => Promise<void>;
}>;

export const farewellMs = 2_000;

export function createDrain(outbox: Outbox): Drain {
  let onSaid = () => {};
  return {
    look: () => {
      if (isAllTold(outbox)) onSaid();
    },
    said: () =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, farewellMs);
        onSaid = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
  };
}

/** What is said of occurrences that the site did not confirm, and of those dropped that it may not know of; nothing if there are none. */
export function lastWords(outbox: Outbox, spool: Spool | null): string[] {
  const count = untold(outbox).length;
  const dropped = untoldLoss(outbox);
  const fate = spool ? "wait in the spool" : "may be lost (PBXIS_SPOOL would keep them)";
  return [
    ...(count > 0 ? [`uplink: ${count} occurrences were not confirmed and ${fate}`] : []),
    ...(dropped > 0 ? [`uplink: ${dropped} occurrences were dropped, which the site may not know`] : []),
  ];
}
