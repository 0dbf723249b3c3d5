/**
 * What every event type is: what scopes it (EV10), whether it is a state or an occurrence (EV11), and what it is the value of. Without
 * the schemas, so that a page can use it that has no room for them.
 */
import type { EventType, SiteEvent } from "./event.ts";

type Trait = Readonly<{ kind: "state" | "occurrence"; scope: readonly ("agent" | "queue")[] }>;

/** EV10's and EV11's table: what scopes a type, and whether it may be collapsed. */
export const eventTraits: Readonly<Record<EventType, Trait>> = {
  agentName: { kind: "state", scope: ["agent"] },
  extensionStatus: { kind: "state", scope: ["agent"] },
  queueMemberStatus: { kind: "state", scope: ["agent", "queue"] },
  phoneNumber: { kind: "state", scope: ["agent"] },
  queueCount: { kind: "state", scope: ["queue"] },
  agentComplete: { kind: "occurrence", scope: ["agent"] },
  originateFailed: { kind: "occurrence", scope: [] },
  parkedCall: { kind: "occurrence", scope: [] },
  unParkedCall: { kind: "occurrence", scope: [] },
  parkedCallTimeOut: { kind: "occurrence", scope: [] },
  parkedCallGiveUp: { kind: "occurrence", scope: [] },
  queueSummary: { kind: "state", scope: ["queue"] },
  memberSummary: { kind: "state", scope: ["queue"] },
};

/** What a state event is the value of; the same key means that the later one replaces the earlier. Undefined for an occurrence. */
export function stateKey(event: SiteEvent): string | undefined {
  switch (event.type) {
    case "agentName":
    case "extensionStatus":
    case "phoneNumber":
      return `${event.type},${event.agent}`;
    case "queueMemberStatus":
    case "memberSummary":
      return `${event.type},${event.agent},${event.queue}`;
    case "queueCount":
    case "queueSummary":
      return `${event.type},${event.queue}`;
    default:
      return undefined;
  }
}

/** Two values of one state are the same if they differ at most in when they were told (`at`, `since`). */
export function sameState<State extends SiteEvent>(one: State, other: State): boolean {
  for (const key in one) if (one[key] !== other[key] && key !== "at" && key !== "since") return false;
  return Object.keys(one).length === Object.keys(other).length;
}
