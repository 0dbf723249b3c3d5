/** The parking lot: calls wait in spaces until somebody fetches them, time is up, or the caller has had enough. */
import { enterBridge, join, leaveBridge, setState, tell, tellConnectedLine, tellDevice } from "./channel.ts";
import { channelHeaders } from "./headers.ts";
import type { Packet } from "./packet.ts";
import { type Agent, type Channel, channelState, newBridge, type Parked, seconds, type World } from "./world.ts";

export const defaultParkingMs = 30_000;
const firstSpace = 701;
const lastSpace = 720;

export function isSpace(exten: string): boolean {
  return /^\d{3}$/.test(exten) && Number(exten) >= firstSpace && Number(exten) <= lastSpace;
}

/** Null if the lot is full. The channel leaves its bridge; who was there with it is not touched. */
export function enterParking(world: World, channel: Channel, parker: Agent | null, timeoutMs: number): Parked | null {
  let number = firstSpace;
  while (world.parked.has(String(number))) number++;
  if (number > lastSpace) return null;
  const parked: Parked = { channel, space: String(number), parker, parkedAt: world.now, timeoutMs };
  world.parked.set(parked.space, parked);
  leaveBridge(world, channel);
  world.parkingBridge ??= newBridge(world, "parking");
  tell(world, "ParkedCall", "call", parkingHeaders(world, parked));
  enterBridge(world, channel, world.parkingBridge);
  return parked;
}

export function leaveParking(world: World, parked: Parked, told: "ParkedCallGiveUp" | "ParkedCallTimeOut"): void {
  world.parked.delete(parked.space);
  tell(world, told, "call", parkingHeaders(world, parked));
}

function parkingHeaders(
  world: World,
  { channel, parker, space, parkedAt, timeoutMs }: Parked,
  retriever?: Channel,
): Packet {
  return [
    ...channelHeaders(channel, "Parkee"),
    ...(retriever ? channelHeaders(retriever, "Retriever") : []),
    // Who is parked without a word about the parker counts as his own parker.
    ["ParkerDialString", parker?.memberInterface ?? channel.device.name],
    ["Parkinglot", "default"],
    ["ParkingSpace", space],
    ["ParkingTimeout", Math.max(0, seconds(timeoutMs - (world.now - parkedAt)))],
    ["ParkingDuration", seconds(world.now - parkedAt)],
  ];
}

/** A channel of the dialplan comes to the space, and has the call that waits there. */
export function retrieve(world: World, parked: Parked, retriever: Channel): void {
  retriever.application = "ParkedCall";
  retriever.applicationData = `default,${parked.space}`;
  setState(world, retriever, channelState.up);
  world.parked.delete(parked.space);
  leaveBridge(world, parked.channel);
  join(world, parked.channel, retriever);
  tellConnectedLine(world, retriever, parked.channel);
  tell(world, "UnParkedCall", "call", parkingHeaders(world, parked, retriever));
  tellConnectedLine(world, parked.channel, retriever);
  tellDevice(world, parked.channel.device);
}
