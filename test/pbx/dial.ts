/** The dialplan's Dial: another phone rings for a channel that waits, an agent's or one outside. */
import { isBusy, plan, refusals } from "./behaviour.ts";
import { dialAgent, emitConnectedLine, hangUp, join, setState } from "./channel.ts";
import { type Agent, type Channel, channelState, newChannel, type PbxState } from "./state.ts";

const dialTimeoutMs = 30_000;

/** False if nothing rings: the phone is not there, or it is busy. */
export function dial(state: PbxState, from: Channel, to: Agent): boolean {
  from.application = "Dial";
  from.applicationData = `${to.memberInterface},30`;
  if (!to.isRegistered) return false;
  return ring(state, from, dialAgent(state, to, from, "agents", to.id));
}

/** False if the number is busy. */
export function dialOut(state: PbxState, from: Channel, number: string): boolean {
  from.application = "Dial";
  from.applicationData = `PJSIP/${number}@trunk,30`;
  const { callerName: name } = from;
  const wish = { state: channelState.down, number, name, context: "from-trunk", exten: number, from };
  return ring(state, from, newChannel(state, state.trunk, wish));
}

function ring(state: PbxState, from: Channel, channel: Channel): boolean {
  channel.application = "AppDial";
  channel.applicationData = "(Outgoing Line)";
  emitConnectedLine(state, channel, from);
  // Who waits is told whom he is to talk to, unless that is what he is shown already.
  const { callerNumber, callerName } = channel;
  if (from.connectedNumber !== callerNumber || from.connectedName !== callerName)
    emitConnectedLine(state, from, channel);
  if (isBusy(state, channel)) {
    hangUp(state, channel, refusals.busy);
    return false;
  }
  state.dials.add({ from, to: channel, until: state.now + dialTimeoutMs });
  setState(state, channel, channelState.ringing);
  plan(state, channel);
  return true;
}

export function answerDial(state: PbxState, channel: Channel): boolean {
  for (const ringing of state.dials) {
    if (ringing.to !== channel) continue;
    state.dials.delete(ringing);
    channel.exten = "";
    channel.due = null;
    setState(state, channel, channelState.up);
    setState(state, ringing.from, channelState.up);
    join(state, channel, ringing.from);
    return true;
  }
  return false;
}

/** The dialed phone stops ringing. Returns who waited for it, and comes to the end of the dialplan. */
export function endDial(state: PbxState, channel: Channel, cause: number): Channel | undefined {
  for (const ringing of state.dials) {
    if (ringing.to !== channel) continue;
    state.dials.delete(ringing);
    hangUp(state, channel, cause);
    return ringing.from;
  }
  return undefined;
}
