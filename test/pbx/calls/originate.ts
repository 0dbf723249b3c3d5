/** AMI's Originate: the agent's phone rings first; when it is answered, the channel enters the dialplan. */

import { newChannel } from "../create.ts";
import { unknownValue } from "../headers.ts";
import type { Packet } from "../packet.ts";
import { type Channel, channelState, type OriginateRequest, type PbxState, type PendingOriginate } from "../state.ts";
import { isBusy, plan, refusals } from "./behaviour.ts";
import { emit, emitConnectedLine, hangUp, setState } from "./channel.ts";

const maxRemembered = 1000;

/**
 * OriginateResponse's Reason, an AST_CONTROL value: 4 answered, 3 still ringing at the time-out, 0 any other failure.
 */
type Reason = 0 | 3 | 4;

export function originate(state: PbxState, request: OriginateRequest): void {
  state.originated.push(request);
  if (state.originated.length > maxRemembered) state.originated.shift();
  const agent = [...state.agents.values()].find(({ memberInterface }) => memberInterface === request.dialed);
  const isTaken = [...state.channels].some(({ uniqueId }) => uniqueId === request.uniqueId);
  // If no channel can be created, no Hangup follows (traces g_originate 4 and 5).
  if (!agent?.isRegistered || isTaken) {
    emitOriginateResponse(state, request, 0);
    return;
  }
  const { uniqueId, callerNumber, callerName } = request;
  const channel = newChannel(state, agent.device, {
    state: channelState.down,
    number: callerNumber ?? agent.id,
    name: callerName ?? agent.name,
    context: "from-agents",
    exten: "s",
    ...(uniqueId !== null && { uniqueId }),
  });
  for (const [name, value] of request.variables) channel.variables.set(name, value);
  // The phone shows the number to be called as its caller.
  if (callerNumber !== null) emitConnectedLine(state, channel, channel);
  const pending: PendingOriginate = { request, channel, until: state.now + request.timeoutMs };
  state.originates.add(pending);
  if (isBusy(state, channel)) {
    failOriginate(state, pending, 0, refusals.busy);
    return;
  }
  setState(state, channel, channelState.ringing);
  plan(state, channel);
}

export function originateOf(state: PbxState, channel: Channel): PendingOriginate | undefined {
  return [...state.originates].find((pending) => pending.channel === channel);
}

export function failOriginate(state: PbxState, pending: PendingOriginate, reason: 0 | 3, cause: number): void {
  state.originates.delete(pending);
  emitOriginateResponse(state, pending.request, reason);
  hangUp(state, pending.channel, cause);
}

/** The phone is answered. The caller of this function continues the call. */
export function answerOriginate(state: PbxState, pending: PendingOriginate): void {
  const { channel, request } = pending;
  state.originates.delete(pending);
  channel.due = null;
  setState(state, channel, channelState.up);
  emitOriginateResponse(state, request, 4, channel);
}

function emitOriginateResponse(state: PbxState, request: OriginateRequest, reason: Reason, channel?: Channel): void {
  const { actionId, uniqueId, dialed, context, exten, callerNumber, callerName } = request;
  const id: Packet = actionId === null ? [] : [["ActionID", actionId]];
  emit(state, "OriginateResponse", "call", [
    ...id,
    ["Response", channel ? "Success" : "Failure"],
    ["Channel", channel?.name ?? dialed],
    ["Context", context],
    ["Exten", exten],
    ["Reason", reason],
    ["Uniqueid", channel?.uniqueId ?? uniqueId ?? unknownValue],
    ["CallerIDNum", callerNumber ?? unknownValue],
    ["CallerIDName", callerName ?? unknownValue],
  ]);
}
