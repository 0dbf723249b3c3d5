/**
 * Which statistics are published now (EV18, EV19): what changed, each at most once in five seconds. Pure, except that
 * what is published or unchanged is taken off the list.
 */
import { type EventOf, type SiteEvent, sameState } from "@pbxis/shared";
import { queueStatistics } from "./figures.ts";
import type { StatisticsState } from "./state.ts";

const publishIntervalMs = 5_000;
/** A gap that became smaller as the day went on is not worth an event. */
const coverageStep = 0.01;

export type Published = ReadonlyMap<string, SiteEvent>;

/** `published`: the site's states. `hurry`: somebody has just asked, so that nothing waits. */
export function takeDue(state: StatisticsState, published: Published, now: number, hurry = false): SiteEvent[] {
  const due: SiteEvent[] = [];
  for (const queue of [...state.changed.queue]) {
    const last = published.get(`queueStatistics,${queue}`);
    if (last && !hurry && now < last.at + publishIntervalMs) continue;
    state.changed.queue.delete(queue);
    const event = queueStatistics(state, queue, now);
    if (last?.type !== "queueStatistics" || differs(last, event)) due.push(event);
  }
  return due;
}

/** When the next of them is due, in ms; null if none is. */
export function nextDueAt(state: StatisticsState, published: Published): number | null {
  let next: number | null = null;
  for (const queue of state.changed.queue) {
    const last = published.get(`queueStatistics,${queue}`);
    const at = last ? last.at + publishIntervalMs : 0;
    next = next === null ? at : Math.min(next, at);
  }
  return next;
}

type Statistics = EventOf<"queueStatistics">;

function differs(last: Statistics, event: Statistics): boolean {
  if (Math.abs(last.coverage - event.coverage) >= coverageStep) return true;
  return !sameState({ ...last, coverage: 0 }, { ...event, coverage: 0 });
}
