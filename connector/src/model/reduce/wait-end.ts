/**
 * EV16: how the wait of a caller in a queue ends. No single event says so; what counts is which of them come together.
 *
 * | Asterisk sends                                      | outcome                                           |
 * |-----------------------------------------------------|---------------------------------------------------|
 * | HangupRequest, Abandon, Leave                       | `abandoned`                                       |
 * | Abandon, Leave, while a command of ours is open     | `moved`, `hungUp`                                 |
 * | Abandon, Leave                                      | `exited`, unless a HangupRequest comes a bit late |
 * | Leave, then a channel that the queue rang talks     | `answered`                                        |
 * | Leave, and no rung channel is left for a while      | `exited`                                          |
 * | BridgeEnter or Hangup without Leave                 | `picked`                                          |
 * | nothing: the list no longer has the caller          | `unknown`                                         |
 *
 * Between the Leave and the agent's BridgeEnter there may be an announcement or a subroutine of any length: a call is
 * being answered as long as a rung channel is left.
 */
import type { AgentId, EventOf } from "@pbxis/shared";
import type {
  CallerCommanded,
  ChannelFacts,
  HangupRequest,
  LoggedWaitEnd,
  QueueCallerAbandon,
  QueueCallerLeave,
} from "../../ami/event/event.ts";
import { addProvisional, addSettled, type Changes } from "../state/changes.ts";
import { isPresent } from "../state/presence.ts";
import type { Channel, Model, Queue } from "../state/state.ts";
import type { Wait } from "../state/wait.ts";
import { correctNoAnswers, forgetRing, isRinging } from "./ring.ts";
import { servedCallOf } from "./served.ts";

type Outcome = "answered" | "abandoned" | "exited" | "picked" | "moved" | "hungUp" | "unknown";

/** For how long an event may come late, when Asterisk's threads overtake each other. */
const lateMs = 50;
/** For how long the agent may come after the caller has left the queue or entered a bridge. */
const agentMs = 1000;

/** The wait that goes on, or the last one. */
function waitOf(model: Model, uniqueId: string): Wait | undefined {
  return model.waiting.get(uniqueId)?.callers.get(uniqueId) ?? model.pastWaits.get(uniqueId);
}

/** Asterisk sends what belongs to one end within this time. */
const endMs = 10_000;

/** The wait that a Leave or an Abandon ends; a new record for a caller whom the connector never saw wait. */
export function endingWait(model: Model, queue: Queue, event: QueueCallerAbandon | QueueCallerLeave): Wait {
  const { uniqueId, at } = event;
  const wait = queue.callers.get(uniqueId) ?? model.pastWaits.get(uniqueId);
  if (wait?.queue === queue.name && (wait.end === null || at - wait.end.at <= endMs)) return wait;
  const stranger = newWait(queue, event, null, null);
  model.pastWaits.set(uniqueId, stranger);
  return stranger;
}

type CallerFacts = Pick<ChannelFacts, "channel" | "uniqueId" | "linkedId" | "callerNumber" | "callerName">;

export function newWait<JoinedAt extends number | null>(
  { name: queue }: Queue,
  { channel, uniqueId, linkedId, callerNumber, callerName }: CallerFacts,
  joinedAt: JoinedAt,
  originalPosition: number | null,
): Wait & { joinedAt: JoinedAt } {
  return {
    uniqueId,
    channel,
    queue,
    linkedId,
    number: callerNumber,
    name: callerName,
    joinedAt,
    originalPosition,
    hungUpAt: null,
    commanded: null,
    answeredBy: undefined,
    noAnswers: [],
    end: null,
  };
}

export function onCallerHangup(model: Model, changes: Changes, { uniqueId, at }: HangupRequest): void {
  const wait = waitOf(model, uniqueId);
  if (!wait) return;
  wait.hungUpAt = at;
  correctNoAnswers(changes, wait, at);
  if (wait.end?.kind === "abandoned" && at - wait.end.at <= lateMs) settle(changes, wait, "abandoned");
}

