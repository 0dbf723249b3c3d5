/** Plans the attended transfer (CM20): the call to a third party while the other one is held, and its three ends. */
import { type CommandOf, outcomeFailed } from "@pbxis/shared";
import { existsCheck } from "./plan-call.ts";
import type { PlanContext } from "./plan-context.ts";
import { digitStep } from "./plan-talk.ts";
import { type Plan, stepOf } from "./step.ts";
import { talkOf } from "./talk.ts";

export function planAttendedTransfer(
  command: CommandOf<"attendedTransfer">,
  { lookup, settings, actionId }: PlanContext,
): Plan {
  const { agent, to } = command;
  if (!settings.attendedTransfer)
    return refuse("not_permitted", "attended transfers are off: PBXIS_ATTENDED_TRANSFER=on allows them");
  if (!settings.dialPattern.test(to))
    return refuse("bad_request", "to: the connector's PBXIS_DIAL_PATTERN does not allow this number");
  if (lookup.consultationOf(agent)) return refuse("conflict", `agent ${agent} transfers a call already`);
  const talk = talkOf(command, lookup);
  if (talk.kind === "none") return { kind: "settled", outcome: talk.outcome };
  const { channel, others } = talk;
  const context = settings.redirectContext;
  const transfer = stepOf("Atxfer", [
    ["Channel", channel],
    ["Exten", to],
    ["Context", context],
  ]);
  return {
    kind: "steps",
    actionId,
    steps: [existsCheck(to, context), transfer],
    independent: false,
    result: { channel },
    followUp: { kind: "awaitConsultation", channel, caller: others[0], to },
  };
}

/** Asterisk connects the two others when the agent's channel ends. Before the third party is called it would end all. */
export function planCompleteTransfer(command: CommandOf<"completeTransfer">, context: PlanContext): Plan {
  return planEnd(command, context, (channel) => [stepOf("Hangup", [["Channel", channel]])]);
}

/** Asterisk says Success even where there is nothing to cancel, so the model decides. */
export function planCancelTransfer(command: CommandOf<"cancelTransfer">, context: PlanContext): Plan {
  return planEnd(command, context, (channel) => [stepOf("CancelAtxfer", [["Channel", channel]])]);
}

export function planJoinTransfer(command: CommandOf<"joinTransfer">, context: PlanContext): Plan {
  const { agent } = command;
  const plan = planEnd(command, context, (channel) =>
    Array.from(context.settings.threewayDigits, (digit) => digitStep(channel, digit)),
  );
  const channel = context.lookup.consultationOf(agent)?.channel;
  return plan.kind === "steps" && channel !== undefined
    ? { ...plan, followUp: { kind: "awaitConference", agent, channel } }
    : plan;
}

type EndCommand = CommandOf<"completeTransfer" | "joinTransfer" | "cancelTransfer">;

/** ADR 24: a person who ends a transfer has seen which one. */
function planEnd(
  { agent, callId, to }: EndCommand,
  { lookup, actionId }: PlanContext,
  stepsFor: (channel: string) => readonly ReturnType<typeof stepOf>[],
): Plan {
  const consultation = lookup.consultationOf(agent);
  if (!consultation?.begun)
    return refuse(
      "not_found",
      `agent ${agent} consults nobody for an attended transfer by a command; nothing was done`,
    );
  const isOther =
    (callId ?? consultation.callId) !== consultation.callId || (to ?? consultation.to) !== consultation.to;
  if (isOther) return refuse("not_found", `agent ${agent} now transfers another call; nothing was done`);
  const steps = stepsFor(consultation.channel);
  return { kind: "steps", actionId, steps, independent: false, result: {}, followUp: { kind: "none" } };
}

function refuse(...failure: Parameters<typeof outcomeFailed>): Plan {
  return { kind: "settled", outcome: outcomeFailed(...failure) };
}
