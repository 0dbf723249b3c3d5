/** The queues that an agent's commands can name. Pure. */
import { type AgentDisplay, compareText, isPaused } from "./agent-display.ts";

export type Choices = Readonly<{
  /** Queues in which the agent can be paused. */
  pausable: readonly string[];
  /** Queues in which the agent can be unpaused. */
  paused: readonly string[];
  /** Queues from which the agent can be logged off. */
  joined: readonly string[];
  /** Queues to which the agent can be logged on. */
  others: readonly string[];
}>;

/** `granted`: all queues that the token grants. */
export function choicesOf({ memberships }: AgentDisplay, granted: readonly string[]): Choices {
  const visible = memberships.filter(({ queue }) => granted.includes(queue));
  const joined = visible.map(({ queue }): string => queue);
  return {
    pausable: visible.filter((member) => !isPaused(member)).map(({ queue }) => queue),
    paused: visible.filter(isPaused).map(({ queue }) => queue),
    joined,
    others: granted.filter((queue) => !joined.includes(queue)).sort(compareText),
  };
}