export function onCallerCommanded(model: Model, _changes: Changes, { channel, outcome }: CallerCommanded): void {
  for (const [uniqueId, queue] of model.waiting) {
    const caller = queue.callers.get(uniqueId);
    if (caller?.channel.toLowerCase() === channel.toLowerCase()) caller.commanded = outcome;
  }
}

export function endByAbandon(changes: Changes, wait: Wait, event: QueueCallerAbandon): void {
  if (wait.end?.kind === "settled") return;
  const isTaken = wait.end !== null;
  describe(wait, event);
  wait.originalPosition = event.originalPosition ?? wait.originalPosition;
  wait.end = { kind: "abandoned", at: event.at, position: event.position };
  const outcome = wait.hungUpAt !== null ? "abandoned" : (wait.commanded ?? "exited");
  if (outcome === "exited" && !isTaken) propose(changes, wait, outcome, lateMs);
  else settle(changes, wait, outcome);
  if (outcome !== "exited") correctNoAnswers(changes, wait, event.at);
}

export function endByLeave(model: Model, changes: Changes, wait: Wait, event: QueueCallerLeave): void {
  if (wait.end?.kind === "abandoned" || wait.end?.kind === "settled") return;
  describe(wait, event);
  wait.end = { kind: "left", at: event.at, position: event.position };
  if (wait.answeredBy !== undefined) settle(changes, wait, "answered", wait.answeredBy);
  else if (isRinging(model, wait.uniqueId)) wait.end = { ...wait.end, kind: "answering" };
  else {
    correctNoAnswers(changes, wait, event.at);
    propose(changes, wait, "exited", agentMs);
  }
}

/** The caller's channel ends without a Leave. */
export function endByHangup(model: Model, changes: Changes, uniqueId: string): void {
  const wait = model.pastWaits.get(uniqueId);
  if (!wait || wait.end) return;
  wait.end = { kind: "taken", at: model.now, position: null };
  correctNoAnswers(changes, wait, model.now);
  propose(changes, wait, wait.hungUpAt === null ? "picked" : "abandoned", agentMs);
}

/** A channel has entered a bridge in which channels talk. */
export function onTalk(model: Model, changes: Changes, channel: Channel): void {
  onAnswer(model, changes, channel);
  notePicker(model, channel);
  onTaken(model, changes, channel);
  forgetRing(model, changes, channel);
}

/** A channel that a queue rang, or that picked the call up, is connected. */
function onAnswer(model: Model, changes: Changes, channel: Channel): void {
  const { queueCall } = channel;
  const wait = queueCall && waitOf(model, queueCall.caller);
  if (!queueCall || wait?.queue !== queueCall.queue) return;
  const agent = answererOf(model, channel);
  if (wait.end === null) wait.answeredBy ??= agent;
  else if (wait.end.kind === "answering" || model.now - wait.end.at <= agentMs)
    settle(changes, wait, "answered", agent);
}

/** EV6: the Local channel is that of the agent who was rung. */
function notePicker(model: Model, channel: Channel): void {
  const picker = model.rings.get(channel.uniqueId)?.picker;
  const served = picker ? servedCallOf(model, channel) : null;
  if (served && picker) served.pickedBy = picker;
}

/** Behind a Local channel another agent may have picked the call up. */
function answererOf(model: Model, { uniqueId, agent }: Channel): AgentId | null {
  const picker = model.rings.get(uniqueId)?.picker;
  return picker === undefined ? (agent?.id ?? null) : picker;
}

/** A caller who still waited is in a bridge, or an agent comes to one who is. */
function onTaken(model: Model, changes: Changes, channel: Channel): void {
  const { bridge } = channel;
  const wait = model.pastWaits.get(channel.uniqueId);
  if (wait?.end === null) {
    wait.end = { kind: "taken", at: model.now, position: null };
    if (wait.answeredBy !== undefined) settle(changes, wait, "answered", wait.answeredBy);
    else {
      correctNoAnswers(changes, wait, model.now);
      propose(changes, wait, "picked", agentMs);
    }
  }
  for (const one of bridge?.channels ?? []) {
    const taken = model.pastWaits.get(one.uniqueId);
    if (taken?.end?.kind !== "taken") continue;
    // A trunk has an agent in name only.
    for (const other of bridge?.channels ?? [])
      if (other !== one && other.agent && isPresent(other.agent)) settle(changes, taken, "picked", other.agent.id);
  }
}

