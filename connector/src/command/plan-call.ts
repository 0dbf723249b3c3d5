/** CM1–CM3, CM6: calls. */
import {
  type CommandOf,
  type CommandResult,
  defaultRingSeconds,
  type Outcome,
  outcomeFailed,
  type Reach,
} from "@pbxis/shared";
import { interfaceToDial } from "./dial.ts";
import type { World } from "./plan.ts";
import { type Plan, type Step, type Steps, stepOf } from "./step.ts";
import { otherSide, toHangUp } from "./target.ts";
import { assignment, isVariableAllowed } from "./variable.ts";

const defaultParkSeconds = 45;

/** ChannelId gives the agent's channel the ActionID as its Uniqueid, by which EV7 and CM6 find it. */
export function planOriginate(command: CommandOf<"originate">, { lookup, settings, actionId }: World): Plan {
  const { agent, to, callerId, variables = {}, timeoutSeconds = defaultRingSeconds } = command;
  if (!settings.dialPattern.test(to)) return refuse(wrongNumber);
  const refusedName = Object.keys(variables).find((name) => !isVariableAllowed(settings.variables, name));
  if (refusedName !== undefined)
    return refuse(
      outcomeFailed("bad_request", `the connector's PBXIS_VARIABLES does not allow the variable ${refusedName}`),
    );
  const dialed = interfaceToDial(lookup, agent, settings.interfacePrefix);
  if (dialed === null) return refuse(outcomeFailed("bad_request", `there is nothing to dial for agent ${agent}`));
  const forMs = timeoutSeconds * 1000;
  const step = stepOf("Originate", [
    ["Channel", dialed],
    ["Context", settings.originateContext],
    ["Exten", to],
    ["Priority", 1],
    ["Timeout", forMs],
    ["CallerID", callerId],
    ["Async", true],
    ["ChannelId", actionId],
    ...Object.entries(variables).map(([name, value]) => ["Variable", assignment(name, value)] as const),
  ]);
  return { ...only(actionId, step, { actionId }), aftermath: { kind: "rings", agent, forMs } };
}

/** Redirected to an extension that is not there a caller would be dropped, and Asterisk would say Success (16.28, 22.10). */
export function planRedirect(
  command: CommandOf<"redirect">,
  reach: Reach,
  { lookup, settings, actionId }: World,
): Plan {
  const { to } = command;
  if (!settings.dialPattern.test(to)) return refuse(wrongNumber);
  const target = otherSide(command, reach, lookup);
  if (target.kind === "none") return refuse(target.outcome);
  const context = settings.redirectContext;
  const outcome = outcomeFailed("asterisk_refused", `there is no extension ${to} in the dialplan's context ${context}`);
  // Without func_dialplan the value is empty, and nothing is known.
  const check = stepOf("Getvar", [["Variable", `DIALPLAN_EXISTS(${context},${to},1)`]], {
    unless: { value: "0", outcome },
  });
  const redirect = stepOf("Redirect", [
    ["Channel", target.channel],
    ["Context", context],
    ["Exten", to],
    ["Priority", 1],
  ]);
  return { ...only(actionId, redirect, { channel: target.channel }), steps: [check, redirect] };
}

export function planPark(command: CommandOf<"park">, reach: Reach, { lookup, actionId }: World): Plan {
  const { timeoutSeconds = defaultParkSeconds } = command;
  const target = otherSide(command, reach, lookup);
  if (target.kind === "none") return refuse(target.outcome);
  const { channel, counterpart } = target;
  const step = stepOf("Park", [
    ["Channel", channel],
    // Who parks hears the space, and gets the call back when nobody fetches it.
    ["TimeoutChannel", counterpart ?? undefined],
    ["AnnounceChannel", counterpart ?? undefined],
    ["Timeout", timeoutSeconds * 1000],
  ]);
  return { ...only(actionId, step, { channel }), aftermath: { kind: "parked", channel } };
}

/**
 * An agent without a call may have some that we originated and that still ring: Asterisk finds them by their Uniqueids. A client could not name one
 * of them, for it has no channel's name: the newest is ended, and then the one before.
 */
export function planHangup(command: CommandOf<"hangup">, reach: Reach, { lookup, ringing, actionId }: World): Plan {
  const { agent, channel } = command;
  const target = toHangUp(command, reach, lookup);
  if (target.kind === "target")
    return only(actionId, stepOf("Hangup", [["Channel", target.channel]]), { channel: target.channel });
  const uniqueId = agent !== undefined && channel === undefined && isNotFound(target.outcome) ? ringing(agent) : null;
  if (uniqueId === null) return refuse(target.outcome);
  const step = stepOf("Hangup", [["Channel", uniqueId]]);
  return { ...only(actionId, step, { actionId: uniqueId }), aftermath: { kind: "silence", uniqueId } };
}

function isNotFound(outcome: Outcome): boolean {
  return outcome.status === "failed" && outcome.error.code === "not_found";
}

function only(actionId: string, step: Step, result: CommandResult): Steps {
  return { kind: "steps", actionId, steps: [step], independent: false, result, aftermath: { kind: "none" } };
}

const wrongNumber = outcomeFailed("bad_request", "to: the connector's PBXIS_DIAL_PATTERN does not allow this number");

function refuse(outcome: Outcome): Plan {
  return { kind: "settled", outcome };
}
