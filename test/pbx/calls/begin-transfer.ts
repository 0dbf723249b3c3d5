/** AMI's Atxfer: holds the caller, and dials a third party through a Local channel (trace h2_atxfer). */

import { newBridge, newChannel } from "../create.ts";
import { channelHeaders } from "../headers.ts";
import { type Channel, channelState, type Device, type PbxState, partyOf } from "../state.ts";
import { emit, emitConnectedLine, emitDeviceState, enterBridge } from "./channel.ts";
import { consultationBy, moveTo } from "./consultation.ts";
import { destinationOf, goTo } from "./dialplan.ts";

/** Asterisk answers Success to all of it. Where it cannot transfer, nothing happens here. */
export function beginTransfer(state: PbxState, agentChannel: Channel, context: string, exten: string): void {
  const caller = partyOf(agentChannel);
  const { bridge } = agentChannel;
  const isPossible = mayTransfer(state, agentChannel) && !consultationBy(state, agentChannel);
  if (!caller || !bridge || !isPossible || !destinationOf(state, context, exten)) return;
  // Unlike a phone's, without a MusicClass.
  agentChannel.holds = true;
  emit(state, "Hold", "call", channelHeaders(agentChannel));
  emitDeviceState(state, caller.device);
  const [near, far] = localChannel(state, agentChannel, context, exten);
  emitConnectedLine(state, near, agentChannel);
  const second = newBridge(state, "basic");
  enterBridge(state, near, second);
  state.consultations.add({ agentChannel, caller, bridge, near, pressed: "" });
  moveTo(state, agentChannel, second);
  agentChannel.connectedNumber = null;
  agentChannel.connectedName = null;
  emit(state, "NewConnectedLine", "call", channelHeaders(agentChannel));
  goTo(state, far, context, exten);
  // A busy third party is over by now.
  if (consultationBy(state, agentChannel)) emitConnectedLine(state, agentChannel, near);
}

/** `Queue()` has `tT`, `Dial()` has not. */
function mayTransfer({ calls }: PbxState, agentChannel: Channel): boolean {
  return [...calls].some(({ served }) => served?.channel === agentChannel && !served.callerMoved);
}

function localChannel(
  state: PbxState,
  from: Channel,
  context: string,
  exten: string,
): readonly [near: Channel, far: Channel] {
  const device: Device = { name: `Local/${exten}@${context}`, agent: null, channels: [], publishedState: "INUSE" };
  const { callerNumber, callerName } = from;
  const common = { context, exten, from };
  const name = state.agents.get(exten)?.name ?? "";
  const near = newChannel(state, device, { ...common, state: channelState.up, number: exten, name, half: 1 });
  const far = newChannel(state, device, {
    ...common,
    state: channelState.ring,
    number: callerNumber,
    name: callerName,
    half: 2,
  });
  near.otherHalf = far;
  far.otherHalf = near;
  return [near, far];
}
