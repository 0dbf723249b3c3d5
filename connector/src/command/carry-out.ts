/** Carries a plan out: its actions one after another, and the outcome that their answers give (CM11). */
import {
  type Audit,
  type CommandResult,
  type Outcome,
  outcomeFailed,
  outcomeUnknown,
  type QueueName,
} from "@pbxis/shared";
import type { ActionAnswer, ActionFields } from "../ami/link/action.ts";
import type { Lookup } from "../model/lookup.ts";
import { originatedChannelId } from "../model/state/originated.ts";
import { consult, join } from "./carry-out-transfer.ts";
import { type Parkings, type ParkingWatch, parkingTimeoutMs } from "./parking.ts";
import type { Picks } from "./picks.ts";
import { noCaller } from "./plan-caller.ts";
import { refusalCode, refused, safeText } from "./refusal.ts";
import type { Ringing } from "./ringing.ts";
import type { ActionStep, CommandAction, Plan, StepsPlan } from "./step.ts";
import type { TransferWatches } from "./transfer-watch.ts";
import type { UnannouncedChange } from "./unannounced.ts";

/** Sends an action to Asterisk; never rejects. */
export type SendAction = (action: CommandAction, fields: ActionFields, actionId: string) => Promise<ActionAnswer>;

export type CarryOutPorts = Readonly<{
  request: SendAction;
  /** AP11: compares the model with Asterisk; null if AMI is down. */
  audit: () => Promise<Audit | null>;
  newActionId: () => string;
  /** The steady clock, in ms. */
  now: () => number;
  parkings: Pick<Parkings, "watch">;
  ringing: Pick<Ringing, "remember" | "forget">;
  transfers: Pick<TransferWatches, "watch">;
  picks: Pick<Picks, "remember">;
  callsOf: Lookup["callsOf"];
  waitingCaller: Lookup["waitingCaller"];
  onUnannounced: (change: UnannouncedChange) => void;
}>;

/** Never rejects, unless `ports` throw. No action is sent at `startBefore` (steady clock) or later. */
export async function carryOut(plan: Plan, startBefore: number, ports: CarryOutPorts): Promise<Outcome> {
  switch (plan.kind) {
    case "settled":
      return plan.outcome;
    case "audit":
      return auditOutcome(await ports.audit());
    case "steps":
      return carryOutSteps(plan, startBefore, ports);
  }
}

function carryOutSteps(plan: StepsPlan, startBefore: number, ports: CarryOutPorts): Promise<Outcome> {
  const take = () => takeSteps(plan, startBefore, ports);
  switch (plan.followUp.kind) {
    case "awaitParking":
      return park(plan, plan.followUp.channel, take, ports);
    case "awaitConsultation":
      return consult(plan.followUp, plan.result, take, ports);
    case "awaitConference":
      return join(plan.followUp, take, ports);
    case "readPlace":
      return withPlace(plan.followUp, take, ports);
    default:
      return take();
  }
}

function auditOutcome(audit: Audit | null): Outcome {
  if (audit) return { status: "done", result: { audit } };
  return outcomeFailed("unavailable", "the connection to Asterisk was lost");
}

/** The watch starts before the action: the event may arrive before the answer. */
async function park(
  plan: StepsPlan,
  channel: string,
  take: () => Promise<Outcome>,
  ports: CarryOutPorts,
): Promise<Outcome> {
  const watch = ports.parkings.watch(channel);
  try {
    return await withSpace(plan, await take(), watch);
  } finally {
    watch.stop();
  }
}

/** Only the event proves that the call is parked, whatever the answer was. Success without the event proves nothing. */
async function withSpace({ result }: StepsPlan, outcome: Outcome, watch: ParkingWatch): Promise<Outcome> {
  if (outcome.status === "failed") return outcome;
  const space = await watch.space(outcome.status === "done" ? parkingTimeoutMs : 0);
  if (space !== null) return { status: "done", result: { ...result, parkingSpace: space } };
  if (outcome.status === "unknown") return outcome;
  return outcomeUnknown("Asterisk accepted to park the call, but sent no parking space; the caller may have hung up");
}

/** Asterisk 16 stores the priority, answers Success, and moves nobody (16.28). */
async function withPlace(
  { queue, uniqueId }: Readonly<{ queue: string; uniqueId: string }>,
  take: () => Promise<Outcome>,
  { waitingCaller }: CarryOutPorts,
): Promise<Outcome> {
  const outcome = await take();
  if (outcome.status !== "done") return outcome;
  const caller = waitingCaller(queue, uniqueId);
  if (!caller) return noCaller(queue);
  if (caller.isInOrder) return { status: "done", result: { position: caller.position } };
  return outcomeFailed(
    "asterisk_refused",
    "Asterisk stored the priority and did not move the caller: that needs Asterisk 18.20, 20.5 or 21",
  );
}

