/** Phones that ring: somebody picks up, refuses, or lets it ring until time is up. */
import { type Due, refusals } from "./behaviour.ts";
import { end, queueCallOf, refuse } from "./conversation.ts";
import { answerDial } from "./dial.ts";
import { goTo } from "./dialplan.ts";
import { answerOriginate, failOriginate, originateOf } from "./originate.ts";
import { answerQueueCall } from "./queue-call.ts";
import { type Agent, type Channel, channelState, type PbxState } from "./state.ts";

export function ringingChannel(agent: Agent): Channel | undefined {
  return agent.device.channels.find(({ state }) => state === channelState.ringing);
}

/** False for a phone that does not ring. */
export function pickUp(state: PbxState, channel: Channel): boolean {
  const { agent } = channel.device;
  const call = queueCallOf(state, channel);
  const asked = originateOf(state, channel);
  if (call && agent) answerQueueCall(state, call, agent);
  else if (asked) {
    answerOriginate(state, asked);
    goTo(state, channel, asked.request.context, asked.request.exten);
  } else return answerDial(state, channel);
  return true;
}

/** What phones do by themselves, and what ends because nobody answers. */
export function passTime(state: PbxState): void {
  for (const channel of [...state.channels]) {
    const { due } = channel;
    if (!due || state.now < due.at) continue;
    channel.due = null;
    act(state, channel, due.act);
  }
  for (const asked of [...state.originates]) if (state.now >= asked.until) failOriginate(state, asked, 3, 19);
  for (const { to, until } of [...state.dials]) if (state.now >= until) refuse(state, to, 0);
}

function act(state: PbxState, channel: Channel, what: Due["act"]): void {
  if (what === "answer") pickUp(state, channel);
  else if (what === "hangUp") end(state, channel);
  else refuse(state, channel, refusals[what]);
}
