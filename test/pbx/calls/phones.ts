/** Ringing phones: answered, refused, or ringing until a time-out. */

import { type Agent, type Channel, channelState, type Due, type PbxState } from "../state.ts";
import { refusals } from "./behaviour.ts";
import { requestHangup } from "./channel.ts";
import { endCall, queueCallOf, refuse } from "./conversation.ts";
import { answerDial } from "./dial.ts";
import { goTo } from "./dialplan.ts";
import { answerOriginate, failOriginate, originateOf } from "./originate.ts";
import { answerQueueCall } from "./queue-call.ts";

export function ringingChannel(agent: Agent): Channel | undefined {
  return agent.device.channels.find(({ state }) => state === channelState.ringing);
}

/** Answers a ringing phone. False if it does not ring. */
export function pickUp(state: PbxState, channel: Channel): boolean {
  const { agent } = channel.device;
  const call = queueCallOf(state, channel);
  const pending = originateOf(state, channel);
  if (call && agent) answerQueueCall(state, call, agent);
  else if (pending) {
    answerOriginate(state, pending);
    goTo(state, channel, pending.request.context, pending.request.exten);
  } else return answerDial(state, channel);
  return true;
}

/** Executes what scripted phones are due to do, and ends originates and dials that have timed out. */
export function passTime(state: PbxState): void {
  for (const channel of [...state.channels]) {
    const { due } = channel;
    if (!due || state.now < due.at) continue;
    channel.due = null;
    act(state, channel, due.act);
  }
  for (const pending of [...state.originates]) if (state.now >= pending.until) failOriginate(state, pending, 3, 19);
  for (const { to, until } of [...state.dials]) if (state.now >= until) refuse(state, to, 0);
}

function act(state: PbxState, channel: Channel, what: Due["act"]): void {
  if (what === "answer") pickUp(state, channel);
  else if (what === "hangUp") endCall(state, channel);
  else {
    requestHangup(state, channel);
    refuse(state, channel, refusals[what]);
  }
}
