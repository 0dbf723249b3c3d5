/** The dialplan's Dial: another phone rings for a channel that waits, an agent's or one outside. */
import { isBusy, plan, refusals } from "./behaviour.ts";
import { dialAgent, hangUp, join, setState, tellConnectedLine } from "./channel.ts";
import { type Agent, type Channel, channelState, newChannel, type World } from "./world.ts";

const dialTimeoutMs = 30_000;

/** False if nothing rings: the phone is not there, or it is busy. */
export function dial(world: World, from: Channel, to: Agent): boolean {
  from.application = "Dial";
  from.applicationData = `${to.memberInterface},30`;
  if (!to.isRegistered) return false;
  return ring(world, from, dialAgent(world, to, from, "agents", to.id));
}

/** False if the number is busy. */
export function dialOut(world: World, from: Channel, number: string): boolean {
  from.application = "Dial";
  from.applicationData = `PJSIP/${number}@trunk,30`;
  const { callerName: name } = from;
  const wish = { state: channelState.down, number, name, context: "from-trunk", exten: number, from };
  return ring(world, from, newChannel(world, world.trunk, wish));
}

function ring(world: World, from: Channel, channel: Channel): boolean {
  channel.application = "AppDial";
  channel.applicationData = "(Outgoing Line)";
  tellConnectedLine(world, channel, from);
  // Who waits is told whom he is to talk to, unless that is what he is shown already.
  const { callerNumber, callerName } = channel;
  if (from.connectedNumber !== callerNumber || from.connectedName !== callerName)
    tellConnectedLine(world, from, channel);
  if (isBusy(world, channel)) {
    hangUp(world, channel, refusals.busy);
    return false;
  }
  world.dials.add({ from, to: channel, until: world.now + dialTimeoutMs });
  setState(world, channel, channelState.ringing);
  plan(world, channel);
  return true;
}

export function answerDial(world: World, channel: Channel): boolean {
  for (const ringing of world.dials) {
    if (ringing.to !== channel) continue;
    world.dials.delete(ringing);
    channel.exten = "";
    channel.due = null;
    setState(world, channel, channelState.up);
    setState(world, ringing.from, channelState.up);
    join(world, channel, ringing.from);
    return true;
  }
  return false;
}

/** The dialed phone stops ringing. Returns who waited for it, and comes to the end of the dialplan. */
export function endDial(world: World, channel: Channel, cause: number): Channel | undefined {
  for (const ringing of world.dials) {
    if (ringing.to !== channel) continue;
    world.dials.delete(ringing);
    hangUp(world, channel, cause);
    return ringing.from;
  }
  return undefined;
}
