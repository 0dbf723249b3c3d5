/**
 * Which agents exist (EV15): the members of any queue, the owners of a hint, and devices whose name looks like an
 * extension and whose changes are reported. An agent of whom none of these is left ceases to exist.
 */
import { looksLikeExtension } from "./agent.ts";
import type { Agent, Model } from "./state.ts";

export function isPresent(agent: Agent): boolean {
  return agent.members.size > 0 || agent.hints.size > 0 || hasFollowedDevice(agent);
}

function hasFollowedDevice(agent: Agent): boolean {
  if (!looksLikeExtension(agent.id)) return false;
  for (const { state } of agent.devices.values()) if (state !== null) return true;
  return false;
}

export function presentAgent(model: Model, id: string): Agent | undefined {
  const agent = model.agents.get(id);
  return agent && isPresent(agent) ? agent : undefined;
}
