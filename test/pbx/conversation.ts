/** Calls that are going on: agents ring each other, hold, transfer, park, and hang up. */
import { deviceState, hangUp, leaveBridge, tell, tellDevice } from "./channel.ts";
import { dial, endDial } from "./dial.ts";
import { channelHeaders } from "./headers.ts";
import { failOriginate, originateOf } from "./outgoing.ts";
import type { Packet } from "./packet.ts";
import { enterParking, leaveParking, retrieve } from "./parking.ts";
import { abandon, complete, decline, giveUp, releaseAgent } from "./queue-call.ts";
import {
  type Agent,
  type Channel,
  channelState,
  newChannel,
  type Parked,
  partyOf,
  type QueueCall,
  type World,
} from "./world.ts";

/** How long an announcement takes. */
const announcementMs = 2500;
/** The cause of an ordinary end. */
const normalClearing = 16;

/** The agent's channel that talks to somebody. */
export function talkingChannel(agent: Agent): Channel | undefined {
  return agent.device.channels.find((channel) => partyOf(channel) !== undefined);
}

export const isFree = (agent: Agent): boolean => deviceState(agent.device) === "NOT_INUSE";

export function callAgent(world: World, from: Agent, to: Agent): void {
  const { id: number, name } = from;
  const channel = newChannel(world, from.device, {
    state: channelState.ring,
    number,
    name,
    context: "from-agents",
    exten: to.id,
  });
  tellDevice(world, from.device);
  dial(world, channel, to);
}

/** Ends whatever the channel is part of, the way it ends when this side hangs up first. */
export function end(world: World, channel: Channel): void {
  if (refuse(world, channel, normalClearing)) return;
  // Who was transferred from one queue to another is a call of both.
  for (const call of [...world.calls]) if (call.served) completeWith(world, call, channel);
  const waiting = waitingCall(world, channel);
  if (waiting) {
    abandon(world, waiting);
    return;
  }
  const party = partyOf(channel);
  leaveBridge(world, channel);
  giveUpParking(world, channel);
  if (party) leaveBridge(world, party);
  const dialed = [...world.dials].find(({ from }) => from === channel);
  hangUp(world, channel, normalClearing);
  if (dialed) endDial(world, dialed.to, 0);
  if (party) end(world, party);
}

/** A phone stops ringing, for this cause. Nobody answers: whoever waited for it comes to the end of the dialplan. */
export function refuse(world: World, channel: Channel, cause: number): boolean {
  const { agent } = channel.device;
  const call = queueCallOf(world, channel);
  const asked = originateOf(world, channel);
  if (call && agent) decline(world, call, agent, cause);
  else if (asked) failOriginate(world, asked, 0, cause);
  else {
    const waiting = endDial(world, channel, cause);
    if (waiting) end(world, waiting);
    return waiting !== undefined;
  }
  return true;
}

/** The queue's call that makes this channel ring. */
export function queueCallOf(world: World, channel: Channel): QueueCall | undefined {
  return [...world.calls].find(({ rings }) => rings.some((ring) => ring.channel === channel));
}

function completeWith(world: World, call: QueueCall, channel: Channel): void {
  const { served } = call;
  if (call.channel === channel) complete(world, call, "caller");
  else if (served?.channel === channel && !served.isLate) complete(world, call, "agent");
}

function waitingCall(world: World, channel: Channel): QueueCall | undefined {
  return [...world.calls].find((call) => call.channel === channel && !call.served);
}

function giveUpParking(world: World, channel: Channel): void {
  const parked = [...world.parked.values()].find((one) => one.channel === channel);
  if (parked) leaveParking(world, parked, "ParkedCallGiveUp");
}

/** Takes a channel out of whatever it is part of, to go elsewhere; whoever was there with it is let go. */
export function detach(world: World, channel: Channel): void {
  const waiting = waitingCall(world, channel);
  if (waiting) giveUp(world, waiting);
  const dialed = [...world.dials].find(({ from }) => from === channel);
  if (dialed) endDial(world, dialed.to, 0);
  const party = partyOf(channel);
  leaveBridge(world, channel);
  giveUpParking(world, channel);
  if (party) release(world, channel, party);
}

/** `channel` has gone elsewhere, and `party`, with whom it talked, is let go. */
function release(world: World, channel: Channel, party: Channel): void {
  const isServed = [...world.calls].some((call) => call.channel === channel && call.served?.channel === party);
  if (isServed) releaseAgent(world, channel, party);
  else end(world, party);
}

export function hold(world: World, channel: Channel, holds: boolean): void {
  channel.holds = holds;
  const music: Packet = holds ? [["MusicClass", "default"]] : [];
  tell(world, holds ? "Hold" : "Unhold", "call", [...channelHeaders(channel), ...music]);
  const party = partyOf(channel);
  if (party) tellDevice(world, party.device);
}

/** A blind transfer of whom the agent talks to. */
export function redirect(world: World, channel: Channel, to: Agent): void {
  const party = partyOf(channel);
  if (!party) return;
  party.context = "agents";
  party.exten = to.id;
  party.priority = 1;
  detach(world, party);
  tellDevice(world, party.device);
  if (!dial(world, party, to)) end(world, party);
}

export type Parking = Readonly<{
  /** Called back when nobody fetches the call. */
  parker: Agent | null;
  timeoutMs: number;
  /** The other side stays, and hears the space, before it hangs up by itself. */
  isAnnounced: boolean;
}>;

/** The space; null if there is none, or nobody to be parked. */
export function park(world: World, channel: Channel, { parker, timeoutMs, isAnnounced }: Parking): string | null {
  const party = partyOf(channel);
  if (!party) return null;
  // First the caller goes to the parking lot, then the other side is let go.
  const parked = enterParking(world, channel, parker, timeoutMs);
  if (!parked) return null;
  if (isAnnounced) party.due = { at: world.now + announcementMs, act: "hangUp" };
  else release(world, channel, party);
  tellDevice(world, channel.device);
  return parked.space;
}

export function fetch(world: World, parked: Parked, agent: Agent): void {
  const { id: number, name } = agent;
  const exten = parked.space;
  const wish = { state: channelState.up, number, name, context: "from-agents", exten };
  const channel = newChannel(world, agent.device, wish);
  tellDevice(world, agent.device);
  retrieve(world, parked, channel);
}

/** Whoever parked a call for too long has it back. */
export function endParkings(world: World): void {
  for (const parked of [...world.parked.values()]) {
    if (world.now < parked.parkedAt + parked.timeoutMs) continue;
    const { channel, parker } = parked;
    leaveParking(world, parked, "ParkedCallTimeOut");
    leaveBridge(world, channel);
    channel.context = "park-dial";
    channel.exten = (parker?.memberInterface ?? channel.device.name).replace("/", "_");
    channel.priority = 1;
    if (!parker || !dial(world, channel, parker)) end(world, channel);
  }
}
