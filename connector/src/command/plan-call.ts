/** Plans the commands about calls (CM1–CM3, CM6). */
import {
  type CommandOf,
  type CommandResult,
  defaultParkSeconds,
  defaultRingSeconds,
  type Outcome,
  outcomeFailed,
  type Reach,
} from "@pbxis/shared";
import { originatedChannelId } from "../model/state/originated.ts";
import { interfaceToDial } from "./dial.ts";
import type { PlanContext } from "./plan-context.ts";
import { planHangupOfSpy } from "./plan-talk.ts";
import { type ActionStep, type Plan, type StepsPlan, stepOf } from "./step.ts";
import { channelToHangUp, namesCall, partyToMove } from "./target.ts";
import { assignment, isVariableAllowed } from "./variable.ts";

/** ChannelId becomes the Uniqueid of the agent's channel, by which EV7, EV13 and CM6 find it. */
export function planOriginate(command: CommandOf<"originate">, { lookup, settings, actionId }: PlanContext): Plan {
  const { agent, to, callerId, variables = {}, timeoutSeconds = defaultRingSeconds } = command;
  if (!settings.dialPattern.test(to)) return refuse(refusedNumber);
  const refusedName = Object.keys(variables).find((name) => !isVariableAllowed(settings.variables, name));
  if (refusedName !== undefined)
    return refuse(
      outcomeFailed("bad_request", `the connector's PBXIS_VARIABLES does not allow the variable ${refusedName}`),
    );
  const dialed = interfaceToDial(lookup, agent, settings.interfacePrefix);
  if (dialed === null) return refuse(outcomeFailed("bad_request", `no interface to dial is known for agent ${agent}`));
  const forMs = timeoutSeconds * 1000;
  const step = stepOf("Originate", [
    ["Channel", dialed],
    ["Context", settings.originateContext],
    ["Exten", to],
    ["Priority", 1],
    ["Timeout", forMs],
    ["CallerID", callerId],
    ["Async", true],
    ["ChannelId", originatedChannelId(actionId, agent)],
    ...Object.entries(variables).map(([name, value]) => ["Variable", assignment(name, value)] as const),
  ]);
  return { ...singleStep(actionId, step, { actionId }), followUp: { kind: "ringing", agent, forMs } };
}

/**
 * Asks first whether the extension exists: Asterisk (16.28, 22.10) answers Success to a redirect to a missing
 * extension, and drops the caller.
 */
export function planRedirect(
  command: CommandOf<"redirect">,
  reach: Reach,
  { lookup, settings, actionId }: PlanContext,
): Plan {
  const { to } = command;
  if (!settings.dialPattern.test(to)) return refuse(refusedNumber);
  const target = partyToMove(command, reach, lookup);
  if (target.kind === "none") return refuse(target.outcome);
  const context = settings.redirectContext;
  const redirect = stepOf("Redirect", [
    ["Channel", target.channel],
    ["Context", context],
    ["Exten", to],
    ["Priority", 1],
  ]);
  return {
    ...singleStep(actionId, redirect, { channel: target.channel }),
    steps: [existsCheck(to, context), redirect],
  };
}

/** Without the module func_dialplan the value is empty; then the action is tried. */
export function existsCheck(to: string, context: string): ActionStep {
  const outcome = outcomeFailed("asterisk_refused", `there is no extension ${to} in the dialplan's context ${context}`);
  return stepOf("Getvar", [["Variable", `DIALPLAN_EXISTS(${context},${to},1)`]], { unless: { value: "0", outcome } });
}

export function planPark(command: CommandOf<"park">, reach: Reach, { lookup, actionId }: PlanContext): Plan {
  const { timeoutSeconds = defaultParkSeconds } = command;
  const target = partyToMove(command, reach, lookup);
  if (target.kind === "none") return refuse(target.outcome);
  const { channel, counterpart } = target;
  const step = stepOf("Park", [
    ["Channel", channel],
    // The space is announced to the agent, who gets the call back after the time-out.
    ["TimeoutChannel", counterpart ?? undefined],
    ["AnnounceChannel", counterpart ?? undefined],
    ["Timeout", timeoutSeconds * 1000],
  ]);
  return { ...singleStep(actionId, step, { channel }), followUp: { kind: "awaitParking", channel } };
}

/**
 * An agent without another call may have originated calls that still ring. No client can name their channels, so each
 * hangup ends the newest. Asterisk finds a channel by its Uniqueid, too.
 */
export function planHangup(command: CommandOf<"hangup">, reach: Reach, context: PlanContext): Plan {
  const { agent, channel } = command;
  const { lookup, ringing, actionId } = context;
  const target = channelToHangUp(command, reach, lookup);
  if (target.kind === "target")
    return singleStep(actionId, stepOf("Hangup", [["Channel", target.channel]]), { channel: target.channel });
  if (agent === undefined || namesCall(command) || !isNotFound(target.outcome)) return refuse(target.outcome);
  const originated = channel === undefined ? ringing(agent) : null;
  if (originated === null) return planHangupOfSpy(agent, channel, context) ?? refuse(target.outcome);
  const step = stepOf("Hangup", [["Channel", originatedChannelId(originated, agent)]]);
  return { ...singleStep(actionId, step, { actionId: originated }), followUp: { kind: "stopRinging", originated } };
}

function isNotFound(outcome: Outcome): boolean {
  return outcome.status === "failed" && outcome.error.code === "not_found";
}

function singleStep(actionId: string, step: ActionStep, result: CommandResult): StepsPlan {
  return { kind: "steps", actionId, steps: [step], independent: false, result, followUp: { kind: "none" } };
}

const refusedNumber = outcomeFailed("bad_request", "to: the connector's PBXIS_DIAL_PATTERN does not allow this number");

function refuse(outcome: Outcome): Plan {
  return { kind: "settled", outcome };
}
