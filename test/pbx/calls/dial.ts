/** The dialplan's Dial application: rings an agent's phone or an outside number for a channel that waits. */

import { newChannel } from "../create.ts";
import { type Agent, type Channel, channelState, type PbxState } from "../state.ts";
import { isBusy, plan, refusals } from "./behaviour.ts";
import { dialAgent, emitConnectedLine, hangUp, join, setState } from "./channel.ts";

const dialTimeoutMs = 30_000;

/** False if the phone is not registered or busy. */
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
  const options = { state: channelState.down, number, name, context: "from-trunk", exten: number, from };
  return ring(state, from, newChannel(state, state.trunk, options));
}

function ring(state: PbxState, from: Channel, channel: Channel): boolean {
  channel.application = "AppDial";
  channel.applicationData = "(Outgoing Line)";
  emitConnectedLine(state, channel, from);
  // The waiting channel's connected line is updated only if it differs from what it shows already.
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

/** Stops a dialed phone from ringing. Returns the channel that waited for it, if any. */
export function endDial(state: PbxState, channel: Channel, cause: number): Channel | undefined {
  for (const ringing of state.dials) {
    if (ringing.to !== channel) continue;
    state.dials.delete(ringing);
    hangUp(state, channel, cause);
    return ringing.from;
  }
  return undefined;
}
