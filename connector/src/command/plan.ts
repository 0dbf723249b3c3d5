/**
 * CM10, CM13: plans a command: the actions that carry it out, or why it cannot be carried out. Pure: the same command
 * in the same context gives the same plan. Every value is checked again here, whatever the worker has checked: the
 * connector holds the phone system and trusts nobody.
 */
import { outcomeFailed, plainIssue, type Reach, SiteCommand } from "@pbxis/shared";
import { planHangup, planOriginate, planPark, planRedirect } from "./plan-call.ts";
import { planCallerCommand } from "./plan-caller.ts";
import type { PlanContext } from "./plan-context.ts";
import { planQueueAdd, planQueuePause, planQueuePenalty, planQueueRemove, planQueueReset } from "./plan-queue.ts";
import { planMute, planPickup, planRecording, planSendDigits, planSpy } from "./plan-talk.ts";
import { planAttendedTransfer, planCancelTransfer, planCompleteTransfer, planJoinTransfer } from "./plan-transfer.ts";
import { safeText } from "./refusal.ts";
import { encodingFault, missingRight, type Plan, type StepsPlan } from "./step.ts";

/** `reach` is the authorised scope (CM14), for what the command does not name. */
export function planCommand(given: unknown, reach: Reach, context: PlanContext): Plan {
  const parsed = SiteCommand.safeParse(given, { error: plainIssue });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return settled("bad_request", safeText(`${issue?.path.join(".") || "command"}: ${issue?.message}`));
  }
  if (!context.isUp) return settled("unavailable", "the connector has no connection to Asterisk");
  const plan = planOf(parsed.data, reach, context);
  return plan.kind === "steps" ? (refusalOf(plan, context) ?? plan) : plan;
}

function planOf(command: SiteCommand, reach: Reach, context: PlanContext): Plan {
  switch (command.type) {
    case "originate":
      return planOriginate(command, context);
    case "redirect":
      return planRedirect(command, reach, context);
    case "park":
      return planPark(command, reach, context);
    case "hangup":
      return planHangup(command, reach, context);
    case "queueAdd":
      return planQueueAdd(command, context);
    case "queueRemove":
      return planQueueRemove(command, reach, context);
    case "queuePause":
      return planQueuePause(command, reach, context);
    case "queuePenalty":
      return planQueuePenalty(command, reach, context);
    case "queueReset":
      return planQueueReset(command, reach, context);
    case "pickCaller":
    case "moveCaller":
    case "prioritizeCaller":
    case "hangupCaller":
      return planCallerCommand(command, context);
    case "attendedTransfer":
      return planAttendedTransfer(command, context);
    case "completeTransfer":
      return planCompleteTransfer(command, context);
    case "joinTransfer":
      return planJoinTransfer(command, context);
    case "cancelTransfer":
      return planCancelTransfer(command, context);
    case "mute":
      return planMute(command, context);
    case "recording":
      return planRecording(command, context);
    case "spy":
      return planSpy(command, context);
    case "pickup":
      return planPickup(command, context);
    case "sendDigits":
      return planSendDigits(command, context);
    case "audit":
      return { kind: "audit" };
    case "findCalls":
      return {
        kind: "settled",
        outcome: { status: "done", result: { calls: [...context.lookup.callsOf(command.agent)] } },
      };
  }
}

/** The first step that cannot be sent fails the whole plan, before anything is sent. */
function refusalOf({ steps, actionId }: StepsPlan, { rights }: PlanContext): Plan | undefined {
  for (const step of steps) {
    const right = missingRight(step.action, rights);
    if (right !== undefined)
      return settled(
        "not_permitted",
        `the connector's AMI account may not ${step.action}: it needs ${right}, and Asterisk the module of that action`,
      );
    const fault = encodingFault(step, actionId);
    if (fault !== undefined) return settled("bad_request", `this command cannot be sent to Asterisk: ${fault}`);
  }
  return undefined;
}

function settled(...failure: Parameters<typeof outcomeFailed>): Plan {
  return { kind: "settled", outcome: outcomeFailed(...failure) };
}
