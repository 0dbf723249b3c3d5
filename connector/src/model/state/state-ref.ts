/**
 * References to the published states (EV1–EV5, EV9, EV20–EV22). Each record of the model makes its own once, because
 * reducers mark states thousands of times a second, and marking must not build a key. A reference is immutable: whoever
 * works with it keeps notes elsewhere.
 */
import type { AgentId, QueueName } from "@pbxis/shared";

/** A record that was dropped and made again has a new reference with the same key. Both mean the same state. */
export type StateRef = Readonly<{
  kind: "state";
  type:
    | "agentName"
    | "extensionStatus"
    | "phoneNumber"
    | "supervision"
    | "queueMemberStatus"
    | "memberSummary"
    | "queueCount"
    | "queueCallers"
    | "queueSummary"
    | "parkedCallState";
  /** Equal to `stateKey` (shared) of the event. */
  key: string;
  /** Empty if the state belongs to no agent, or to no queue. */
  agent: AgentId | "";
  queue: QueueName | "";
  /** Paced by the collator; null for a state that is published at once. */
  pace: "summary" | "callers" | null;
}>;

export function agentStates(agent: AgentId) {
  return {
    agentName: stateRef("agentName", agent, ""),
    extensionStatus: stateRef("extensionStatus", agent, ""),
    phoneNumber: stateRef("phoneNumber", agent, ""),
    supervision: stateRef("supervision", agent, ""),
  } as const;
}

export function memberStates(agent: AgentId, queue: QueueName) {
  return {
    queueMemberStatus: stateRef("queueMemberStatus", agent, queue),
    memberSummary: stateRef("memberSummary", agent, queue),
  } as const;
}

export function queueStates(queue: QueueName) {
  return {
    queueCount: stateRef("queueCount", "", queue),
    queueCallers: stateRef("queueCallers", "", queue),
    queueSummary: stateRef("queueSummary", "", queue),
  } as const;
}

export function parkedCallState(parkingLot: string, parkingSpace: string): StateRef {
  const type = "parkedCallState";
  return { kind: "state", type, key: `${type},${parkingLot},${parkingSpace}`, agent: "", queue: "", pace: null };
}

function stateRef(type: StateRef["type"], agent: AgentId | "", queue: QueueName | ""): StateRef {
  const key = [type, agent, queue].filter((part) => part !== "").join(",");
  return { kind: "state", type, key, agent, queue, pace: paceOf(type) };
}

function paceOf(type: StateRef["type"]): StateRef["pace"] {
  if (type === "queueCallers") return "callers";
  return type === "memberSummary" || type === "queueSummary" ? "summary" : null;
}
