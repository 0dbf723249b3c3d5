/** Waits in queues and rings of queues, as long as something may still be published of them (EV16, EV17). */
import type { AgentId, EventOf, QueueName } from "@pbxis/shared";

/**
 * EV16: one wait of a caller in a queue. The record outlives the wait for a moment, because what belongs to its end may
 * come after it. The rules are in reduce/wait-end.ts.
 */
export type Wait = Readonly<{ uniqueId: string; channel: string; queue: QueueName }> & {
  linkedId: string;
  number: string | null;
  name: string | null;
  /** In ms; null if the connector never saw the caller wait. */
  readonly joinedAt: number | null;
  originalPosition: number | null;
  /** When the caller's side hung up (ms), null before. */
  hungUpAt: number | null;
  /** What a command of the connector's own is about to do with the caller. */
  commanded: "moved" | "hungUp" | null;
  /** Who talks already, although the caller's Leave has not come yet. Null: nobody whom the connector knows. */
  answeredBy: AgentId | null | undefined;
  /** The rings that have just ended unanswered (reduce/ring.ts). */
  noAnswers: { id: string; event: EventOf<"agentRingEnded"> }[];
  end: WaitEnd | null;
};

/** `settled`: the outcome is published, or waits for nothing but its time. Otherwise the last sign of the end. */
type WaitEnd = Readonly<{
  kind: "abandoned" | "left" | "answering" | "taken" | "settled";
  at: number;
  position: number | null;
}>;

/**
 * EV17: a channel that a queue rings for a caller, until it enters a bridge or ends. `since` is in ms. `declined`: the
 * phone behind a Local channel has refused. `picker`: the agent whose phone picked it up, null for a phone of nobody;
 * undefined before.
 */
export type Ring = Readonly<{
  uniqueId: string;
  agent: AgentId;
  queue: QueueName;
  caller: string;
  callId: string;
  since: number;
}> & { declined: boolean; picker: AgentId | null | undefined };
