/** Calls in progress: direct calls between agents, hold, transfer, parking and hangup. */

import { newChannel } from "../create.ts";
import { channelHeaders } from "../headers.ts";
import type { Packet } from "../packet.ts";
import {
  type Agent,
  type Channel,
  channelState,
  type Parked,
  type PbxState,
  partyOf,
  type QueueCall,
} from "../state.ts";
import { deviceState, emit, emitDeviceState, hangUp, leaveBridge, noteHold } from "./channel.ts";
import { completeTransfer, consultationBy, forgetTransfersOf, returnToCaller } from "./consultation.ts";
import { dial, endDial } from "./dial.ts";
import { failOriginate, originateOf } from "./originate.ts";
import { enterParking, leaveParking, retrieve } from "./parking.ts";
import { abandon, abandonQueue, complete, decline, releaseAgent } from "./queue-call.ts";

/** Duration of the announcement of a parking space. */
const announcementMs = 2500;
/** Q.850 cause 16. */
const normalClearing = 16;

/** The agent's channel that is in a conversation. */
export function talkingChannel(agent: Agent): Channel | undefined {
  return agent.device.channels.find((channel) => partyOf(channel) !== undefined);
}

export const isFree = (agent: Agent): boolean => deviceState(agent.device) === "NOT_INUSE";

export function callAgent(state: PbxState, from: Agent, to: Agent): void {
  const { id: number, name } = from;
  const channel = newChannel(state, from.device, {
    state: channelState.ring,
    number,
    name,
    context: "from-agents",
    exten: to.id,
  });
  emitDeviceState(state, from.device);
  dial(state, channel, to);
}

/** Hangs a channel up, and ends every call, dial and parking that it is part of. */
export function endCall(state: PbxState, channel: Channel): void {
  if (refuse(state, channel, normalClearing)) return;
  const transfer = consultationBy(state, channel);
  if (transfer) {
    completeTransfer(state, transfer);
    return;
  }
  leaveTransfers(state, channel);
  // A caller who was transferred from one queue to another has a call in each.
  for (const call of [...state.calls]) if (call.served) completeWith(state, call, channel);
  const waiting = waitingCall(state, channel);
  if (waiting) {
    abandon(state, waiting);
    return;
  }
  // Of three in a bridge, two talk on.
  const party = channel.bridge?.channels.length === 2 ? partyOf(channel) : undefined;
  leaveBridge(state, channel);
  abandonParking(state, channel);
  if (party) leaveBridge(state, party);
  const dialed = [...state.dials].find(({ from }) => from === channel);
  hangUp(state, channel, normalClearing);
  if (dialed) endDial(state, dialed.to, 0);
  if (party) endCall(state, party);
  const { otherHalf } = channel;
  if (otherHalf && state.channels.has(otherHalf)) endCall(state, otherHalf);
}

/** A channel that leaves: an attended transfer that it is part of is over. */
function leaveTransfers(state: PbxState, channel: Channel): void {
  for (const transfer of state.consultations) if (transfer.near === channel) returnToCaller(state, transfer);
  forgetTransfersOf(state, channel);
}

/**
 * A ringing phone refuses its call. A channel that dialed it then reaches the end of its dialplan. False if it does not
 * ring.
 */
export function refuse(state: PbxState, channel: Channel, cause: number): boolean {
  const { agent } = channel.device;
  const call = queueCallOf(state, channel);
  const pending = originateOf(state, channel);
  if (call && agent) decline(state, call, agent, cause);
  else if (pending) failOriginate(state, pending, 0, cause);
  else {
    const waiting = endDial(state, channel, cause);
    if (waiting) endCall(state, waiting);
    return waiting !== undefined;
  }
  return true;
}

/** The queue call for which this channel rings. */
export function queueCallOf(state: PbxState, channel: Channel): QueueCall | undefined {
  return [...state.calls].find(({ rings }) => rings.some((ring) => ring.channel === channel));
}

