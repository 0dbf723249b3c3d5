/** What happens to channels and the devices behind them, told as Asterisk tells it. */
import { bridgeHeaders, channelHeaders, hintHeaders, memberHeaders } from "./headers.ts";
import { type EventClass, liveEvent, type Packet } from "./packet.ts";
import {
  type Agent,
  type Bridge,
  type Channel,
  channelState,
  connect,
  type Device,
  type DeviceState,
  type Member,
  newBridge,
  newChannel,
  partyOf,
  type World,
} from "./world.ts";

export function tell(world: World, name: string, eventClass: EventClass, headers: Packet): void {
  world.told.push(liveEvent(name, eventClass, headers));
}

export function membershipsOf(world: World, agent: Agent): Member[] {
  return [...world.queues.values()].flatMap(({ members }) => members.filter((member) => member.agent === agent));
}

/** A held party's device is on hold; who holds stays in use. */
export function deviceState(device: Device): DeviceState {
  if (device.agent && !device.agent.isRegistered) return "UNAVAILABLE";
  const active = device.channels.filter(({ state }) => state === channelState.up || state === channelState.ring);
  if (active.length > 0) return active.every((channel) => partyOf(channel)?.holds) ? "ONHOLD" : "INUSE";
  return device.channels.some(({ state }) => state === channelState.ringing) ? "RINGING" : "NOT_INUSE";
}

/** Tells a device's state if it has changed: by the hint, by the device, by each membership. */
export function tellDevice(world: World, device: Device): void {
  const state = deviceState(device);
  if (state === device.told) return;
  device.told = state;
  const { agent } = device;
  if (agent) tell(world, "ExtensionStatus", "call", hintHeaders(agent));
  tell(world, "DeviceStateChange", "call", [
    ["Device", device.name],
    ["State", state],
  ]);
  if (agent)
    for (const member of membershipsOf(world, agent)) tell(world, "QueueMemberStatus", "agent", memberHeaders(member));
}

export function tellConnectedLine(world: World, channel: Channel, other: Channel): void {
  connect(channel, other);
  tell(world, "NewConnectedLine", "call", channelHeaders(channel));
}

/** A new channel to an agent's phone; it does not ring yet. */
export function dialAgent(world: World, agent: Agent, from: Channel, context: string, exten: string): Channel {
  const { id: number, name } = agent;
  return newChannel(world, agent.device, { state: channelState.down, number, name, context, exten, from });
}

export function setState(world: World, channel: Channel, state: number): void {
  channel.state = state;
  tellDevice(world, channel.device);
}

export function enterBridge(world: World, channel: Channel, bridge: Bridge): void {
  bridge.channels.push(channel);
  channel.bridge = bridge;
  // Whoever shares a call shares its Linkedid, the oldest channel's.
  if (bridge.type === "basic") shareLinkedId(bridge.channels);
  tell(world, "BridgeEnter", "call", [...bridgeHeaders(bridge), ...channelHeaders(channel)]);
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

/** Two channels begin to talk; the first one enters first. */
export function join(world: World, first: Channel, second: Channel): void {
  const bridge = newBridge(world, "basic");
  enterBridge(world, first, bridge);
  enterBridge(world, second, bridge);
}

export function leaveBridge(world: World, channel: Channel): void {
  const { bridge } = channel;
  if (!bridge) return;
  bridge.channels.splice(bridge.channels.indexOf(channel), 1);
  channel.bridge = null;
  channel.holds = false;
  tell(world, "BridgeLeave", "call", [...bridgeHeaders(bridge), ...channelHeaders(channel)]);
  if (bridge.channels.length === 0 && bridge.type === "basic")
    tell(world, "BridgeDestroy", "call", bridgeHeaders(bridge));
}

const causes: Readonly<Record<number, string>> = {
  0: "Unknown",
  16: "Normal Clearing",
  17: "User busy",
  19: "User alerting, no answer",
  21: "Call Rejected",
  26: "Answered elsewhere",
};

/** The SIP answers behind some causes. */
const techCauses: Readonly<Record<number, number>> = { 17: 486, 19: 480, 21: 603 };

export function hangUp(world: World, channel: Channel, cause: number): void {
  leaveBridge(world, channel);
  world.channels.delete(channel);
  channel.due = null;
  channel.device.channels.splice(channel.device.channels.indexOf(channel), 1);
  tell(world, "Hangup", "call", [
    ...channelHeaders(channel),
    ["Cause", cause],
    ["Cause-txt", causes[cause] ?? ""],
    ...(cause in techCauses ? ([["TechCause", techCauses[cause] ?? 0]] as const) : []),
  ]);
  tellDevice(world, channel.device);
}
