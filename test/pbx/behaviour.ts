/** What phones do by themselves: as a test has scripted them, or nothing, so that somebody must press the key. */
import type { Channel, PbxState } from "./state.ts";

/** `busy`: 486 at once. `decline`: 603 after ringing for so long. `noAnswer`: rings for ever. */
export type Behaviour =
  | Readonly<{ kind: "answer" | "decline"; afterMs: number }>
  | Readonly<{ kind: "busy" | "noAnswer" }>;

/** What a channel's phone will do, and when (ms). */
export type Due = Readonly<{ at: number; act: "answer" | "busy" | "decline" | "hangUp" }>;

/** Someone in the outside state picks up after this. */
const outsideAnswers: Behaviour = { kind: "answer", afterMs: 2000 };

/** The Q.850 causes of a phone that does not want to. */
export const refusals = { busy: 17, decline: 21 } as const;

/** Who is reached by this channel: an agent's id, or the outside number that was dialed. */
function behaviourOf(state: PbxState, { device, callerNumber }: Channel): Behaviour | undefined {
  return state.behaviours.get(device.agent?.id ?? callerNumber) ?? (device.agent ? undefined : outsideAnswers);
}

export function isBusy(state: PbxState, channel: Channel): boolean {
  const isInCall = channel.device.agent !== null && channel.device.channels.length > 1;
  return isInCall || behaviourOf(state, channel)?.kind === "busy";
}

/** For a channel that begins to ring. */
export function plan(state: PbxState, channel: Channel): void {
  const behaviour = behaviourOf(state, channel);
  if (!behaviour || behaviour.kind === "noAnswer") return;
  const afterMs = "afterMs" in behaviour ? behaviour.afterMs : 0;
  channel.due = { at: state.now + afterMs, act: behaviour.kind };
}
