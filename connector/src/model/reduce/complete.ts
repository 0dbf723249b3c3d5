/**
 * EV6: a queue call is over for the agent.
 *
 * Asterisk usually sends AgentComplete when the agent leaves, with both channels. If the caller was redirected or
 * parked away from the agent, it sends it only at the caller's end, with the talk time until then. And in about one
 * call of a hundred it loses the race with the channels' end (22.10 and 16.28): the event then names neither channel,
 * and only its talk time shows whether it is late.
 *
 * | event names   | talk time exceeds ours | is      | published talk time             | counted                   |
 * |---------------|------------------------|---------|---------------------------------|---------------------------|
 * | both channels | –                      | on time | the event's                     | yes                       |
 * | the caller    | –                      | late    | ours, or the event's if unknown | unless a list included it |
 * | neither       | no, or ours is unknown | on time | the event's                     | yes                       |
 * | neither       | yes                    | late    | ours                            | unless a list included it |
 *
 * Our talk time ends when the agent left.
 */
import type { AgentId } from "@pbxis/shared";
import type { AgentComplete } from "../../ami/event/event.ts";
import { type Changes, markQueue } from "../state/changes.ts";
import type { Model, Queue, ServedCall } from "../state/state.ts";
import { queueRecord } from "./queue.ts";
import { recordingOf } from "./recording.ts";
import { addServedCall } from "./served.ts";
import { onCompleted } from "./statistics.ts";

/**
 * Asterisk counts talk in whole seconds, so the same beginning may seem this far apart. A call whose beginning is
 * unknown is ranked as if it were this far apart.
 */
const talkTimeRoundingMs = 2000;

/** A talk time that exceeds ours by no more than this does so by rounding. */
const lateSeconds = 1;

export function onAgentComplete(model: Model, changes: Changes, event: AgentComplete): void {
  const queue = queueRecord(model, changes, event.queue);
  if (!queue) return;
  const agent = model.rule.agentOfInterface(event.memberInterface);
  const served = completedCall(model, event, agent);
  const uniqueId = event.caller?.uniqueId ?? served?.caller;
  const linkedId = event.caller?.linkedId ?? served?.linkedId ?? "";
  if (served) served.completed = true;
  else if (uniqueId !== undefined && agent !== null)
    addServedCall(model, { caller: uniqueId, queue: queue.name, linkedId, agent, completed: true });
  const { talkTime, isCountedAlready } = judge(event, queue, served);
  if (!isCountedAlready) onCompleted(queue, served, event.holdTime, talkTime);
  markQueue(changes, queue);
  if (agent === null) return;
  changes.occurrences.push({
    type: "agentComplete",
    agent,
    uniqueId: uniqueId ?? "",
    talkTime,
    holdTime: event.holdTime,
    recording: recordingOf(model, uniqueId, event.dest?.uniqueId, linkedId),
    queueName: queue.name,
    reason: event.reason,
    at: event.at,
  });
}

type Judgement = Readonly<{ talkTime: number; isCountedAlready: boolean }>;

/** The table above. Talk time in seconds. */
function judge(event: AgentComplete, queue: Queue, served: ServedCall | undefined): Judgement {
  const untilLeft = talkedUntilLeft(event, served);
  const onTime: Judgement = { talkTime: event.talkTime, isCountedAlready: false };
  const late: Judgement = { talkTime: untilLeft ?? event.talkTime, isCountedAlready: isCounted(queue, served) };
  if (event.dest) return onTime;
  if (event.caller) return late;
  return untilLeft !== null && event.talkTime - untilLeft > lateSeconds ? late : onTime;
}

/**
 * Asterisk counts a call when the agent leaves it, and may report that much later (recordings h_redirect and i_park): a
 * list that was read in between includes it. A late event of an unknown call is taken as included, too: the call is
 * older than the connection.
 */
function isCounted(queue: Queue, served: ServedCall | undefined): boolean {
  return served === undefined || (served.agentLeftAt !== null && served.agentLeftIn < queue.statsAt);
}

/** In seconds, null if unknown. The time when the agent left is what counts, in the queue's own average too. */
function talkedUntilLeft(event: AgentComplete, served: ServedCall | undefined): number | null {
  if (!served || served.agentLeftAt === null) return null;
  const answeredAt = served.answeredAt ?? event.at - event.talkTime * 1000;
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
  if (event.caller) return nearest(event, model.served.get(event.caller.uniqueId));
  if (agent === null) return undefined;
  const isOver = ({ caller, agentLeftAt }: ServedCall) => agentLeftAt !== null || !model.channels.has(caller);
  const isOpen = (call: ServedCall) => !call.completed && call.agent === agent && isOver(call);
  return nearest(event, [...model.served.values()].flat().filter(isOpen));
}

/** Of the calls from the event's queue, the one whose beginning is nearest to the beginning of the event's talk. */
function nearest(event: AgentComplete, calls: readonly ServedCall[] = []): ServedCall | undefined {
  let found: ServedCall | undefined;
  for (const call of calls) {
    if (call.queue !== event.queue) continue;
    if (!found || distance(event, call) < distance(event, found)) found = call;
  }
  return found;
}

function distance(event: AgentComplete, { answeredAt }: ServedCall): number {
  const beganAt = event.at - event.talkTime * 1000;
  return answeredAt === null ? talkTimeRoundingMs : Math.abs(answeredAt - beganAt);
}
