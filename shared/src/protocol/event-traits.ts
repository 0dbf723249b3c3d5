/**
 * The properties of each event type: its scope (EV10), whether it is a state or an occurrence (EV11), and the key of a
 * state. Has no schemas, so that the client in a web page can use it without zod.
 */
import type { EventType, SiteEvent } from "./event.ts";

/**
 * `own`: the site makes these by itself, and no connector sends them. `latestOnly`: a site's log keeps only the
 * last value of each such state (ADR 30).
 */
type Trait = Readonly<{
  kind: "state" | "occurrence";
  scope: readonly ("agent" | "queue")[];
  own?: true;
  latestOnly?: true;
}>;

/**
 * The table of EV10 and EV11. A `memberSummary` and a `queueCallEnded` are scoped by their queue alone; their `agent`
 * is a detail.
 */
export const eventTraits: Readonly<Record<EventType, Trait>> = {
  agentName: { kind: "state", scope: ["agent"] },
  extensionStatus: { kind: "state", scope: ["agent"] },
  queueMemberStatus: { kind: "state", scope: ["agent", "queue"] },
  phoneNumber: { kind: "state", scope: ["agent"] },
  supervision: { kind: "state", scope: ["agent"] },
  queueCount: { kind: "state", scope: ["queue"] },
  queueCallers: { kind: "state", scope: ["queue"], latestOnly: true },
  agentComplete: { kind: "occurrence", scope: ["agent"] },
  queueCallEnded: { kind: "occurrence", scope: ["queue"] },
  agentRingEnded: { kind: "occurrence", scope: ["agent"] },
  agentTalkEnded: { kind: "occurrence", scope: ["agent"] },
  originateFailed: { kind: "occurrence", scope: [] },
  parkedCall: { kind: "occurrence", scope: [] },
  unParkedCall: { kind: "occurrence", scope: [] },
  parkedCallTimeOut: { kind: "occurrence", scope: [] },
  parkedCallGiveUp: { kind: "occurrence", scope: [] },
  parkedCallState: { kind: "state", scope: [] },
  queueSummary: { kind: "state", scope: ["queue"] },
  memberSummary: { kind: "state", scope: ["queue"] },
  queueStatistics: { kind: "state", scope: ["queue"], own: true },
  agentStatistics: { kind: "state", scope: ["agent"], own: true },
  queueAlert: { kind: "occurrence", scope: ["queue"], own: true },
};

/** EV10: the agent in the event's scope. An `agent` that is a detail is not. */
export function agentInScope(event: SiteEvent): string | undefined {
  if (!("agent" in event) || event.agent === null) return undefined;
  return eventTraits[event.type].scope.includes("agent") ? event.agent : undefined;
}

/** EV10: the queue in the event's scope. */
export function queueInScope(event: SiteEvent): string | undefined {
  return "queue" in event && eventTraits[event.type].scope.includes("queue") ? event.queue : undefined;
}

/**
 * The key of a state, such as `queueMemberStatus,1001,support`: of two events with the same key the later one replaces
 * the earlier. Undefined for an occurrence.
 */
export function stateKey(event: SiteEvent): string | undefined {
  switch (event.type) {
    case "agentName":
    case "extensionStatus":
    case "phoneNumber":
    case "agentStatistics":
    case "supervision":
      return `${event.type},${event.agent}`;
    case "queueMemberStatus":
    case "memberSummary":
      return `${event.type},${event.agent},${event.queue}`;
    case "queueCount":
    case "queueCallers":
    case "queueSummary":
    case "queueStatistics":
      return `${event.type},${event.queue}`;
    case "parkedCallState":
      return `${event.type},${event.parkingLot},${event.parkingSpace}`;
    default:
      return undefined;
  }
}

/** Whether two values of one state differ in nothing but their times (`at`, `since`). */
export function sameState<State extends SiteEvent>(one: State, other: State): boolean {
  for (const key in one) if (key !== "at" && key !== "since" && !isSame(one[key], other[key])) return false;
  return Object.keys(one).length === Object.keys(other).length;
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === "object" && JSON.stringify(one) === JSON.stringify(other));
}
