/**
 * Which agents there are: members of any queue, owners of a hint, and bare devices that look like an extension. An agent whom nothing
 * knows any more ceases to be.
 */
import { looksLikeExtension } from "./agent.ts";
import { type Changes, markAgentName, markExtensionStatus, markPhoneNumber } from "./changes.ts";
import type { Agent, Model } from "./state.ts";

export function isPresent(agent: Agent): boolean {
  return agent.members.size > 0 || agent.hints.size > 0 || (agent.devices.size > 0 && looksLikeExtension(agent.id));
}

/** To be called when something that makes an agent be was added or taken away. */
export function onPresence(model: Model, changes: Changes, agent: Agent): void {
  markAgentName(changes, agent);
  markExtensionStatus(changes, agent);
  markPhoneNumber(changes, agent);
  forgetIfUnknown(model, agent);
}

/** Drops the record of an agent of whom nothing is left. */
export function forgetIfUnknown(model: Model, agent: Agent): void {
  const parts = agent.members.size + agent.hints.size + agent.devices.size + agent.channels.size;
  if (parts === 0) model.agents.delete(agent.id);
}
