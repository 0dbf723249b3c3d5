/** Phones that ring: somebody picks up, refuses, or lets it ring until time is up. */
import { type Due, refusals } from "./behaviour.ts";
import { end, queueCallOf, refuse } from "./conversation.ts";
import { answerDial } from "./dial.ts";
import { goTo } from "./dialplan.ts";
import { beginOriginated, failOriginate, originateOf } from "./outgoing.ts";
import { answerQueueCall } from "./queue-call.ts";
import { type Agent, type Channel, channelState, type World } from "./world.ts";

export function ringingChannel(agent: Agent): Channel | undefined {
  return agent.device.channels.find(({ state }) => state === channelState.ringing);
}

/** False for a phone that does not ring. */
export function pickUp(world: World, channel: Channel): boolean {
  const { agent } = channel.device;
  const call = queueCallOf(world, channel);
  const asked = originateOf(world, channel);
  if (call && agent) answerQueueCall(world, call, agent);
  else if (asked) {
    beginOriginated(world, asked);
    goTo(world, channel, asked.request.context, asked.request.exten);
  } else return answerDial(world, channel);
  return true;
}

/** What phones do by themselves, and what ends because nobody answers. */
export function passTime(world: World): void {
  for (const channel of [...world.channels]) {
    const { due } = channel;
    if (!due || world.now < due.at) continue;
    channel.due = null;
    act(world, channel, due.act);
  }
  for (const asked of [...world.originates]) if (world.now >= asked.until) failOriginate(world, asked, 3, 19);
  for (const { to, until } of [...world.dials]) if (world.now >= until) refuse(world, to, 0);
}

function act(world: World, channel: Channel, what: Due["act"]): void {
  if (what === "answer") pickUp(world, channel);
  else if (what === "hangUp") end(world, channel);
  else refuse(world, channel, refusals[what]);
}
