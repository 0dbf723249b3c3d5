/** The parking lot: calls wait in spaces until they are retrieved, time out, or the caller hangs up. */

import { newBridge } from "../create.ts";
import { channelHeaders } from "../headers.ts";
import type { Packet } from "../packet.ts";
import { type Agent, type Channel, channelState, type Parked, type PbxState, seconds } from "../state.ts";
import { emit, emitConnectedLine, emitDeviceState, enterBridge, join, leaveBridge, setState } from "./channel.ts";

export const defaultParkingMs = 30_000;
const firstSpace = 701;
const lastSpace = 720;

export function isSpace(exten: string): boolean {
  return /^\d{3}$/.test(exten) && Number(exten) >= firstSpace && Number(exten) <= lastSpace;
}

/** Null if the lot is full. The channel leaves its bridge; the other party stays there. */
export function enterParking(
  state: PbxState,
  channel: Channel,
  parker: Agent | null,
  timeoutMs: number,
): Parked | null {
  let number = firstSpace;
  while (state.parked.has(String(number))) number++;
  if (number > lastSpace) return null;
  const parked: Parked = { channel, space: String(number), parker, parkedAt: state.now, timeoutMs };
  state.parked.set(parked.space, parked);
  leaveBridge(state, channel);
  state.parkingBridge ??= newBridge(state, "parking");
  emit(state, "ParkedCall", "call", parkingHeaders(state, parked));
  enterBridge(state, channel, state.parkingBridge);
  return parked;
}

export function leaveParking(
  state: PbxState,
  parked: Parked,
  eventName: "ParkedCallGiveUp" | "ParkedCallTimeOut",
): void {
  state.parked.delete(parked.space);
  emit(state, eventName, "call", parkingHeaders(state, parked));
}

export function parkingHeaders(
  state: PbxState,
  { channel, parker, space, parkedAt, timeoutMs }: Parked,
  retriever?: Channel,
): Packet {
  return [
    ...channelHeaders(channel, "Parkee"),
    ...(retriever ? channelHeaders(retriever, "Retriever") : []),
    // A channel that is parked without a TimeoutChannel counts as its own parker.
    ["ParkerDialString", parker?.memberInterface ?? channel.device.name],
    ["Parkinglot", "default"],
    ["ParkingSpace", space],
    ["ParkingTimeout", Math.max(0, seconds(timeoutMs - (state.now - parkedAt)))],
    ["ParkingDuration", seconds(state.now - parkedAt)],
  ];
}

/** Connects a channel that dialed a parking space to the call that waits there. */
export function retrieve(state: PbxState, parked: Parked, retriever: Channel): void {
  retriever.application = "ParkedCall";
  retriever.applicationData = `default,${parked.space}`;
  setState(state, retriever, channelState.up);
  state.parked.delete(parked.space);
  leaveBridge(state, parked.channel);
  join(state, parked.channel, retriever);
  emitConnectedLine(state, retriever, parked.channel);
  emit(state, "UnParkedCall", "call", parkingHeaders(state, parked, retriever));
  emitConnectedLine(state, parked.channel, retriever);
  emitDeviceState(state, parked.channel.device);
}
