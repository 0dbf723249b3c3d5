/**
 * The states (EV1–EV5, EV9) that are told of the model's records. Each record has its own, made once with it: what may have changed is noted
 * thousands of times a second, by pointing at it.
 */
import type { AgentId, QueueName } from "@pbxis/shared";

/** A record that is gone and comes again has another one with the same key; both mean the same state. */
export type StateRef = Readonly<{
  type:
    | "agentName"
    | "extensionStatus"
    | "phoneNumber"
    | "queueMemberStatus"
    | "memberSummary"
    | "queueCount"
    | "queueSummary";
  /** That of `stateKey` in shared. */
  key: string;
  /** Empty where the state is of no agent, or of no queue. */
  agent: AgentId | "";
  queue: QueueName | "";
  isSummary: boolean;
}> & {
  /** The collator's notes: where it stands among what is to be told next, when it changed (ms), whether it waits as a summary. */
  place: number;
  changedAt: number;
  waits: boolean;
};

export function agentStates(agent: AgentId) {
  return {
    agentName: stateRef("agentName", agent, ""),
    extensionStatus: stateRef("extensionStatus", agent, ""),
    phoneNumber: stateRef("phoneNumber", agent, ""),
  } as const;
}

export function memberStates(agent: AgentId, queue: QueueName) {
  return {
    queueMemberStatus: stateRef("queueMemberStatus", agent, queue),
    memberSummary: stateRef("memberSummary", agent, queue),
  } as const;
}

export function queueStates(queue: QueueName) {
  return { queueCount: stateRef("queueCount", "", queue), queueSummary: stateRef("queueSummary", "", queue) } as const;
}

function stateRef(type: StateRef["type"], agent: AgentId | "", queue: QueueName | ""): StateRef {
  const key = [type, agent, queue].filter((part) => part !== "").join(",");
  const isSummary = type === "memberSummary" || type === "queueSummary";
  return { type, key, agent, queue, isSummary, place: 0, changedAt: 0, waits: false };
}
