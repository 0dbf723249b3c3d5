/** Which queues of an agent something can be done in. Pure. */
import { type AgentLine, compareText, isPaused } from "./agent-state.ts";

export type Choices = Readonly<{
  /** In which a pause can begin, and in which one can end. */
  pausable: readonly string[];
  paused: readonly string[];
  /** From which the agent can be logged off, and to which on. */
  joined: readonly string[];
  others: readonly string[];
}>;

/** `granted` are all queues that the person may name. */
export function choicesOf({ memberships }: AgentLine, granted: readonly string[]): Choices {
  const mine = memberships.filter(({ queue }) => granted.includes(queue));
  const joined = mine.map(({ queue }): string => queue);
  return {
    pausable: mine.filter((member) => !isPaused(member)).map(({ queue }) => queue),
    paused: mine.filter(isPaused).map(({ queue }) => queue),
    joined,
    others: granted.filter((queue) => !joined.includes(queue)).sort(compareText),
  };
}
