/**
 * EV19: what each agent does, by the simulated PBX's own objects. It is written from the text of the protocol and shares
 * no code with the product.
 */
import type { AgentActivity } from "@pbxis/shared";
import { deviceState } from "./calls/channel.ts";
import type { Agent, PbxState } from "./state.ts";
import { phoneOf } from "./truth.ts";

/** By agent, also of interfaces that are members and no phone. */
export function activitiesOf(state: PbxState, wrapUpReasons: readonly string[]): Map<string, AgentActivity> {
  const members = [...state.queues.values()].flatMap((queue) => queue.members);
  const agents = [...state.agents.values(), ...members.map(({ agent }) => agent)];
  return new Map(agents.map((agent) => [agent.id, activityOf(state, agent, wrapUpReasons)]));
}

function activityOf(state: PbxState, agent: Agent, wrapUpReasons: readonly string[]): AgentActivity {
  const members = [...state.queues.values()].flatMap((queue) =>
    queue.members.filter((one) => one.agent.id === agent.id),
  );
  if (members.length === 0) return "loggedoff";
  const { status, number } = phoneOf(state, agent);
  if (number !== null && status !== "ringing") return status === "onhold" ? "onhold" : "talking";
  if (status === "ringing") return "ringing";
  if (members.every(({ isPaused }) => isPaused))
    return members.some(({ pausedReason }) => wrapUpReasons.includes(pausedReason)) ? "wrapup" : "paused";
  return deviceState(agent.device) === "NOT_INUSE" ? "available" : "unavailable";
}
