/** Plans what an agent, or a supervisor, can do in a call in progress (CM21–CM25). */
import { type CommandOf, defaultJoinSeconds, outcomeFailed, type SpyMode } from "@pbxis/shared";
import { actionIdOf, originatedBy, originatedChannelId } from "../model/state/originated.ts";
import type { PlanContext } from "./plan-context.ts";
import { planSnippetCall } from "./plan-snippet.ts";
import { type ActionStep, type Plan, stepOf } from "./step.ts";
import { ringOf, talkOf } from "./talk.ts";

/** Asterisk reads no other action of this connection while it plays a digit (22.10, 16.28): one at a time, and short. */
const digitMs = 100;

export function planSendDigits(command: CommandOf<"sendDigits">, { lookup, actionId }: PlanContext): Plan {
  const talk = talkOf(command, lookup);
  if (talk.kind === "none") return refuse(talk.outcome);
  const [channel, another] = talk.others;
  if (another !== undefined)
    return refuse(outcomeFailed("several_calls", `agent ${command.agent} talks to several parties in one call`));
  const steps = Array.from(command.digits, (digit) =>
    stepOf("PlayDTMF", [
      ["Channel", channel],
      ["Digit", digit],
      ["Duration", digitMs],
    ]),
  );
  return { kind: "steps", actionId, steps, independent: false, result: { channel }, followUp: { kind: "none" } };
}

/** What comes from the agent's phone is muted: the other party hears nothing, and the agent hears on. */
export function planMute(command: CommandOf<"mute">, { lookup, actionId }: PlanContext): Plan {
  const talk = talkOf(command, lookup);
  if (talk.kind === "none") return refuse(talk.outcome);
  const { channel } = talk;
  const { muted } = command;
  const step = stepOf(
    "Setvar",
    [
      ["Channel", channel],
      ["Variable", "MUTEAUDIO(in)"],
      ["Value", muted ? "on" : "off"],
    ],
    { announces: { kind: "channelMuted", channel, muted } },
  );
  return {
    kind: "steps",
    actionId,
    steps: [step],
    independent: false,
    result: { channel },
    followUp: { kind: "none" },
  };
}

/**
 * A queue and the dialplan record the caller's channel, a call that the agent made may be recorded on the agent's. All
 * are tried: of two recordings none may go on.
 */
export function planRecording(command: CommandOf<"recording">, { lookup, actionId }: PlanContext): Plan {
  const talk = talkOf(command, lookup);
  if (talk.kind === "none") return refuse(talk.outcome);
  const notRecorded = outcomeFailed("not_found", `the call of agent ${command.agent} is not recorded`);
  // Asterisk 16.28 accepts to mute a recording that was stopped.
  const channels = [...talk.others, talk.channel].filter((channel) => !lookup.isRecordingStopped(channel));
  if (channels.length === 0) return refuse(notRecorded);
  const steps = channels.map((channel) => recordingStep(command.state, channel));
  const result = {};
  return {
    kind: "steps",
    actionId,
    steps,
    independent: true,
    otherwise: notRecorded,
    result,
    followUp: { kind: "none" },
  };
}

function recordingStep(state: CommandOf<"recording">["state"], channel: string): ActionStep {
  if (state === "stopped") return stepOf("StopMixMonitor", [["Channel", channel]]);
  return stepOf("MixMonitorMute", [
    ["Channel", channel],
    ["Direction", "both"],
    ["State", state === "paused" ? 1 : 0],
  ]);
}

/** By ChanSpy's option `d` these digits of the supervisor's change the mode. */
const modeDigits = { listen: 4, whisper: 5, barge: 6 } as const satisfies Record<SpyMode, number>;
const modeOptions = { listen: "", whisper: "w", barge: "B" } as const satisfies Record<SpyMode, string>;