/** No channel that the queue rang for this caller is left. */
export function onRingsOver(model: Model, changes: Changes, caller: string): void {
  const wait = model.pastWaits.get(caller);
  if (wait?.end?.kind !== "answering" || isRinging(model, caller)) return;
  wait.end = { ...wait.end, kind: "left" };
  if (wait.hungUpAt !== null) settle(changes, wait, "abandoned");
  // A pickup may be reported after the answer (16.28).
  else propose(changes, wait, "exited", agentMs);
}

/** The wait ended, or the answer came, while AMI was away. */
export function endUnseen(model: Model, changes: Changes, wait: Wait): void {
  if (wait.end?.kind === "settled") return;
  wait.end ??= { kind: "taken", at: model.now, position: null };
  if (model.settings.logMs > 0) propose(changes, wait, "unknown", model.settings.logMs);
  else settle(changes, wait, "unknown");
}

/** Asterisk's queue_log says how a wait ended. */
export function settleWait(
  model: Model,
  changes: Changes,
  queue: Queue,
  { uniqueId, at, waitSeconds, position, originalPosition, outcome }: LoggedWaitEnd,
  agent: AgentId | null,
): void {
  if (queue.callers.has(uniqueId)) return;
  const known = model.pastWaits.get(uniqueId);
  const nobody = { channel: "", uniqueId, linkedId: uniqueId, callerNumber: null, callerName: null };
  const joinedAt = waitSeconds === null ? null : at - waitSeconds * 1000;
  const wait = known?.queue === queue.name ? known : newWait(queue, nobody, joinedAt, originalPosition);
  if (wait.end?.kind === "settled") return;
  model.pastWaits.set(uniqueId, wait);
  wait.originalPosition ??= originalPosition;
  // Within the second that the log names.
  wait.end = { kind: "taken", at: Math.max(at, wait.joinedAt ?? at), position };
  settle(changes, wait, outcome, agent);
}

/** To be called when channels have ended while AMI was away. */
export function endUnseenAnswers(model: Model, changes: Changes): void {
  for (const wait of model.pastWaits.values())
    if (wait.end?.kind === "answering" && !isRinging(model, wait.uniqueId)) endUnseen(model, changes, wait);
}

/** What the caller's last event says. */
function describe(wait: Wait, { linkedId, callerNumber, callerName }: QueueCallerAbandon | QueueCallerLeave): void {
  wait.linkedId = linkedId;
  wait.number = callerNumber;
  wait.name = callerName;
}

function propose(changes: Changes, wait: Wait, outcome: Outcome, holdMs: number): void {
  addProvisional(changes, idOf(wait), eventOf(wait, outcome, null), holdMs);
}

function settle(changes: Changes, wait: Wait, outcome: Outcome, agent: AgentId | null = null): void {
  if (wait.end?.kind === "settled") return;
  addSettled(changes, idOf(wait), eventOf(wait, outcome, agent));
  if (wait.end) wait.end = { ...wait.end, kind: "settled" };
}

/** A caller may wait in the same queue again. */
function idOf({ uniqueId, queue, joinedAt, end }: Wait): string {
  return `queueCallEnded,${uniqueId},${queue},${joinedAt ?? end?.at}`;
}

function eventOf(wait: Wait, outcome: Outcome, agent: AgentId | null): EventOf<"queueCallEnded"> {
  const { queue, uniqueId, linkedId, number, name, joinedAt, originalPosition, end } = wait;
  const at = end?.at ?? 0;
  return {
    type: "queueCallEnded",
    queue,
    uniqueId,
    callId: linkedId,
    outcome,
    agent,
    waitTime: joinedAt === null || outcome === "unknown" ? null : Math.max(0, at - joinedAt),
    position: end?.position ?? null,
    originalPosition,
    number,
    name,
    since: joinedAt,
    at,
  };
}
