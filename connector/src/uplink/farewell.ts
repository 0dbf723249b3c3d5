/** How a connector that is told to stop leaves: a site that is there may still confirm the occurrences that wait, for no other life would tell them. */

import { isAllTold, type Outbox, untold } from "./outbox.ts";
import type { Session } from "./session.ts";
import type { Spool } from "./spool.ts";
import { isOwing } from "./standby.ts";

export type Farewell = Readonly<{
  /** Something has changed. */
  look: () => void;
  /** Resolves when there is nothing to wait for, or after `farewellMs`. */
  said: () => Promise<void>;
}>;

export const farewellMs = 2_000;

export function createFarewell(session: () => Session): Farewell {
  let onSaid = () => {};
  const look = () => {
    const { phase, outbox } = session();
    if (phase.kind !== "live" || isAllTold(outbox)) onSaid();
  };
  return {
    look,
    said: () =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, farewellMs);
        onSaid = () => {
          clearTimeout(timer);
          resolve();
        };
        look();
      }),
  };
}

/** What is said of occurrences that the site did not confirm; null if there are none, but for those that another connector has told. */
export function lastWords(outbox: Outbox, spool: Spool | null): string | null {
  const count = untold(outbox).length;
  if (count === 0 || (outbox.standby && !isOwing(outbox))) return null;
  const fate = spool ? "wait in the spool" : "may be lost (PBXIS_SPOOL would keep them)";
  return `uplink: ${count} occurrences were not confirmed and ${fate}`;
}
