/** Calls that are going on: agents ring each other, hold, transfer, park, and hang up. */
import { deviceState, emit, emitDeviceState, hangUp, leaveBridge } from "./channel.ts";
import { dial, endDial } from "./dial.ts";
import { channelHeaders } from "./headers.ts";
import { failOriginate, originateOf } from "./originate.ts";
import type { Packet } from "./packet.ts";
import { enterParking, leaveParking, retrieve } from "./parking.ts";
import { abandon, abandonQueue, complete, decline, releaseAgent } from "./queue-call.ts";
import {
  type Agent,
  type Channel,
  channelState,
  newChannel,
  type Parked,
  type PbxState,
  partyOf,
  type QueueCall,
} from "./state.ts";

/** How long an announcement takes. */
const announcementMs = 2500;
/** The cause of an ordinary end. */
const normalClearing = 16;

/** The agent's channel that talks to somebody. */
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

/** Ends whatever the channel is part of, the way it ends when this side hangs up first. */
export function end(state: PbxState, channel: Channel): void {
  if (refuse(state, channel, normalClearing)) return;
  // Who was transferred from one queue to another is a call of both.
  for (const call of [...state.calls]) if (call.served) completeWith(state, call, channel);
  const waiting = waitingCall(state, channel);
  if (waiting) {
    abandon(state, waiting);
    return;
  }
  const party = partyOf(channel);
  leaveBridge(state, channel);
  abandonParking(state, channel);
  if (party) leaveBridge(state, party);
  const dialed = [...state.dials].find(({ from }) => from === channel);
  hangUp(state, channel, normalClearing);
  if (dialed) endDial(state, dialed.to, 0);
  if (party) end(state, party);
}

/** A phone stops ringing, for this cause. Nobody answers: whoever waited for it comes to the end of the dialplan. */
export function refuse(state: PbxState, channel: Channel, cause: number): boolean {
  const { agent } = channel.device;
  const call = queueCallOf(state, channel);
  const asked = originateOf(state, channel);
  if (call && agent) decline(state, call, agent, cause);
  else if (asked) failOriginate(state, asked, 0, cause);
  else {
    const waiting = endDial(state, channel, cause);
    if (waiting) end(state, waiting);
    return waiting !== undefined;
  }
  return true;
}

/** The queue's call that makes this channel ring. */
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

/** Takes a channel out of whatever it is part of, to go elsewhere; whoever was there with it is let go. */
export function detach(state: PbxState, channel: Channel): void {
  const waiting = waitingCall(state, channel);
  if (waiting) abandonQueue(state, waiting);
  const dialed = [...state.dials].find(({ from }) => from === channel);
  if (dialed) endDial(state, dialed.to, 0);
  const party = partyOf(channel);
  leaveBridge(state, channel);
  abandonParking(state, channel);
  if (party) release(state, channel, party);
}

/** `channel` has gone elsewhere, and `party`, with whom it talked, is let go. */
function release(state: PbxState, channel: Channel, party: Channel): void {
  const isServed = [...state.calls].some((call) => call.channel === channel && call.served?.channel === party);
  if (isServed) releaseAgent(state, channel, party);
  else end(state, party);
}

export function hold(state: PbxState, channel: Channel, holds: boolean): void {
  channel.holds = holds;
  const music: Packet = holds ? [["MusicClass", "default"]] : [];
  emit(state, holds ? "Hold" : "Unhold", "call", [...channelHeaders(channel), ...music]);
  const party = partyOf(channel);
  if (party) emitDeviceState(state, party.device);
}

/** A blind transfer of whom the agent talks to. */
export function redirect(state: PbxState, channel: Channel, to: Agent): void {
  const party = partyOf(channel);
  if (!party) return;
  party.context = "agents";
  party.exten = to.id;
  party.priority = 1;
  detach(state, party);
  emitDeviceState(state, party.device);
  if (!dial(state, party, to)) end(state, party);
}

export type Parking = Readonly<{
  /** Called back when nobody fetches the call. */
  parker: Agent | null;
  timeoutMs: number;
  /** The other side stays, and hears the space, before it hangs up by itself. */
  isAnnounced: boolean;
}>;

/** The space; null if there is none, or nobody to be parked. */
export function park(state: PbxState, channel: Channel, { parker, timeoutMs, isAnnounced }: Parking): string | null {
  const party = partyOf(channel);
  if (!party) return null;
  // First the caller goes to the parking lot, then the other side is let go.
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
  const wish = { state: channelState.up, number, name, context: "from-agents", exten };
  const channel = newChannel(state, agent.device, wish);
  emitDeviceState(state, agent.device);
  retrieve(state, parked, channel);
}

/** Whoever parked a call for too long has it back. */
export function endParkings(state: PbxState): void {
  for (const parked of [...state.parked.values()]) {
    if (state.now < parked.parkedAt + parked.timeoutMs) continue;
    const { channel, parker } = parked;
    leaveParking(state, parked, "ParkedCallTimeOut");
    leaveBridge(state, channel);
    channel.context = "park-dial";
    channel.exten = (parker?.memberInterface ?? channel.device.name).replace("/", "_");
    channel.priority = 1;
    if (!parker || !dial(state, channel, parker)) end(state, channel);
  }
}
