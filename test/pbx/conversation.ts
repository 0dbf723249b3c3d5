/** Calls that are going on: agents ring each other, hold, transfer, park, and hang up. */
import {
  deviceState,
  dialAgent,
  enterBridge,
  hangUp,
  join,
  leaveBridge,
  setState,
  tell,
  tellConnectedLine,
  tellDevice,
} from "./channel.ts";
import { channelHeaders } from "./headers.ts";
import type { Packet } from "./packet.ts";
import { abandon, complete, releaseAgent } from "./queue-call.ts";
import {
  type Agent,
  type Channel,
  channelState,
  newBridge,
  newChannel,
  type Parked,
  partyOf,
  seconds,
  type World,
} from "./world.ts";

const parkingTimeoutMs = 30_000;
const firstSpace = 701;

/** The agent's channel that talks to somebody. */
export function talkingChannel(agent: Agent): Channel | undefined {
  return agent.device.channels.find((channel) => partyOf(channel) !== undefined);
}

export const isFree = (agent: Agent): boolean => deviceState(agent.device) === "NOT_INUSE";

export function dial(world: World, from: Channel, to: Agent): void {
  from.application = "Dial";
  from.applicationData = `${to.memberInterface},30`;
  const channel = dialAgent(world, to, from, "agents", to.id);
  channel.application = "AppDial";
  channel.applicationData = "(Outgoing Line)";
  tellConnectedLine(world, channel, from);
  tellConnectedLine(world, from, channel);
  world.dials.add({ from, to: channel });
  setState(world, channel, channelState.ringing);
}

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

export function answerDial(world: World, channel: Channel): boolean {
  for (const ringing of world.dials) {
    if (ringing.to !== channel) continue;
    world.dials.delete(ringing);
    ringing.to.exten = "";
    setState(world, channel, channelState.up);
    setState(world, ringing.from, channelState.up);
    join(world, channel, ringing.from);
    return true;
  }
  return false;
}

/** Ends whatever the channel is part of, the way it ends when this side hangs up first. */
export function end(world: World, channel: Channel): void {
  const call = [...world.calls].find((one) => one.channel === channel || one.served?.channel === channel);
  if (call && !call.served) {
    abandon(world, call);
    return;
  }
  if (call?.served && (call.channel === channel || !call.served.isLate))
    complete(world, call, call.channel === channel ? "caller" : "agent");
  const party = partyOf(channel);
  const parked = [...world.parked.values()].find((one) => one.channel === channel);
  leaveBridge(world, channel);
  if (parked) leaveParking(world, parked, "ParkedCallGiveUp");
  if (party) leaveBridge(world, party);
  for (const ringing of world.dials)
    if (ringing.from === channel || ringing.to === channel) {
      world.dials.delete(ringing);
      const other = ringing.from === channel ? ringing.to : ringing.from;
      hangUp(world, channel, 16);
      // Nobody answers: whoever waited for it comes to the end of the dialplan.
      if (other === ringing.from) end(world, other);
      else hangUp(world, other, 0);
      return;
    }
  hangUp(world, channel, 16);
  if (party) end(world, party);
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
  leaveBridge(world, party);
  releaseAgent(world, party, channel);
  tellDevice(world, party.device);
  if (isFree(to)) dial(world, party, to);
  else end(world, party);
}

export function park(world: World, channel: Channel, parker: Agent, timeoutMs = parkingTimeoutMs): string | null {
  const party = partyOf(channel);
  if (!party) return null;
  let number = firstSpace;
  while (world.parked.has(String(number))) number++;
  const parked: Parked = { channel: party, space: String(number), parker, parkedAt: world.now, timeoutMs };
  world.parked.set(parked.space, parked);
  // First the caller goes to the parking lot, then the agent's phone is let go.
  leaveBridge(world, party);
  world.parkingBridge ??= newBridge(world, "parking");
  tell(world, "ParkedCall", "call", parkingHeaders(world, parked));
  enterBridge(world, party, world.parkingBridge);
  releaseAgent(world, party, channel);
  tellDevice(world, party.device);
  return parked.space;
}

function parkingHeaders(
  world: World,
  { channel, parker, space, parkedAt, timeoutMs }: Parked,
  retriever?: Channel,
): Packet {
  return [
    ...channelHeaders(channel, "Parkee"),
    ...(retriever ? channelHeaders(retriever, "Retriever") : []),
    ["ParkerDialString", parker.memberInterface],
    ["Parkinglot", "default"],
    ["ParkingSpace", space],
    ["ParkingTimeout", Math.max(0, seconds(timeoutMs - (world.now - parkedAt)))],
    ["ParkingDuration", seconds(world.now - parkedAt)],
  ];
}

function leaveParking(world: World, parked: Parked, told: string): void {
  world.parked.delete(parked.space);
  tell(world, told, "call", parkingHeaders(world, parked));
}

export function retrieve(world: World, parked: Parked, agent: Agent): void {
  const { id: number, name } = agent;
  const channel = newChannel(world, agent.device, {
    state: channelState.up,
    number,
    name,
    context: "from-agents",
    exten: parked.space,
  });
  channel.application = "ParkedCall";
  channel.applicationData = `default,${parked.space}`;
  tellDevice(world, agent.device);
  world.parked.delete(parked.space);
  leaveBridge(world, parked.channel);
  join(world, parked.channel, channel);
  tellConnectedLine(world, channel, parked.channel);
  tell(world, "UnParkedCall", "call", parkingHeaders(world, parked, channel));
  tellConnectedLine(world, parked.channel, channel);
}

/** Whoever parked a call for too long has it back. */
export function endParkings(world: World): void {
  for (const parked of [...world.parked.values()]) {
    if (world.now < parked.parkedAt + parked.timeoutMs) continue;
    leaveParking(world, parked, "ParkedCallTimeOut");
    leaveBridge(world, parked.channel);
    if (isFree(parked.parker)) dial(world, parked.channel, parked.parker);
    else end(world, parked.channel);
  }
}
