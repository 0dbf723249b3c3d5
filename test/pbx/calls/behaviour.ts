/** Scripted behaviour of phones. An agent's phone without a script does nothing until a command operates it. */
import type { Behaviour, Channel, PbxState } from "../state.ts";

/** The default for numbers outside the PBX. */
const outsideAnswers: Behaviour = { kind: "answer", afterMs: 2000 };

/** Q.850 causes with which a phone refuses a call. */
export const refusals = { busy: 17, decline: 21 } as const;

/** Behaviours are stored by the agent's id, or by the outside number that the channel dials. */
function behaviourOf(state: PbxState, { device, callerNumber }: Channel): Behaviour | undefined {
  return state.behaviours.get(device.agent?.id ?? callerNumber) ?? (device.agent ? undefined : outsideAnswers);
}

export function isBusy(state: PbxState, channel: Channel): boolean {
  const isInCall = channel.device.agent !== null && channel.device.channels.length > 1;
  return isInCall || behaviourOf(state, channel)?.kind === "busy";
}

/** Schedules what the phone of a channel that starts to ring does by itself. */
export function plan(state: PbxState, channel: Channel): void {
  const behaviour = behaviourOf(state, channel);
  if (!behaviour || behaviour.kind === "noAnswer") return;
  const afterMs = "afterMs" in behaviour ? behaviour.afterMs : 0;
  channel.due = { at: state.now + afterMs, act: behaviour.kind };
}
