/** Of several occurrences with one id only one is published: the first that is due (state/changes.ts). */
import { BoundedMap } from "../../util/bounded-map.ts";
import type { Occurrence } from "../state/changes.ts";
import type { createGrace } from "./grace.ts";
import type { createUpcoming } from "./upcoming.ts";

export function createOnce(grace: ReturnType<typeof createGrace>, upcoming: ReturnType<typeof createUpcoming>) {
  // The ids that were published lately.
  const published = new BoundedMap<string, true>(10_000);
  return {
    /** Passes the occurrence on to be published now, or to be held back. */
    add(occurrence: Occurrence): void {
      const { event, id } = occurrence;
      if (event === null) grace.forget(id);
      else if (id === null) upcoming.addOccurrence(event);
      else if (published.has(id)) return;
      else if (occurrence.holdMs > 0) grace.keep({ kind: "occurrence", id, event }, occurrence.holdMs);
      else {
        grace.forget(id);
        published.set(id, true);
        upcoming.addOccurrence(event);
      }
    },
    /** What was held back is published now. */
    onPublished(id: string): void {
      published.set(id, true);
    },
  };
}
