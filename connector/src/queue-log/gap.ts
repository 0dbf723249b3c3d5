/**
 * The time in which AMI was away, as far as its events are missing: from the last sign of life until the next
 * connection. Pure.
 */
import type { AmiEvent } from "../ami/event/event.ts";
import type { Gap } from "./parse.ts";

export function createGapWatch() {
  let from: number | null = null;
  let to: number | null = null;
  return {
    onEvent(event: AmiEvent): void {
      if (event.kind === "regenerationStarted" && event.isNewConnection) to = event.at;
    },
    /** AMI was lost, also again before all lists were complete. `asOf` in ms since 1970. */
    onDown(asOf: number): void {
      from ??= asOf;
    },
    /** All lists are complete. The gap that is over; null if there was none. */
    takeGap(): Gap | null {
      const gap = from === null || to === null ? null : { from, to };
      from = null;
      return gap;
    },
  };
}
