/** EV6: a queue call is over for the agent. */
import type { AgentId } from "@pbxis/shared";
import type { AgentComplete } from "../../ami/event/event.ts";
import { type Changes, markQueue } from "../state/changes.ts";
import type { Model, Queue, ServedCall } from "../state/state.ts";
import { queueRecord } from "./queue.ts";
import { recordingOf } from "./recording.ts";
import { addServedCall } from "./served.ts";
import { onCompleted } from "./statistics.ts";

/** Asterisk counts talk in whole seconds: a call of the same beginning may seem so far off. One whose beginning is unknown counts as that far. */
const talkTimeRoundingMs = 2000;

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
  const isTooLate = isLate(event, served);
  const talkTime = (isTooLate ? talkedUntilLeft(event, served) : null) ?? event.talkTime;
  if (!(isTooLate && isCounted(queue, served))) onCompleted(queue, served, event.holdTime, talkTime);
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

/**
 * When the caller was redirected or parked away, Asterisk sends this event only at the caller's end, with the time until then and without the
 * agent's channel. Where it has lost its race as well (see `completedCall`), only its time tells that the agent had left before.
 */
function isLate(event: AgentComplete, served: ServedCall | undefined): boolean {
  if (event.dest) return false;
  return event.caller !== null || event.talkTime - (talkedUntilLeft(event, served) ?? event.talkTime) > 1;
}

/** Asterisk counts a call when the agent leaves it, and may tell so only long after (h_redirect, i_park): a list told in between has it already. */
function isCounted(queue: Queue, served: ServedCall | undefined): boolean {
  return served === undefined || (served.agentLeftAt !== null && served.agentLeftIn < queue.statsAt);
}

/** In seconds, null where it is not known. What counts, also in the queue's own average, is when the agent left. */
function talkedUntilLeft(event: AgentComplete, served: ServedCall | undefined): number | null {
  if (!served || served.agentLeftAt === null) return null;
  const answeredAt = served.answeredAt ?? event.at - event.talkTime * 1000;
  return Math.max(0, Math.round((served.agentLeftAt - answeredAt) / 1000));
}

/**
 * Whoever is redirected into a queue again has an AgentComplete for each time that he was served, in any order: the call is the one from that queue
 * that began when its talk did.
 *
 * Asterisk loses the race with the channels' end in about one call of a hundred (22.10 and 16.28): its event then names neither channel, and comes after
 * the bridge's end or a Hangup, mostly after all three. Then it is one of the agent's calls that are still to be completed, of those that he or the
 * caller has left.
 */
function completedCall(model: Model, event: AgentComplete, agent: AgentId | null): ServedCall | undefined {
  if (event.caller) return nearest(event, model.served.get(event.caller.uniqueId));
  if (agent === null) return undefined;
  const isOver = ({ caller, agentLeftAt }: ServedCall) => agentLeftAt !== null || !model.channels.has(caller);
  const isOpen = (call: ServedCall) => !call.completed && call.agent === agent && isOver(call);
  return nearest(event, [...model.served.values()].flat().filter(isOpen));
}

/** Of the calls from its queue the one that began nearest to when its talk did. */
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
