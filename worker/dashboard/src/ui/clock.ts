/**
 * The time that durations on the page are measured to: now while the values are live, otherwise the time of the values,
 * so that the clocks of stale values stand still. Never later than now: the site's clock may be ahead of the browser's.
 */
import type { Freshness } from "../store/store.ts";

export function displayTime(freshness: Freshness, now: number): number {
  switch (freshness.kind) {
    case "stale":
      return Math.min(now, freshness.asOf);
    case "stopped":
      return Math.min(now, freshness.asOf ?? now);
    default:
      return now;
  }
}
