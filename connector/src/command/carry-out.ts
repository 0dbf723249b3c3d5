/** A plan carried out: its actions one after another, and what their answers make of the command (CM11). */
import { type Outcome, outcomeFailed, outcomeUnknown, type QueueName } from "@pbxis/shared";
import type { ActionAnswer, ActionFields } from "../ami/link/action.ts";
import { type Parkings, type ParkingWatch, parkingPatienceMs } from "./parking.ts";
import { refusalCode, refused, safeText } from "./refusal.ts";
import type { CommandAction, Step, Steps } from "./step.ts";

/** Asks Asterisk; never rejects. */
export type Request = (action: CommandAction, fields: ActionFields, actionId: string) => Promise<ActionAnswer>;

export type Hands = Readonly<{
  request: Request;
  newActionId: () => string;
  /** Steady, in ms. */
  now: () => number;
  parkings: Pick<Parkings, "watch">;
  /** CM1: from now on the agent's phone may ring, under `actionId` as its Uniqueid. */
  onRinging: (agent: string, actionId: string, forMs: number) => void;
  /** CM6: it does not, or not any more. */
  onSilence: (uniqueId: string) => void;
  /** CM5: Asterisk sends no event of it; null: every queue. */
  onQueueReset: (queue: QueueName | null) => void;
  /** EV7: nor of an originate that it refuses at once. */
  onOriginateRefused: (actionId: string) => void;
}>;

export async function carryOut(plan: Steps, startBefore: number, hands: Hands): Promise<Outcome> {
  if (plan.aftermath.kind !== "parked") return takeSteps(plan, startBefore, hands);
  const watch = hands.parkings.watch(plan.aftermath.channel);
  try {
    return await withSpace(plan, await takeSteps(plan, startBefore, hands), watch);
  } finally {
    watch.stop();
  }
}

/** The event alone proves that the call is parked, whatever became of the answer. Success without the event proves nothing. */
async function withSpace({ result }: Steps, outcome: Outcome, watch: ParkingWatch): Promise<Outcome> {
  if (outcome.status === "failed") return outcome;
  const space = await watch.space(outcome.status === "done" ? parkingPatienceMs : 0);
  if (space !== null) return { status: "done", result: { ...result, parkingSpace: space } };
  if (outcome.status === "unknown") return outcome;
  return outcomeUnknown("Asterisk accepted to park the call and did not tell where; the caller may have hung up");
}

async function takeSteps(plan: Steps, startBefore: number, hands: Hands): Promise<Outcome> {
  const changed = new Set<QueueName>();
  let refusal: string | undefined;
  for (const [index, step] of plan.steps.entries()) {
    const details = changed.size > 0 ? { queues: [...changed] } : {};
    if (hands.now() >= startBefore)
      return outcomeFailed("deadline_passed", "it was too late to start it, or what was left of it", details);
    const actionId = index === 0 ? plan.actionId : hands.newActionId();
    if (plan.aftermath.kind === "rings") hands.onRinging(plan.aftermath.agent, actionId, plan.aftermath.forMs);
    const answer = await hands.request(step.action, step.fields, actionId);
    const silent = silentAfter(plan, answer);
    if (silent !== null) hands.onSilence(silent);
    if (answer.kind === "notSent") return outcomeFailed("unavailable", safeText(answer.because), details);
    if (answer.kind === "lost") return afterLoss(step, safeText(answer.because));
    if (!answer.ok) {
      refusal ??= answer.message;
      if (step.action === "Originate") hands.onOriginateRefused(actionId);
      if (!plan.independent) break;
    } else if (step.unless && answer.fields.get("Value") === step.unless.value) return step.unless.outcome;
    else onStepDone(step, changed, hands);
  }
  return refusal === undefined
    ? { status: "done", result: plan.result }
    : refused(refusal, refusalDetails(plan, changed));
}

function refusalDetails({ actionId, aftermath }: Steps, changed: ReadonlySet<QueueName>) {
  return { ...(changed.size > 0 && { queues: [...changed] }), ...(aftermath.kind === "rings" && { actionId }) };
}

function onStepDone({ action, changes }: Step, changed: Set<QueueName>, hands: Hands): void {
  if (changes !== null) changed.add(changes);
  if (action === "QueueReset") hands.onQueueReset(changes);
}

/** The Uniqueid of what does not ring after this answer, or not for long: a second hangup is to end another. Null if nothing is known of it. */
function silentAfter({ aftermath, actionId }: Steps, answer: ActionAnswer): string | null {
  if (answer.kind === "lost") return null;
  const isOk = answer.kind === "answered" && answer.ok;
  if (aftermath.kind === "rings") return isOk ? null : actionId;
  const isGone = answer.kind === "answered" && refusalCode(answer.message) === "not_found";
  return aftermath.kind === "silence" && (isOk || isGone) ? aftermath.uniqueId : null;
}

/** A question that was lost has changed nothing. */
function afterLoss({ action }: Step, because: string): Outcome {
  if (action === "Getvar")
    return outcomeFailed("unavailable", `Asterisk was asked for the extension and did not answer: ${because}`);
  return outcomeUnknown(`Asterisk was told and did not answer: ${because}; it may have been done`);
}
