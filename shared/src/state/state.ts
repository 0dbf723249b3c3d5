/**
 * The latest value of every state of a site (EV11), as a map to which events are applied. The connector's last
 * published states, the site's checkpoint and a client's mirror are such maps. Pure, except that `applyEvent` changes
 * the map it is given.
 */
import type { EventOf, SiteEvent } from "../protocol/event.ts";
import { sameState, stateKey } from "../protocol/event-traits.ts";
import type { AgentId, QueueName } from "../protocol/id.ts";

/** Keys are those of `stateKey`. */
export type StateMap = Map<string, SiteEvent>;

/**
 * Applies `event` to `states`. Occurrences change nothing. A log-off removes the membership, which a snapshot derives
 * again where it is named (EV12), and the member's summary, which then has no value. An empty parking space and an
 * ended supervision have no state.
 */
export function applyEvent(states: StateMap, event: SiteEvent): void {
  const key = stateKey(event);
  if (key === undefined) return;
  if (event.type === "queueMemberStatus" && event.status === "loggedoff") {
    states.delete(key);
    states.delete(`memberSummary,${event.agent},${event.queue}`);
  } else if (event.type === "parkedCallState" && event.channel === null) states.delete(key);
  else if (event.type === "supervision" && event.agentSupervised === null) states.delete(key);
  else states.set(key, event);
}

export function stateMapOf(events: Iterable<SiteEvent>): StateMap {
  const states: StateMap = new Map();
  for (const event of events) applyEvent(states, event);
  return states;
}

/**
 * The events that lead from `before` to `after`. A state that disappeared gets its neutral value (EV12): `loggedoff`,
 * count 0, `unavailable`, no call, no supervision or an empty parking space. A name or a summary has no neutral value,
 * so its disappearance produces no event. `at` is the time of the neutral values.
 */
export function diffStates(
  before: ReadonlyMap<string, SiteEvent>,
  after: ReadonlyMap<string, SiteEvent>,
  at: number,
): SiteEvent[] {
  const events: SiteEvent[] = [];
  for (const [key, event] of before) {
    if (after.has(key)) continue;
    const end = endOfState(event, at);
    if (end && !sameState(end, event)) events.push(end);
  }
  for (const [key, event] of after) {
    const old = before.get(key);
    if (!old || !sameState(old, event)) events.push(event);
  }
  return events;
}

function endOfState(event: SiteEvent, at: number): SiteEvent | undefined {
  switch (event.type) {
    case "queueMemberStatus":
      return loggedOff(event.agent, event.queue, at);
    case "extensionStatus":
      return { ...event, status: "unavailable", at };
    case "phoneNumber":
      return { ...event, ...noCall, at };
    case "supervision":
      return { ...event, agentSupervised: null, mode: null, since: null, at };
    case "queueCount":
      return { ...event, count: 0, longestWaitSince: null, at };
    case "queueCallers":
      return { ...event, count: 0, callers: [], at };
    case "parkedCallState":
      return { ...event, channel: null, callerId: null, since: null, at };
    default:
      return undefined;
  }
}

/** The details of `phoneNumber` for an agent without a call. */
export const noCall = {
  number: null,
  name: null,
  queueName: null,
  callId: null,
  uniqueId: null,
  recording: null,
  muted: null,
  consulting: null,
} as const;

/** The neutral value of a membership. */
export function loggedOff(agent: AgentId, queue: QueueName, at: number): EventOf<"queueMemberStatus"> {
  return {
    type: "queueMemberStatus",
    agent,
    queue,
    status: "loggedoff",
    deviceStatus: null,
    pausedReason: null,
    penalty: null,
    wrapUpUntil: null,
    since: at,
    at,
  };
}
