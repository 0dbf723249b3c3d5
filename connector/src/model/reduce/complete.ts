/**
 * EV6: a queue call is over for the agent.
 *
 * Asterisk usually sends AgentComplete when the agent leaves, with both channels. If the caller was redirected or
 * parked away from the agent, it sends it only at the caller's end, with the talk time until then. If a Local channel
 * leads to the agent's phone and the phone leaves (a transfer), it names both channels, but comes at the caller's end
 * as well. And in about one call of a hundred it loses the race with the channels' end (22.10 and 16.28): the event
 * then names neither channel, and only its talk time shows whether it is late.
 *
 * | event names   | talk time exceeds ours | is      | published talk time             | counted                   |
 * |---------------|------------------------|---------|---------------------------------|---------------------------|
 * | both channels | no, or ours is unknown | on time | the event's                     | yes                       |
 * | both channels | yes                    | late    | ours                            | yes, with the event's     |
 * | the caller    | –                      | late    | ours, or the event's if unknown | unless a list included it |
 * | neither       | no, or ours is unknown | on time | the event's                     | yes                       |
 * | neither       | yes                    | late    | ours                            | unless a list included it |
 *
 * Our talk time ends when the agent left. What is counted (EV9) is what Asterisk counts.
 */
import type { AgentId } from "@pbxis/shared";
import type { AgentComplete } from "../../ami/event/event.ts";
import { deviceOfChannel, otherHalf } from "../state/agent.ts";
import { addOccurrence, type Changes, markQueue } from "../state/changes.ts";
import { isPhoneOf } from "../state/leg.ts";
import { isPresent } from "../state/presence.ts";
import type { ServedCall } from "../state/served-call.ts";
import type { Model, Queue } from "../state/state.ts";
import { queueRecord } from "./queue.ts";
import { recordingOf } from "./recording.ts";
import { addServedCall } from "./served.ts";
import { onCompleted } from "./statistics.ts";
import { correctByComplete } from "./talk-end.ts";

/**
 * Asterisk counts talk in whole seconds, so the same beginning may seem this far apart. A call whose beginning is
 * unknown is ranked as if it were this far apart.
 */
const talkTimeRoundingMs = 2000;

/** A talk time that exceeds ours by no more than this does so by rounding. */
const lateSeconds = 1;

export function onAgentComplete(model: Model, changes: Changes, reported: AgentComplete): void {
  const queue = queueRecord(model, changes, reported.queue);
  if (!queue) return;
  const rung = model.rule.agentOfInterface(reported.memberInterface);
  const event = withServedCaller(model, reported, rung);
  const served = completedCall(model, event, rung);
  if (served && isRepeated(event, served, rung)) return;
  // The event names the member who was rung, also if another agent has picked the call up.
  const agent = served?.pickedBy ?? served?.agent ?? pickerOf(model, event, rung) ?? rung;
  const uniqueId = event.caller?.uniqueId ?? served?.caller;
  const linkedId = event.caller?.linkedId ?? served?.linkedId ?? "";
  const { talkTime, counted } = judge(event, queue, served);
  if (served) {
    served.completed = true;
    served.completedFor = rung;
    served.isCertain = event.caller !== null;
    served.answeredAt ??= beginningOf(event);
  } else if (uniqueId !== undefined && agent !== null)
    addServedCall(model, {
      caller: uniqueId,
      queue: queue.name,
      linkedId,
      agent,
      completed: true,
      completedFor: rung,
      isCertain: true,
      answeredAt: beginningOf(event),
    });
  correctByComplete(model, changes, agent, uniqueId, event);
  if (counted !== null) onCompleted(queue, served, event.holdTime, counted);
  markQueue(changes, queue);
  if (agent === null) return;
  addOccurrence(changes, {
    type: "agentComplete",
    agent,
    uniqueId: uniqueId ?? "",
    talkTime,
    holdTime: event.holdTime,
    recording:
      served?.recording === undefined ? recordingOf(model, uniqueId, event.dest?.uniqueId, linkedId) : served.recording,
    queueName: queue.name,
    reason: event.reason,
    at: event.at,
  });
}

/**
 * While an agent transfers the caller to the parking lot, Asterisk may name the agent's second channel as the caller's
 * (22.10 and 16.28). The agent's first channel knows whom it serves. If it is gone, the event names nobody.
 */
function withServedCaller(model: Model, event: AgentComplete, rung: AgentId | null): AgentComplete {
  const { caller, dest, queue } = event;
  if (!caller || rung === null || model.served.has(caller.uniqueId)) return event;
  if (model.rule.agentOfDevice(deviceOfChannel(caller.channel)) !== rung) return event;
  const serves = dest && model.channels.get(dest.uniqueId)?.queueCall;
  if (!dest || serves?.queue !== queue) return { ...event, caller: null };
  return { ...event, caller: { ...caller, uniqueId: serves.caller, linkedId: dest.linkedId } };
}

