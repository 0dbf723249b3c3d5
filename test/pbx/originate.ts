/** Calls that a manager asks for: first the agent's phone rings; what follows when it is answered is the dialplan's. */
import { isBusy, plan, refusals } from "./behaviour.ts";
import { emit, emitConnectedLine, hangUp, setState } from "./channel.ts";
import { unknownValue } from "./headers.ts";
import type { Packet } from "./packet.ts";
import {
  type Channel,
  channelState,
  newChannel,
  type Originate,
  type OriginateRequest,
  type PbxState,
} from "./state.ts";

const maxRemembered = 1000;

/** Of AST_CONTROL: 4 answered, 3 it was still ringing, 0 everything else. */
type Reason = 0 | 3 | 4;

export function originate(state: PbxState, request: OriginateRequest): void {
  state.originated.push(request);
  if (state.originated.length > maxRemembered) state.originated.shift();
  const agent = [...state.agents.values()].find(({ memberInterface }) => memberInterface === request.dialed);
  const isTaken = [...state.channels].some(({ uniqueId }) => uniqueId === request.uniqueId);
  // Where no channel can be had, there is no Hangup either (traces g_originate 4 and 5).
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
  // The phone is shown whom it will call as its caller.
  if (callerNumber !== null) emitConnectedLine(state, channel, channel);
  const asked: Originate = { request, channel, until: state.now + request.timeoutMs };
  state.originates.add(asked);
  if (isBusy(state, channel)) {
    failOriginate(state, asked, 0, refusals.busy);
    return;
  }
  setState(state, channel, channelState.ringing);
  plan(state, channel);
}

export function originateOf(state: PbxState, channel: Channel): Originate | undefined {
  return [...state.originates].find((asked) => asked.channel === channel);
}

export function failOriginate(state: PbxState, asked: Originate, reason: 0 | 3, cause: number): void {
  state.originates.delete(asked);
  emitOriginateResponse(state, asked.request, reason);
  hangUp(state, asked.channel, cause);
}

/** The phone is picked up. Where the call goes on is for the caller of this to say. */
export function answerOriginate(state: PbxState, asked: Originate): void {
  const { channel, request } = asked;
  state.originates.delete(asked);
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
