/**
 * UP11: occurrences that wait before the site's clock is known. They are marked, in memory and in the spool, and get
 * their right times once it is: none is sent before. What a process left that never reached the site is corrected by
 * the next one, by its own clock's error. Pure.
 */
import { eventTraits, type SiteEvent } from "@pbxis/shared";
import { correctEvent } from "./site-clock.ts";

type Marked = SiteEvent & Readonly<{ uncorrected?: true }>;

export function markUncorrected(event: SiteEvent): SiteEvent {
  const marked: Marked = { ...event, uncorrected: true };
  return eventTraits[event.type].kind === "occurrence" ? marked : event;
}

export function isUncorrected(event: object): boolean {
  return "uncorrected" in event;
}

/** `ms`: how far its times are behind the site's clock. */
export function withoutMark(event: SiteEvent, ms: number): SiteEvent {
  if (!isUncorrected(event)) return event;
  const { uncorrected: _, ...rest }: Marked = event;
  return correctEvent(rest as SiteEvent, ms);
}
