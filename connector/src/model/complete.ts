/** EV6: a queue call is over for the agent. */
import type { AgentComplete } from "../ami/event.ts";
import { type Changes, markQueue } from "./changes.ts";
import { queueRecord } from "./queue.ts";
import { recordingOf } from "./recording.ts";
import type { Model, ServedCall } from "./state.ts";
import { onCompleted } from "./statistics.ts";

export function onAgentComplete(model: Model, changes: Changes, event: AgentComplete): void {
  const queue = queueRecord(model, changes, event.queue);
  if (!queue) return;
  const { caller } = event;
  const served = model.served.get(caller.uniqueId);
  model.served.delete(caller.uniqueId);
  const talkTime = talkTimeOf(event, served);
  onCompleted(queue, served, event.holdTime, talkTime);
  markQueue(changes, queue);
  const agent = model.rule.agentOfInterface(event.memberInterface);
  if (agent === null) return;
  changes.occurrences.push({
    type: "agentComplete",
    agent,
    uniqueId: caller.uniqueId,
    talkTime,
    holdTime: event.holdTime,
    recording: recordingOf(model, caller.uniqueId, event.dest?.uniqueId, caller.linkedId),
    queueName: queue.name,
    reason: event.reason,
    at: event.at,
  });
}

/**
 * In seconds. When the caller was redirected or parked away, Asterisk sends this event only at the caller's end, with the time until
 * then and without the agent's channel. What counts, also in the queue's own average, is when the agent left.
 */
function talkTimeOf(event: AgentComplete, served: ServedCall | undefined): number {
  if (event.dest || !served || served.agentLeftAt === null) return event.talkTime;
  const answeredAt = served.answeredAt ?? event.at - event.talkTime * 1000;
  return Math.max(0, Math.round((served.agentLeftAt - answeredAt) / 1000));
}
