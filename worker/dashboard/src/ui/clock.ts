/** The moment that the page shows: now while what is shown is so, otherwise the moment of which it was so. Nothing stale goes on ticking. */
import type { Freshness } from "../store.ts";

export function shownAt(freshness: Freshness, now: number): number {
  switch (freshness.kind) {
    case "stale":
      return Math.min(now, freshness.asOf);
    case "stopped":
      return Math.min(now, freshness.asOf ?? now);
    default:
      return now;
  }
}
