/**
 * How a connector that is told to stop leaves: the occurrences that it has not told yet are told, for no other life would tell them. Who stands by hands
 * them in, for the holder may not have heard them.
 */
import { isAllTold, type Outbox, untold } from "./outbox.ts";
import type { Spool } from "./spool.ts";

export type Farewell = Readonly<{
  /** Something has changed. */
  look: () => void;
  /** Resolves when the site has confirmed everything, or after `farewellMs`. */
  said: () => Promise<void>;
}>;

export const farewellMs = 2_000;

export function createFarewell(outbox: Outbox): Farewell {
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

/** What is said of occurrences that the site did not confirm; null if there are none. */
export function lastWords(outbox: Outbox, spool: Spool | null): string | null {
  const count = untold(outbox).length;
  if (count === 0) return null;
  const fate = spool ? "wait in the spool" : "may be lost (PBXIS_SPOOL would keep them)";
  return `uplink: ${count} occurrences were not confirmed and ${fate}`;
}
