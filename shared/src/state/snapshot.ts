/** The snapshot of a subscription, selected from all states of a site (EV12). Pure. */
import type { SiteEvent } from "../protocol/event.ts";
import { eventTraits, stateKey } from "../protocol/event-traits.ts";
import { AgentId, QueueName } from "../protocol/id.ts";
import { type Filter, matcher } from "../protocol/subscription.ts";
import { loggedOff } from "./state.ts";

const snapshotOrder: ReadonlyMap<string, number> = new Map(
  Object.keys(eventTraits).map((type, place) => [type, place]),
);
const placeOf = ({ type }: SiteEvent) => snapshotOrder.get(type) ?? 0;

/**
 * The states that `filter` lets through, in the order of the event types, and a `loggedoff` for each named pair of an
 * agent and a queue that is not a membership. `at` (ms since 1970) is the time of these log-offs.
 */
export function selectSnapshot(states: ReadonlyMap<string, SiteEvent>, filter: Filter, at: number): SiteEvent[] {
  const matches = matcher(filter);
  const events = [...states.values()].filter(matches);
  if (filter.agents !== "*" && filter.queues !== "*" && !filter.unnamed)
    for (const agent of filter.agents)
      for (const queue of filter.queues) {
        const event = loggedOff(AgentId.parse(agent), QueueName.parse(queue), at);
        if (!states.has(stateKey(event) as string)) events.push(event);
      }
  return events.sort((one, other) => placeOf(one) - placeOf(other));
}
