/** Changes to channels, bridges and devices, with the events that Asterisk sends for each. */

import { newBridge, newChannel } from "../create.ts";
import { bridgeHeaders, channelHeaders, hintHeaders, memberHeaders } from "../headers.ts";
import { type EventClass, liveEvent, type Packet } from "../packet.ts";
import {
  type Agent,
  type Bridge,
  type Channel,
  channelState,
  connect,
  type Device,
  type DeviceState,
  type Ended,
  type Member,
  type PbxState,
  partyOf,
} from "../state.ts";
import { endSpy, spiesOn } from "./supervision.ts";

export function emit(state: PbxState, name: string, eventClass: EventClass, headers: Packet): void {
  state.emitted.push(liveEvent(name, eventClass, headers));
}

function membershipsOf(state: PbxState, agent: Agent): Member[] {
  return [...state.queues.values()].flatMap(({ members }) => members.filter((member) => member.agent === agent));
}

/** A device whose every call is held by the other party is ONHOLD. The party that holds stays INUSE. */
export function deviceState(device: Device): DeviceState {
  if (device.agent && !device.agent.isRegistered) return "UNAVAILABLE";
  const active = device.channels.filter(({ state }) => state === channelState.up || state === channelState.ring);
  if (active.length > 0) return active.every((channel) => partyOf(channel)?.holds) ? "ONHOLD" : "INUSE";
  return device.channels.some(({ state }) => state === channelState.ringing) ? "RINGING" : "NOT_INUSE";
}

/** If a device's state has changed, emits it for the hint, for the device and for each membership. */
export function emitDeviceState(state: PbxState, device: Device): void {
  // Nothing depends on the device of the Local channel of an attended transfer.
  if (device.name.startsWith("Local/")) return;
  const newState = deviceState(device);
  if (newState === device.publishedState) return;
  device.publishedState = newState;
  const { agent } = device;
  if (agent) emit(state, "ExtensionStatus", "call", hintHeaders(agent));
  emit(state, "DeviceStateChange", "call", [
    ["Device", device.name],
    ["State", newState],
  ]);
  if (agent)
    for (const member of membershipsOf(state, agent)) emit(state, "QueueMemberStatus", "agent", memberHeaders(member));
}

export function emitConnectedLine(state: PbxState, channel: Channel, other: Channel): void {
  connect(channel, other);
  emit(state, "NewConnectedLine", "call", channelHeaders(channel));
}

/** Creates a channel to an agent's phone, in state Down: it does not ring yet. */
export function dialAgent(state: PbxState, agent: Agent, from: Channel, context: string, exten: string): Channel {
  const { id: number, name } = agent;
  return newChannel(state, agent.device, { state: channelState.down, number, name, context, exten, from });
}

export function setState(state: PbxState, channel: Channel, newState: number): void {
  channel.state = newState;
  emitDeviceState(state, channel.device);
}

export function enterBridge(state: PbxState, channel: Channel, bridge: Bridge): void {
  bridge.channels.push(channel);
  channel.bridge = bridge;
  // All channels of a call have the Linkedid of the oldest one.
  if (bridge.type === "basic") shareLinkedId(bridge.channels);
  emit(state, "BridgeEnter", "call", [...bridgeHeaders(bridge), ...channelHeaders(channel)]);
  const party = partyOf(channel);
  if (!party) return;
  channel.talk = { party: party.uniqueId, since: state.now, held: [] };
  party.talk = { party: channel.uniqueId, since: state.now, held: [] };
}

/** EV23: who hung up first decides the reason, if anybody did. */
function endTalk(state: PbxState, channel: Channel, party: Channel): void {
  const isCertain = channel.hasHungUp !== party.hasHungUp;
  const how = isCertain ? [channel.hasHungUp ? "agent" : "caller"] : ["agent", "caller", "transfer"];
  state.ended.push(...talkOf(channel, how, state.now));
  channel.talk = null;
}

/** The talk of an agent's channel, as it ends now. */
function talkOf({ talk, device }: Channel, how: readonly string[], now: number): Ended[] {
  if (!talk || !device.agent) return [];
  const { party: uniqueId, since: beganAt } = talk;
  const held = talk.held.map(({ from, until }) => ({ from, until: Math.min(until, now) }));
  return [{ kind: "talk", uniqueId, queue: "", how, agent: device.agent.id, beganAt, lastedMs: now - beganAt, held }];
}

/** The talks that end with the PBX itself, of which AMI says nothing. */
export function talksCutOff({ channels }: PbxState, now: number): Ended[] {
  return [...channels].flatMap((channel) => talkOf(channel, ["unknown"], now));
}

/** A hold begins or ends. */
export function noteHold(state: PbxState, channel: Channel, holds: boolean): void {
  channel.holds = holds;
  const { talk } = channel;
  if (!talk) return;
  const ended = talk.held.map(({ from, until }) => ({ from, until: Math.min(until, state.now) }));
  channel.talk = { ...talk, held: holds ? [...ended, { from: state.now, until: Infinity }] : ended };
}

function shareLinkedId(channels: readonly Channel[]): void {
  const [oldest] = [...channels].sort((one, other) => one.linkedSerial - other.linkedSerial);
  if (!oldest) return;
  const { linkedId, linkedSerial } = oldest;
  for (const channel of channels) {
    channel.linkedId = linkedId;
    channel.linkedSerial = linkedSerial;
  }
}

/** Connects two channels in a new bridge; `first` enters before `second`. */
export function join(state: PbxState, first: Channel, second: Channel): void {
  const bridge = newBridge(state, "basic");
  enterBridge(state, first, bridge);
  enterBridge(state, second, bridge);
}

export function leaveBridge(state: PbxState, channel: Channel): void {
  const { bridge } = channel;
  if (!bridge) return;
  const party = partyOf(channel);
  if (party) {
    endTalk(state, channel, party);
    endTalk(state, party, channel);
  }
  bridge.channels.splice(bridge.channels.indexOf(channel), 1);
  channel.bridge = null;
  channel.holds = false;
  emit(state, "BridgeLeave", "call", [...bridgeHeaders(bridge), ...channelHeaders(channel)]);
  if (bridge.channels.length === 0 && bridge.type === "basic")
    emit(state, "BridgeDestroy", "call", bridgeHeaders(bridge));
}

const causes: Readonly<Record<number, string>> = {
  0: "Unknown",
  16: "Normal Clearing",
  17: "User busy",
  19: "User alerting, no answer",
  21: "Call Rejected",
  26: "Answered elsewhere",
};

/** The SIP status of the causes that have one. */
const techCauses: Readonly<Record<number, number>> = { 17: 486, 19: 480, 21: 603 };

/** The party on this channel hangs up or refuses the call. An action of AMI, or the dialplan, sends no such event. */
export function requestHangup(state: PbxState, channel: Channel): void {
  channel.hasHungUp = true;
  emit(state, "HangupRequest", "call", channelHeaders(channel));
}

export function hangUp(state: PbxState, channel: Channel, cause: number): void {
  leaveBridge(state, channel);
  endSpy(state, channel);
  for (const spyer of spiesOn(state, channel)) hangUp(state, spyer, 16);
  state.channels.delete(channel);
  channel.due = null;
  channel.device.channels.splice(channel.device.channels.indexOf(channel), 1);
  emit(state, "Hangup", "call", [
    ...channelHeaders(channel),
    ["Cause", cause],
    ["Cause-txt", causes[cause] ?? ""],
    ...(cause in techCauses ? ([["TechCause", techCauses[cause] ?? 0]] as const) : []),
  ]);
  emitDeviceState(state, channel.device);
}
