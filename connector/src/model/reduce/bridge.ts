/** Which channels are in which bridge. A bridge is known while a known channel is in it. */

import { compareAge } from "../state/age.ts";
import { isTalking } from "../state/call.ts";
import type { Changes } from "../state/changes.ts";
import { connectedChannels, hasPhoneBehind } from "../state/leg.ts";
import type { Bridge, Channel, Model } from "../state/state.ts";
import { markAgentsOf } from "./connected.ts";
import { findPhone } from "./leg-phone.ts";
import { noteAgentBack, noteServedCall, servedCallOf } from "./served.ts";

export function bridgeRecord(model: Model, id: string): Bridge {
  let bridge = model.bridges.get(id);
  if (!bridge) {
    bridge = { id, holding: false, isTyped: false, channels: new Set(), changedAt: 0 };
    model.bridges.set(id, bridge);
  }
  return bridge;
}

/** Marks nothing: the caller does, once the channel is as the event describes it. */
export function enterBridge(model: Model, channel: Channel, bridge: Bridge, enteredAt: number): void {
  const talkedBefore = new Set<Channel>();
  for (const other of bridge.channels) if (isTalking(other)) talkedBefore.add(other);
  bridge.channels.add(channel);
  bridge.changedAt = ++model.sequence;
  channel.bridge = bridge;
  channel.enteredAt = enteredAt;
  joinCalls(bridge);
  const served = servedCallOf(model, channel);
  if (served && channel.agent) served.agent = channel.agent.id;
  if (served && !channel.phoneLeft) noteAgentBack(served);
  if (channel.queueCall) channel.queueCall.bridge ??= bridge.id;
  if (model.locals.size > 0) notePhonesBack(model, channel);
  // For parties that did not talk before, this call comes to the fore (EV13).
  for (const party of bridge.channels) {
    if (talkedBefore.has(party) || !isTalking(party)) continue;
    party.ring = null;
    party.shownAt = Math.max(party.shownAt, enteredAt);
  }
}

/**
 * All channels in a bridge take the oldest Linkedid among them. Asterisk reports it for the one that enters, not for
 * the others.
 */
function joinCalls(bridge: Bridge): void {
  let oldest: string | undefined;
  for (const { linkedId } of bridge.channels)
    if (oldest === undefined || compareAge(linkedId, oldest) < 0) oldest = linkedId;
  if (oldest !== undefined && !bridge.holding) for (const channel of bridge.channels) channel.linkedId = oldest;
}

export function leaveBridge(model: Model, changes: Changes, channel: Channel): void {
  const { bridge } = channel;
  if (!bridge) return;
  // Found while the bridge still connects them, so that the parties left behind are marked too.
  const connected = connectedChannels(model, channel);
  const withPhone = model.locals.size > 0 ? legsWithPhone(model, connected) : [];
  bridge.channels.delete(channel);
  bridge.changedAt = ++model.sequence;
  if (bridge.channels.size === 0) model.bridges.delete(bridge.id);
  channel.bridge = null;
  channel.held = false;
  channel.ring = null;
  noteAgentLeft(model, channel);
  for (const leg of withPhone) if (!hasPhoneBehind(model, leg)) notePhoneLeft(model, leg);
  markAgentsOf(changes, connected);
}

/** The agents' Local channels with their own phones behind them, among `connected`. */
function legsWithPhone(model: Model, connected: ReadonlySet<Channel>): Channel[] {
  return [...connected].filter((channel) => hasPhoneBehind(model, channel));
}

/** EV6: the agent has left a queue call when the agent's own channel goes, however long the caller stays. */
function noteAgentLeft(model: Model, channel: Channel): void {
  const served = noteServedCall(model, channel);
  if (!served) return;
  served.agentLeftAt ??= model.now;
  served.agentLeftIn ||= ++model.sequence;
}

/**
 * EV6: so it is when the phone behind a Local channel goes. Asterisk counts the call only when the Local channel goes
 * too.
 */
function notePhoneLeft(model: Model, leg: Channel): void {
  leg.phoneLeft = true;
  const served = leg.bridge && noteServedCall(model, leg);
  if (served) served.agentLeftAt ??= model.now;
}

/** The phones that are behind Local channels, for the first time or again, now that `channel` is in a bridge. */
function notePhonesBack(model: Model, channel: Channel): void {
  for (const leg of connectedChannels(model, channel)) {
    if (leg.awaitsPhone) findPhone(model, leg);
    if (!leg.phoneLeft || !hasPhoneBehind(model, leg)) continue;
    leg.phoneLeft = false;
    const back = leg.bridge && servedCallOf(model, leg);
    if (back) noteAgentBack(back);
  }
}
