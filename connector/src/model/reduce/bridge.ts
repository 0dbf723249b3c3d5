/** Who is in which bridge. A bridge is known while a known channel is in it. */
import { compareAge } from "../state/age.ts";
import type { Changes } from "../state/changes.ts";
import type { Bridge, Channel, Model } from "../state/state.ts";
import { isTalking, markParties, refreshCalls } from "./call.ts";
import { noteServedCall, servedCallOf } from "./served.ts";

export function bridgeRecord(model: Model, id: string): Bridge {
  let bridge = model.bridges.get(id);
  if (!bridge) {
    bridge = { id, holding: false, channels: new Set() };
    model.bridges.set(id, bridge);
  }
  return bridge;
}

export function enterBridge(model: Model, channel: Channel, bridge: Bridge, enteredAt: number): void {
  const talkedBefore = new Set<Channel>();
  for (const other of bridge.channels) if (isTalking(other)) talkedBefore.add(other);
  bridge.channels.add(channel);
  channel.bridge = bridge;
  channel.enteredAt = enteredAt;
  joinCalls(bridge);
  const served = servedCallOf(model, channel);
  if (served) {
    served.agentLeftAt = null;
    if (channel.agent) served.agent = channel.agent.id;
  }
  // Whoever talks only now has this call come to the fore (EV13).
  for (const party of bridge.channels) {
    if (talkedBefore.has(party) || !isTalking(party)) continue;
    party.ring = null;
    party.shownAt = Math.max(party.shownAt, enteredAt);
  }
}

/** Whoever meets in a bridge has the oldest Linkedid among them from then on; Asterisk does not tell those who were there. */
function joinCalls(bridge: Bridge): void {
  let oldest: string | undefined;
  for (const { linkedId } of bridge.channels)
    if (oldest === undefined || compareAge(linkedId, oldest) < 0) oldest = linkedId;
  if (oldest !== undefined && !bridge.holding) for (const channel of bridge.channels) channel.linkedId = oldest;
}

export function leaveBridge(model: Model, changes: Changes, channel: Channel, at: number): void {
  const { bridge } = channel;
  if (!bridge) return;
  // Marked while still together, so that the parties left behind are reached too.
  const parties = markParties(model, changes, channel, at);
  bridge.channels.delete(channel);
  if (bridge.channels.size === 0) model.bridges.delete(bridge.id);
  channel.bridge = null;
  channel.held = false;
  channel.ring = null;
  noteAgentLeft(model, channel, at);
  for (const { agent } of parties) if (agent) refreshCalls(changes, agent, at);
}

/** EV6: the agent is rid of a queue call when his own channel goes, however long the caller stays. */
function noteAgentLeft(model: Model, channel: Channel, at: number): void {
  const served = noteServedCall(model, channel);
  if (!served || served.agentLeftAt !== null) return;
  served.agentLeftAt = at;
  served.agentLeftIn = ++model.sequence;
}
