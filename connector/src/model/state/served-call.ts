/** A queue call that an agent answered, as reduce/served.ts and reduce/complete.ts keep it for EV6. */
import type { AgentId, QueueName } from "@pbxis/shared";

/**
 * A caller who left a queue without abandoning, most likely because an agent answered. Or a call that only a list
 * reported, without times.
 */
export type ServedCall = {
  /** The Uniqueid of the caller's channel. */
  caller: string;
  queue: QueueName;
  answeredAt: number | null;
  /** The `sequence` at which the caller left. A QueueParams that is reported later includes this call's hold time. */
  leftAt: number;
  /** Its AgentComplete has arrived. The channels may end only later, but the call is over. */
  completed: boolean;
  /** The agent whom the queue rang, by that AgentComplete. */
  completedFor: AgentId | null;
  /** That AgentComplete named the caller, so it was certainly this call's. */
  isCertain: boolean;
  /** The agent who answered, known once the agent talks. */
  agent: AgentId | null;
  /** Another agent who picked the call up behind that agent's Local channel. */
  pickedBy: AgentId | null;
  linkedId: string;
  /** EV6: when the agent left the call (ms; null while in it). */
  agentLeftAt: number | null;
  /**
   * The `sequence` at which the channel that the queue dialed left its bridge, 0 before. From then on Asterisk counts
   * the call. A Local channel may stay long after the agent's phone behind it left.
   */
  agentLeftIn: number;
  /** The recording that was known when the caller's next one began. Undefined if none began (EV6). */
  recording: string | null | undefined;
};