function completeWith(state: PbxState, call: QueueCall, channel: Channel): void {
  const { served } = call;
  if (call.channel === channel) complete(state, call, "caller");
  else if (served?.channel === channel && !served.callerMoved) complete(state, call, "agent");
}

function waitingCall(state: PbxState, channel: Channel): QueueCall | undefined {
  return [...state.calls].find((call) => call.channel === channel && !call.served);
}

function abandonParking(state: PbxState, channel: Channel): void {
  const parked = [...state.parked.values()].find((one) => one.channel === channel);
  if (parked) leaveParking(state, parked, "ParkedCallGiveUp");
}

/**
 * Removes a channel from its queue, dial, bridge or parking space before it is redirected, and releases the other
 * party.
 */
export function detach(state: PbxState, channel: Channel): void {
  const waiting = waitingCall(state, channel);
  if (waiting) abandonQueue(state, waiting);
  leaveTransfers(state, channel);
  const dialed = [...state.dials].find(({ from }) => from === channel);
  if (dialed) endDial(state, dialed.to, 0);
  const party = partyOf(channel);
  leaveBridge(state, channel);
  abandonParking(state, channel);
  if (party) release(state, channel, party);
}

/** Releases `party` after `channel`, to which it was connected, has been redirected. */
function release(state: PbxState, channel: Channel, party: Channel): void {
  const isServed = [...state.calls].some((call) => call.channel === channel && call.served?.channel === party);
  if (isServed) releaseAgent(state, channel, party);
  else endCall(state, party);
}

export function hold(state: PbxState, channel: Channel, holds: boolean): void {
  noteHold(state, channel, holds);
  const music: Packet = holds ? [["MusicClass", "default"]] : [];
  emit(state, holds ? "Hold" : "Unhold", "call", [...channelHeaders(channel), ...music]);
  const party = partyOf(channel);
  if (party) emitDeviceState(state, party.device);
}

/** Blind transfer: `to` receives the party that the agent talks to. */
export function redirect(state: PbxState, channel: Channel, to: Agent): void {
  const party = partyOf(channel);
  if (!party) return;
  party.context = "agents";
  party.exten = to.id;
  party.priority = 1;
  detach(state, party);
  emitDeviceState(state, party.device);
  if (!dial(state, party, to)) endCall(state, party);
}

export type Parking = Readonly<{
  /** Is called back when the parking times out. */
  parker: Agent | null;
  timeoutMs: number;
  /** The other party stays on the line for the announcement of the space, then hangs up. */
  isAnnounced: boolean;
}>;

/** Returns the parking space; null if the lot is full or the channel talks to nobody. */
export function park(state: PbxState, channel: Channel, { parker, timeoutMs, isAnnounced }: Parking): string | null {
  const party = partyOf(channel);
  if (!party) return null;
  // The caller enters the parking lot before the other party is released.
  const parked = enterParking(state, channel, parker, timeoutMs);
  if (!parked) return null;
  if (isAnnounced) party.due = { at: state.now + announcementMs, act: "hangUp" };
  else release(state, channel, party);
  emitDeviceState(state, channel.device);
  return parked.space;
}

export function retrieveParked(state: PbxState, parked: Parked, agent: Agent): void {
  const { id: number, name } = agent;
  const exten = parked.space;
  const options = { state: channelState.up, number, name, context: "from-agents", exten };
  const channel = newChannel(state, agent.device, options);
  emitDeviceState(state, agent.device);
  retrieve(state, parked, channel);
}

/** Returns calls whose parking has timed out to the agent that parked them. */
export function endParkings(state: PbxState): void {
  for (const parked of [...state.parked.values()]) {
    if (state.now < parked.parkedAt + parked.timeoutMs) continue;
    const { channel, parker } = parked;
    leaveParking(state, parked, "ParkedCallTimeOut");
    leaveBridge(state, channel);
    channel.context = "park-dial";
    channel.exten = (parker?.memberInterface ?? channel.device.name).replace("/", "_");
    channel.priority = 1;
    if (!parker || !dial(state, channel, parker)) endCall(state, channel);
  }
}
