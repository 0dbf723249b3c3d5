/** What the notes about calls in progress (in-call.ts) say of an agent and a call. */
import type { AgentId, SpyMode } from "@pbxis/shared";
import { deviceOfChannel } from "./agent.ts";
import type { Consultation } from "./in-call.ts";
import { connectedChannels } from "./leg.ts";
import { isPresent } from "./presence.ts";
import type { Channel, Model } from "./state.ts";

/** EV4: a call is recorded if any of its channels is, and paused if all that are recorded are paused. */
export function recordingStateOf(model: Model, uniqueIds: readonly string[]): "on" | "paused" | null {
  const { recordings } = model.inCall;
  let found: "paused" | null = null;
  if (recordings.size === 0) return found;
  for (const uniqueId of uniqueIds) {
    const state = recordings.get(uniqueId);
    if (state === "on") return state;
    if (state === "paused") found = state;
  }
  return found;
}

/** EV4: the last word of a command about the agent's channels in the call that `shown` is of. */
export function mutedOf({ inCall }: Model, shown: Channel): boolean | null {
  if (inCall.muted.size === 0 || !shown.agent) return null;
  for (const { uniqueId, linkedId } of shown.agent.channels) {
    const muted = linkedId === shown.linkedId ? inCall.muted.get(uniqueId) : undefined;
    if (muted !== undefined) return muted;
  }
  return null;
}

/** The agent's consultation, also one that has not begun yet, and the channel on which it is. */
export function consultationOf(
  { inCall, agents }: Model,
  agent: string,
): Readonly<{ channel: Channel; consultation: Consultation }> | null {
  if (inCall.consultations.size === 0) return null;
  for (const channel of agents.get(agent)?.channels ?? []) {
    const consultation = inCall.consultations.get(channel.uniqueId);
    if (consultation) return { channel, consultation };
  }
  return null;
}

/** Whether the agent's channel and the caller's are in one call again. */
export function isTogether(model: Model, agentChannel: Channel, { caller }: Consultation): boolean {
  const other = model.channels.get(caller);
  return other !== undefined && connectedChannels(model, agentChannel).has(other);
}

/**
 * The channel of the agent's that listens, whom it listens to, and how: null if another connector or a feature code
 * began it. `since` in ms.
 */
export type Supervision = Readonly<{ spyer: Channel; agent: AgentId; mode: SpyMode | null; since: number }>;

/** The newest of the agent's channels that listens to an agent; null if there is none. */
export function supervisionBy({ inCall, channels, agents }: Model, supervisor: string): Supervision | null {
  let found: Supervision | null = null;
  if (inCall.spies.size === 0) return found;
  for (const spyer of agents.get(supervisor)?.channels ?? []) {
    const spy = inCall.spies.get(spyer.uniqueId);
    const agent = spy && agentOn(channels.values(), spy.target);
    const mode = inCall.spyModes.get(spyer.uniqueId) ?? null;
    if (spy && agent && (!found || spy.since >= found.since)) found = { spyer, agent, mode, since: spy.since };
  }
  return found;
}

function agentOn(channels: Iterable<Channel>, target: string): AgentId | null {
  for (const { name, agent } of channels) {
    const isTarget = name === target || deviceOfChannel(name) === target;
    if (isTarget && agent && isPresent(agent)) return agent.id;
  }
  return null;
}
