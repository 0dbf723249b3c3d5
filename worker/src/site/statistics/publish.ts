/**
 * Which statistics are published now (EV18, EV19): what changed, each at most once in five seconds. Pure, except that
 * what is published or unchanged is taken off the list.
 */
import type { EventOf, SiteEvent } from "@pbxis/shared";
import { agentStatistics, queueStatistics } from "./figures.ts";
import type { StatisticsState } from "./state.ts";

const publishIntervalMs = 5_000;
/** A gap that became smaller as the day went on is not worth an event. */
const coverageStep = 0.01;

export type Published = ReadonlyMap<string, SiteEvent>;

/** `published`: the site's states. `hurry`: somebody has just asked, so that nothing waits. */
export function takeDue(state: StatisticsState, published: Published, now: number, hurry = false): SiteEvent[] {
  const due: SiteEvent[] = [];
  for (const [kind, names] of Object.entries(state.changed) as [Kind, Set<string>][])
    for (const name of [...names]) {
      const last = published.get(keyOf(kind, name));
      if (last && !hurry && now < last.at + publishIntervalMs) continue;
      names.delete(name);
      if (!last && kind === "agent" && isNothing(state, name)) continue;
      const event = kind === "queue" ? queueStatistics(state, name, now) : agentStatistics(state, name, now);
      if (!isStatistics(last) || differs(last, event)) due.push(event);
    }
  return due;
}

/** When the next of them is due, in ms; null if none is. */
export function nextDueAt(state: StatisticsState, published: Published): number | null {
  let next: number | null = null;
  for (const [kind, names] of Object.entries(state.changed) as [Kind, Set<string>][])
    for (const name of names) {
      const last = published.get(keyOf(kind, name));
      const at = last ? last.at + publishIntervalMs : 0;
      next = next === null ? at : Math.min(next, at);
    }
  return next;
}

type Kind = keyof StatisticsState["changed"];
type Statistics = EventOf<"queueStatistics" | "agentStatistics">;

function keyOf(kind: Kind, name: string): string {
  return `${kind}Statistics,${name}`;
}

/** An extension that is no agent of any queue. */
function isNothing({ agents, today }: StatisticsState, agent: string): boolean {
  return (agents.get(agent)?.activity ?? "loggedoff") === "loggedoff" && !today.agent.has(agent);
}

function isStatistics(event: SiteEvent | undefined): event is Statistics {
  return event?.type === "queueStatistics" || event?.type === "agentStatistics";
}

function differs(last: Statistics, event: Statistics): boolean {
  if (Math.abs(last.coverage - event.coverage) >= coverageStep) return true;
  const text = (one: Statistics) => JSON.stringify({ ...one, coverage: 0, at: 0 });
  return text(last) !== text(event);
}
