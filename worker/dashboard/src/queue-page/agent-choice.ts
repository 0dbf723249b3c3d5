/** Whom a waiting caller can be connected with, the likeliest first. Pure. */
import { type AgentDisplay, compareKeys } from "../agents/agent-display.ts";
import { type AgentState, stateTexts } from "../ui/agent-states.ts";

/** Away comes before busy: an agent who is in no queue is away, and the phone may be free. */
const order: readonly AgentState[] = ["available", "wrapup", "paused", "away", "ringing", "talking"];

/** Free agents first, of these the queue's own members first, then by name. */
export function agentChoice(displays: readonly AgentDisplay[], queue: string): readonly AgentDisplay[] {
  const isMember = ({ memberships }: AgentDisplay): boolean => memberships.some((one) => one.queue === queue);
  return [...displays].sort(
    (one, other) =>
      order.indexOf(one.state) - order.indexOf(other.state) ||
      Number(isMember(other)) - Number(isMember(one)) ||
      compareKeys(one.sortKey, other.sortKey),
  );
}

/** `Ann Agent (1001), available` */
export function choiceText({ agent, name, state }: AgentDisplay): string {
  return `${name === agent ? agent : `${name} (${agent})`}, ${stateTexts[state]}`;
}
