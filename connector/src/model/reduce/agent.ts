/** Agents' records: made with the first thing that is known of an agent, dropped with the last. */
import type { AgentId } from "@pbxis/shared";
import { type Changes, markAgentName, markCalls, markExtensionStatus, markPhoneNumber } from "../state/changes.ts";
import type { Agent, Model } from "../state/state.ts";
import { agentStates } from "../state/state-ref.ts";

/**
 * The agent's record, made if there is none. Having a record does not mean that the agent exists (state/presence.ts).
 */
export function agentRecord(model: Model, id: AgentId): Agent {
  const known = model.agents.get(id);
  if (known) return known;
  const agent: Agent = {
    kind: "agent",
    id,
    states: agentStates(id),
    members: new Set(),
    hints: new Map(),
    devices: new Map(),
    channels: new Set(),
    onHold: false,
    talks: [],
  };
  model.agents.set(id, agent);
  return agent;
}

/**
 * To be called when a membership, a hint or a device of the agent was added or removed: the agent may begin or cease to
 * exist.
 */
export function onPresenceChange(model: Model, changes: Changes, agent: Agent): void {
  markAgentName(changes, agent);
  markExtensionStatus(changes, agent);
  markPhoneNumber(changes, agent);
  // EV23: the talks of an agent begin with the agent.
  if (agent.channels.size > 0) markCalls(changes, agent);
  dropIfEmpty(model, agent);
}

export function dropIfEmpty(model: Model, agent: Agent): void {
  const parts = agent.members.size + agent.hints.size + agent.devices.size + agent.channels.size;
  if (parts === 0) model.agents.delete(agent.id);
}