/** Of a call that only a list reported: the agent whose phone the event names, unless it is a phone of the member's. */
function pickerOf(model: Model, { dest }: AgentComplete, rung: AgentId | null): AgentId | null {
  const phone = dest && otherHalf(dest.channel) === undefined ? model.channels.get(dest.uniqueId) : undefined;
  if (!phone?.agent || !isPresent(phone.agent)) return null;
  const member = rung === null ? undefined : model.agents.get(rung);
  return member && isPhoneOf(model, member, phone) ? null : phone.agent.id;
}

/** `counted`: the talk time that goes into the queue's counts, null if a list included the call already. */
type Judgement = Readonly<{ talkTime: number; counted: number | null }>;

/** The table above. Times in seconds. */
function judge(event: AgentComplete, queue: Queue, served: ServedCall | undefined): Judgement {
  const ours = talkedUntilLeft(event, served);
  const isLonger = ours !== null && event.talkTime - ours > lateSeconds;
  if (event.dest) return { talkTime: isLonger ? ours : event.talkTime, counted: event.talkTime };
  if (!event.caller && !isLonger) return { talkTime: event.talkTime, counted: event.talkTime };
  const talkTime = ours ?? event.talkTime;
  return { talkTime, counted: isCounted(queue, served) ? null : talkTime };
}

/**
 * Asterisk counts a call when the agent leaves it, and may report that much later (recordings h_redirect and i_park): a
 * list that was read in between includes it. A late event of an unknown call is taken as included, too: the call is
 * older than the connection.
 */
function isCounted(queue: Queue, served: ServedCall | undefined): boolean {
  return served === undefined || (served.agentLeftIn !== 0 && served.agentLeftIn < queue.statsAt);
}

/** In seconds, null if unknown. The time when the agent left is what counts, in the queue's own average too. */
function talkedUntilLeft(event: AgentComplete, served: ServedCall | undefined): number | null {
  if (!served || served.agentLeftAt === null) return null;
  const answeredAt = served.answeredAt ?? beginningOf(event);
  return Math.max(0, Math.round((served.agentLeftAt - answeredAt) / 1000));
}

/**
 * The call that an AgentComplete ends. A caller who is redirected into a queue again gets one AgentComplete for each
 * time of being served, in any order: it is the call from that queue that began when its talk did.
 *
 * An event that names neither channel comes after the bridge's end or a Hangup, mostly after all three. Then it is one
 * of the agent's calls that are not completed yet and that the agent or the caller has left.
 */
function completedCall(model: Model, event: AgentComplete, agent: AgentId | null): ServedCall | undefined {
  if (event.caller) return likeliest(event, model.served.get(event.caller.uniqueId));
  if (agent === null) return undefined;
  const isOver = ({ caller, agentLeftAt }: ServedCall) => agentLeftAt !== null || !model.channels.has(caller);
  const candidates = [...model.served.values()].flat().filter((call) => call.completed || isOver(call));
  const own = candidates.filter((call) => call.agent === agent);
  return likeliest(event, own) ?? pickedUp(event, candidates);
}

/** The event names the member who was rung. Another agent may have picked the call up, and then has it. */
function pickedUp(event: AgentComplete, calls: readonly ServedCall[]): ServedCall | undefined {
  return nearest(
    event,
    calls.filter((call) => !call.completed && distance(event, call) <= talkTimeRoundingMs),
  );
}

/**
 * Of the calls from the event's queue, the one whose beginning is nearest to the beginning of the event's talk. A call
 * that is completed already is meant only if it fits and no open one does: Asterisk 22 now and then completes one call
 * twice (isRepeated).
 */
function likeliest(event: AgentComplete, calls: readonly ServedCall[] = []): ServedCall | undefined {
  const open = nearest(
    event,
    calls.filter(({ completed }) => !completed),
  );
  if (open && distance(event, open) <= talkTimeRoundingMs) return open;
  const repeated = nearest(
    event,
    calls.filter(({ completed }) => completed),
  );
  return repeated && distance(event, repeated) <= talkTimeRoundingMs ? repeated : open;
}

function nearest(event: AgentComplete, calls: readonly ServedCall[]): ServedCall | undefined {
  let found: ServedCall | undefined;
  for (const call of calls) {
    if (call.queue !== event.queue) continue;
    if (!found || distance(event, call) < distance(event, found)) found = call;
  }
  return found;
}

/**
 * A blind transfer to an extension that does not exist may give a second AgentComplete, for the transfer (22.10). A
 * call that an event without names was matched with may still get its own.
 */
function isRepeated(event: AgentComplete, served: ServedCall, rung: AgentId | null): boolean {
  const { completed, isCertain, completedFor } = served;
  return completed && isCertain && completedFor === rung && distance(event, served) <= talkTimeRoundingMs;
}

function distance(event: AgentComplete, { answeredAt }: ServedCall): number {
  return answeredAt === null ? talkTimeRoundingMs : Math.abs(answeredAt - beginningOf(event));
}

/** In ms since 1970, as exact as Asterisk's whole seconds. */
function beginningOf({ at, talkTime }: AgentComplete): number {
  return at - talkTime * 1000;
}