export function planSpy(command: CommandOf<"spy">, context: PlanContext): Plan {
  const { agent, supervisor, mode, timeoutSeconds = defaultJoinSeconds } = command;
  const { lookup, actionId } = context;
  if (supervisor === agent) return refuse(outcomeFailed("bad_request", "supervisor: nobody listens to their own call"));
  const talk = talkOf(command, lookup);
  if (talk.kind === "none") return refuse(talk.outcome);
  const spying = lookup.supervisionBy(supervisor);
  // A spy of the phone's own feature code need not have the option.
  const spied = spying?.agent === agent ? originatedBy(spying.uniqueId) : null;
  if (spying && spied) {
    const announces = { kind: "spyModeCommanded", uniqueId: spying.uniqueId, mode } as const;
    const step = digitStep(spying.channel, String(modeDigits[mode]), announces);
    const result = { actionId: spied.actionId };
    return { kind: "steps", actionId, steps: [step], independent: false, result, followUp: { kind: "none" } };
  }
  const { channel } = talk;
  const call = { agent: supervisor, extension: "spy", channel, mode: modeOptions[mode], timeoutSeconds } as const;
  const uniqueId = originatedChannelId(actionId, supervisor);
  return announcing(planSnippetCall({ ...call, callerId: numberOf(agent) }, context), {
    kind: "spyModeCommanded",
    uniqueId,
    mode,
  });
}

function announcing(plan: Plan, announces: NonNullable<ActionStep["announces"]>): Plan {
  if (plan.kind !== "steps") return plan;
  return {
    ...plan,
    steps: plan.steps.map((step) => (step.action === "Originate" ? { ...step, announces } : step)),
  };
}

/** A digit as if the channel's own party had pressed it. */
export function digitStep(channel: string, digit: string, announces: ActionStep["announces"] = null): ActionStep {
  return stepOf(
    "PlayDTMF",
    [
      ["Channel", channel],
      ["Digit", digit],
      ["Receive", true],
    ],
    { announces },
  );
}

/** A queue's ring, or an originated call that rings: of that only the Uniqueid is known, by which Asterisk finds it. */
export function planPickup(command: CommandOf<"pickup">, context: PlanContext): Plan {
  const { agent, of } = command;
  if (agent === of) return refuse(outcomeFailed("bad_request", "of: an agent answers their own call"));
  const ring = ringOf(command, context.lookup);
  const originated = ring.kind === "none" && command.callId === undefined ? context.ringing(of) : null;
  if (ring.kind === "none" && (originated === null || !isNotFound(ring.outcome))) return refuse(ring.outcome);
  const found = ring.kind === "ring" ? ring : { channel: originatedChannelId(originated ?? "", of), callerId: null };
  return planSnippetCall(
    {
      agent,
      extension: "pickup",
      channel: found.channel,
      callerId: numberOf(found.callerId),
      timeoutSeconds: defaultJoinSeconds,
    },
    context,
  );
}

function isNotFound(outcome: ReturnType<typeof outcomeFailed>): boolean {
  return outcome.status === "failed" && outcome.error.code === "not_found";
}

/** What the rung phone shows; undefined for what is no number. */
function numberOf(text: string | null): string | undefined {
  return text !== null && /^\+?[0-9*#]{1,40}$/.test(text) ? text : undefined;
}

/** CM6: the channel that listens, for an agent who has no call or whom the client named it. */
export function planHangupOfSpy(
  agent: string,
  named: string | undefined,
  { lookup, actionId }: PlanContext,
): Plan | null {
  const spying = lookup.supervisionBy(agent);
  if (!spying || (named !== undefined && named !== spying.channel)) return null;
  const { channel } = spying;
  const step = stepOf("Hangup", [["Channel", channel]]);
  const result = { channel, actionId: actionIdOf(spying.uniqueId) };
  return { kind: "steps", actionId, steps: [step], independent: false, result, followUp: { kind: "none" } };
}

function refuse(outcome: ReturnType<typeof outcomeFailed>): Plan {
  return { kind: "settled", outcome };
}
