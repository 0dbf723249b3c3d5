/** How an attended transfer ends (CM20), as Asterisk 16.28 and 22.10 do it. It begins in begin-transfer.ts. */

import { channelHeaders } from "../headers.ts";
import { type Bridge, type Channel, type Consultation, type PbxState, partyOf } from "../state.ts";
import { emit, emitConnectedLine, emitDeviceState, enterBridge, hangUp, leaveBridge } from "./channel.ts";
import { complete } from "./queue-call.ts";

/** features.conf: `atxferthreeway`. */
const threewayDigits = "*5";
/** Q.850 cause 16. */
const normalClearing = 16;

/** The transfer that the agent's channel makes. */
export function consultationBy({ consultations }: PbxState, agentChannel: Channel): Consultation | undefined {
  return [...consultations].find((one) => one.agentChannel === agentChannel);
}

/** The agent's channel ends: the caller gets the third party, or hears it ring. */
export function completeTransfer(state: PbxState, { agentChannel, caller, bridge, near }: Consultation): void {
  leave(state, agentChannel);
  leaveBridge(state, agentChannel);
  moveTo(state, near, bridge);
  emitConnectedLine(state, caller, near);
  emitConnectedLine(state, near, caller);
  const third = thirdOf(state, near);
  if (third) emitConnectedLine(state, third, caller);
  const call = [...state.calls].find(({ served }) => served?.channel === agentChannel);
  if (call) complete(state, call, "transfer");
  hangUp(state, agentChannel, normalClearing);
  emitDeviceState(state, caller.device);
}

/** `near` ends, or is about to: the agent is back with the caller. */
export function returnToCaller(state: PbxState, { agentChannel, caller, bridge }: Consultation): void {
  leave(state, agentChannel);
  moveTo(state, agentChannel, bridge);
  emit(state, "Unhold", "call", channelHeaders(agentChannel));
  emitDeviceState(state, caller.device);
  emitConnectedLine(state, agentChannel, caller);
}

/** The agent presses a digit. All three are in one bridge after `threewayDigits`. */
export function press(state: PbxState, consultation: Consultation, digit: string): void {
  consultation.pressed += digit;
  if (!consultation.pressed.endsWith(threewayDigits)) return;
  const { agentChannel, caller, bridge, near } = consultation;
  leave(state, agentChannel);
  moveTo(state, near, bridge);
  moveTo(state, agentChannel, bridge);
  emitDeviceState(state, caller.device);
}

/** The transfers in which this channel is the caller are over, and the agent keeps the third party. */
export function forgetTransfersOf(state: PbxState, caller: Channel): void {
  for (const one of state.consultations) if (one.caller === caller) state.consultations.delete(one);
}

export function moveTo(state: PbxState, channel: Channel, bridge: Bridge): void {
  leaveBridge(state, channel);
  enterBridge(state, channel, bridge);
}

function leave(state: PbxState, agentChannel: Channel): void {
  const consultation = consultationBy(state, agentChannel);
  if (consultation) state.consultations.delete(consultation);
}

/** Who talks to the far half of the Local channel, or is dialed by it. */
function thirdOf({ dials }: PbxState, { otherHalf }: Channel): Channel | undefined {
  if (!otherHalf) return undefined;
  return partyOf(otherHalf) ?? [...dials].find(({ from }) => from === otherHalf)?.to;
}