async function takeSteps(plan: StepsPlan, startBefore: number, ports: CarryOutPorts): Promise<Outcome> {
  const changed = new Set<QueueName>();
  let refusal: string | undefined;
  let accepted: ActionStep | undefined;
  const main = plan.steps.find(({ action }) => action !== "Getvar");
  for (const step of plan.steps) {
    const details = changed.size > 0 ? { queues: [...changed] } : {};
    if (ports.now() >= startBefore)
      return outcomeFailed(
        "deadline_passed",
        "the deadline passed before the command, or the rest of it, could start",
        details,
      );
    const { whileWaits } = step;
    if (whileWaits && step.action !== "QueueStatus" && !ports.waitingCaller(whileWaits.queue, whileWaits.uniqueId))
      return noCaller(whileWaits.queue);
    const actionId = step === main ? plan.actionId : ports.newActionId();
    if (step.action === "Originate") rememberRing(plan, actionId, ports);
    const channel = commandedChannel(step);
    const outcome = step.action === "Hangup" ? "hungUp" : "moved";
    if (channel !== undefined) ports.onUnannounced({ kind: "callerCommanded", channel, outcome });
    const answer = await ports.request(step.action, step.fields, actionId);
    const isDone = answer.kind === "lost" || (answer.kind === "answered" && answer.ok);
    if (channel !== undefined && !isDone) ports.onUnannounced({ kind: "callerCommanded", channel, outcome: null });
    const silent = silentAfter(plan, answer);
    if (silent !== null) ports.ringing.forget(silent);
    if (answer.kind === "notSent") return outcomeFailed("unavailable", safeText(answer.because), details);
    if (answer.kind === "lost") return afterLoss(step, safeText(answer.because));
    if (!answer.ok) {
      refusal ??= answer.message;
      if (step.action === "Originate") ports.onUnannounced({ kind: "originateRefused", actionId });
      if (!plan.independent) break;
    } else if (step.unless && answer.fields.get("Value") === step.unless.value) return step.unless.outcome;
    else {
      accepted ??= step;
      onStepDone(step, changed, ports);
    }
  }
  if (plan.otherwise) return accepted ? { status: "done", result: resultOf(plan, accepted) } : plan.otherwise;
  return refusal === undefined
    ? { status: "done", result: plan.result }
    : refused(refusal, refusalDetails(plan, changed));
}

function rememberRing({ followUp }: StepsPlan, actionId: string, { ringing, picks }: CarryOutPorts): void {
  if (followUp.kind !== "ringing") return;
  const { agent, forMs, caller } = followUp;
  ringing.remember(agent, actionId, forMs);
  if (caller !== undefined) picks.remember(actionId, { caller, channel: originatedChannelId(actionId, agent) });
}

/** The channel that the step moves or hangs up. */
function commandedChannel({ action, fields }: ActionStep): string | undefined {
  if (action !== "Redirect" && action !== "Park" && action !== "Hangup") return undefined;
  return fields.find(([name]) => name === "Channel")?.[1];
}

function refusalDetails({ actionId, followUp }: StepsPlan, changed: ReadonlySet<QueueName>) {
  return { ...(changed.size > 0 && { queues: [...changed] }), ...(followUp.kind === "ringing" && { actionId }) };
}

function resultOf({ result }: StepsPlan, { fields }: ActionStep): CommandResult {
  const channel = fields.find(([name]) => name === "Channel")?.[1];
  return { ...result, ...(channel !== undefined && { channel }) };
}

function onStepDone({ action, changes, announces }: ActionStep, changed: Set<QueueName>, ports: CarryOutPorts): void {
  if (changes !== null) changed.add(changes);
  if (announces !== null) ports.onUnannounced(announces);
  if (action === "QueueReset") ports.onUnannounced({ kind: "queueReset", queue: changes });
}

/**
 * The ActionID of the originated call that, by this answer, does not ring or soon will not: a second hangup must end
 * another one. Null if the answer says nothing about any.
 */
function silentAfter({ followUp, actionId }: StepsPlan, answer: ActionAnswer): string | null {
  if (answer.kind === "lost") return null;
  const isOk = answer.kind === "answered" && answer.ok;
  if (followUp.kind === "ringing") return isOk ? null : actionId;
  const isGone = answer.kind === "answered" && refusalCode(answer.message) === "not_found";
  return followUp.kind === "stopRinging" && (isOk || isGone) ? followUp.originated : null;
}

/** A lost question has changed nothing; a lost action may have been carried out. */
function afterLoss({ action }: ActionStep, because: string): Outcome {
  if (action === "Getvar")
    return outcomeFailed("unavailable", `Asterisk did not answer whether the extension exists: ${because}`);
  return outcomeUnknown(`Asterisk did not answer: ${because}; it may have been done`);
}
