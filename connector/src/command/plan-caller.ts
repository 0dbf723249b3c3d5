/** Plans the commands about a caller who waits in a queue (CM7). */
import { type CommandOf, defaultJoinSeconds, type Outcome, outcomeFailed } from "@pbxis/shared";
import { queueStatusFields } from "../ami/link/list.ts";
import type { WaitingView } from "../model/lookup.ts";
import { existsCheck } from "./plan-call.ts";
import type { PlanContext } from "./plan-context.ts";
import { planSnippetCall } from "./plan-snippet.ts";
import { type ActionStep, type Plan, type StepsPlan, stepOf } from "./step.ts";

type CallerCommand = CommandOf<"pickCaller" | "moveCaller" | "prioritizeCaller" | "hangupCaller">;

export function planCallerCommand(command: CallerCommand, context: PlanContext): Plan {
  const { queue, uniqueId } = command;
  const caller = context.lookup.waitingCaller(queue, uniqueId);
  if (!caller) return { kind: "settled", outcome: noCaller(queue) };
  const plan = planOf(command, caller, context);
  if (plan.kind !== "steps") return plan;
  // The caller may be answered while a question is under way.
  const steps = plan.steps.map((step) => (step.action === "Getvar" ? step : { ...step, whileWaits: command }));
  return { ...plan, steps };
}

function planOf(command: CallerCommand, caller: WaitingView, context: PlanContext): Plan {
  switch (command.type) {
    case "pickCaller":
      return planPick(command, caller, context);
    case "moveCaller":
      return planMove(command, caller, context);
    case "prioritizeCaller":
      return planPrioritize(command, caller, context);
    case "hangupCaller": {
      const { channel } = caller;
      return steps(context, [stepOf("Hangup", [["Channel", channel]])], { result: { channel } });
    }
  }
}

/** The caller waits on until the agent answers; `pick` then bridges both. */
function planPick(command: CommandOf<"pickCaller">, caller: WaitingView, context: PlanContext): Plan {
  const { agent, uniqueId, timeoutSeconds = defaultJoinSeconds } = command;
  const { channel } = caller;
  const plan = planSnippetCall(
    { agent, extension: "pick", channel, callerId: callerIdOf(caller), timeoutSeconds },
    context,
  );
  if (plan.kind !== "steps" || plan.followUp.kind !== "ringing") return plan;
  return { ...plan, followUp: { ...plan.followUp, caller: uniqueId } };
}

function planMove({ to }: CommandOf<"moveCaller">, { channel }: WaitingView, context: PlanContext): Plan {
  const { dialPattern, redirectContext } = context.settings;
  if (!dialPattern.test(to))
    return {
      kind: "settled",
      outcome: outcomeFailed("bad_request", "to: the connector's PBXIS_DIAL_PATTERN does not allow this number"),
    };
  const redirect = stepOf("Redirect", [
    ["Channel", channel],
    ["Context", redirectContext],
    ["Exten", to],
    ["Priority", 1],
  ]);
  return steps(context, [existsCheck(to, redirectContext), redirect], { result: { channel } });
}

/** Asterisk sends no event of it, so the queue's list follows; its answer is the last of the items. */
function planPrioritize(
  { queue, uniqueId, priority }: CommandOf<"prioritizeCaller">,
  { channel }: WaitingView,
  context: PlanContext,
): Plan {
  const change = stepOf("QueueChangePriorityCaller", [
    ["Queue", queue],
    ["Caller", channel],
    ["Priority", priority],
    ["Immediate", "yes"],
  ]);
  const list: ActionStep = { ...stepOf("QueueStatus", []), fields: queueStatusFields(queue) };
  return steps(context, [change, list], { followUp: { kind: "readPlace", queue, uniqueId } });
}

function steps(
  { actionId }: PlanContext,
  list: readonly ActionStep[],
  more: Partial<Pick<StepsPlan, "result" | "followUp">>,
): StepsPlan {
  return { kind: "steps", actionId, steps: list, independent: false, result: {}, followUp: { kind: "none" }, ...more };
}

export function noCaller(queue: string): Outcome {
  return outcomeFailed("not_found", `this caller does not wait in ${queue} any more; nothing was done`);
}

/** What the caller's network says is not trusted: a name has letters, digits and blanks only. */
function callerIdOf({ number, name }: WaitingView): string | undefined {
  if (number === null || !/^\+?[0-9*#]{1,40}$/.test(number)) return undefined;
  const safe = (name ?? "")
    .replaceAll(/[^\p{L}\p{N} .-]/gu, " ")
    .trim()
    .slice(0, 60)
    .trim();
  return safe === "" ? number : `"${safe}" <${number}>`;
}
