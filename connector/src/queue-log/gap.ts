/**
 * The times of which AMI's events are missing: from the last sign of life of a connection until the next one, and from
 * the time until which the site knows what happened until this process's first connection. Pure.
 */
import type { AmiEvent } from "../ami/event/event.ts";
import type { Gap } from "./parse.ts";

/**
 * An earlier process may have died with what it had not sent yet. So the log is read from a bit earlier; the site drops
 * what it knows (UP3).
 */
const unsentMs = 15_000;

export function createGapWatch() {
  let from: number | null = null;
  let to: number | null = null;
  let firstConnectedAt: number | null = null;
  let siteKnowsUntil: number | null = null;
  let isBegun = false;

  function takeStart(): Gap[] {
    if (isBegun || siteKnowsUntil === null || firstConnectedAt === null) return [];
    isBegun = true;
    // A standby has seen what happened before it took over.
    return siteKnowsUntil < firstConnectedAt ? [{ from: siteKnowsUntil - unsentMs, to: firstConnectedAt }] : [];
  }

  return {
    onEvent(event: AmiEvent): void {
      if (event.kind !== "regenerationStarted" || !event.isNewConnection) return;
      to = event.at;
      firstConnectedAt ??= event.at;
    },
    /** AMI was lost, also again before all lists were complete. `asOf` in ms since 1970. */
    onDown(asOf: number): void {
      from ??= asOf;
    },
    /**
     * The site knows from an earlier process what happened until `at` (ms since 1970). Only the first one counts; returns
     * whether this is it.
     */
    onSiteKnows(at: number): boolean {
      const isFirst = siteKnowsUntil === null;
      siteKnowsUntil ??= at;
      return isFirst;
    },
    /** All lists are complete. The gaps that are over, of which nobody knows yet. */
    takeGaps(): Gap[] {
      const gap = from === null || to === null ? [] : [{ from, to }];
      from = null;
      return [...takeStart(), ...gap];
    },
  };
}
