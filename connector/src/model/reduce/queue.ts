/** EV5, EV20: queues and the callers who wait in them. */
import { QueueName } from "@pbxis/shared";
import type {
  QueueCallerAbandon,
  QueueCallerJoin,
  QueueCallerLeave,
  QueueEntry,
  QueueParams,
} from "../../ami/event/event.ts";
import { type Changes, markCallers, markQueue } from "../state/changes.ts";
import type { Caller, Model, Queue } from "../state/state.ts";
import { queueStates } from "../state/state-ref.ts";
import { checkPlace, standAt, stepOut } from "./line.ts";
import { addServedCall } from "./served.ts";
import { emptyStats, onAbandon, statsOf } from "./statistics.ts";
import { endByAbandon, endByLeave, endingWait, endUnseen, newWait } from "./wait-end.ts";

/**
 * The queue's record, made if there is none: the first sign of a queue that a reload adds is a live event. Undefined
 * for a name that cannot be published.
 */
export function queueRecord(model: Model, changes: Changes, name: string): Queue | undefined {
  let queue = model.queues.get(name);
  if (!queue) {
    const parsed = QueueName.safeParse(name);
    // The wire has no room for a name with a comma, or for a very long one.
    if (!parsed.success) return undefined;
    queue = {
      name: parsed.data,
      states: queueStates(parsed.data),
      callers: new Map(),
      line: [],
      count: 0,
      members: new Map(),
      stats: emptyStats(),
      statsAt: 0,
      seenIn: model.generation,
    };
    model.queues.set(name, queue);
    markQueue(changes, queue);
    markCallers(changes, queue);
  }
  queue.seenIn = model.generation;
  return queue;
}

export function onQueueCallerJoin(model: Model, changes: Changes, event: QueueCallerJoin): void {
  const queue = queueRecord(model, changes, event.queue);
  if (!queue) return;
  const isKnown = queue.callers.has(event.uniqueId);
  const caller = rememberCaller(model, queue, event, event.at, event.position);
  // A list that was ahead of this event has the newer place.
  if (!isKnown) standAt(queue, caller, event.position);
  queue.count = event.count;
  markQueue(changes, queue);
  markCallers(changes, queue);
}

export function onQueueCallerLeave(model: Model, changes: Changes, event: QueueCallerLeave): void {
  const queue = queueRecord(model, changes, event.queue);
  if (!queue) return;
  const caller = queue.callers.get(event.uniqueId);
  endByLeave(model, changes, endingWait(model, queue, event), event);
  if (caller) checkPlace(changes, queue, caller, event.position);
  forgetCaller(model, queue, event.uniqueId);
  queue.count = event.count;
  if (queue.count === 0)
    for (const missed of queue.callers.values()) {
      forgetCaller(model, queue, missed.uniqueId);
      endUnseen(model, changes, missed);
    }
  if (!caller?.abandoned)
    addServedCall(model, {
      caller: event.uniqueId,
      queue: queue.name,
      linkedId: event.linkedId,
      answeredAt: event.at,
      leftAt: ++model.sequence,
    });
  markQueue(changes, queue);
  markCallers(changes, queue);
}

/** Comes before the caller's Leave. Asterisk also sends it when the queue's time-out ends the wait. */
export function onQueueCallerAbandon(model: Model, changes: Changes, event: QueueCallerAbandon): void {
  const queue = queueRecord(model, changes, event.queue);
  if (!queue) return;
  const caller = queue.callers.get(event.uniqueId);
  if (caller) caller.abandoned = true;
  endByAbandon(changes, endingWait(model, queue, event), event);
  onAbandon(queue);
  markQueue(changes, queue);
}

export function onQueueParams(model: Model, changes: Changes, event: QueueParams): void {
  const queue = queueRecord(model, changes, event.queue);
  if (!queue) return;
  queue.stats = statsOf(event, queue.stats);
  queue.statsAt = ++model.sequence;
  markQueue(changes, queue);
}

export function onQueueEntry(model: Model, changes: Changes, event: QueueEntry): void {
  const queue = queueRecord(model, changes, event.queue);
  if (!queue) return;
  const linkedId = model.channels.get(event.uniqueId)?.linkedId ?? event.uniqueId;
  const joinedAt = Math.max(0, event.at - event.waitSeconds * 1000);
  const caller = rememberCaller(model, queue, { ...event, linkedId }, joinedAt, null);
  caller.priority = event.priority;
  standAt(queue, caller, event.position);
  markQueue(changes, queue);
  markCallers(changes, queue);
}

/**
 * A waiting caller whom another AMI client or the dialplan bridges gets no QueueCallerLeave, and neither does one who
 * hangs up after that (22.10 and 16.28). The bridge or the Hangup itself ends the wait.
 */
export function onCallerTaken(model: Model, changes: Changes, uniqueId: string): void {
  const queue = model.waiting.get(uniqueId);
  if (!queue) return;
  forgetCaller(model, queue, uniqueId);
  queue.count = Math.max(queue.callers.size, queue.count - 1);
  markQueue(changes, queue);
  markCallers(changes, queue);
}

/** To be used whenever a caller leaves a queue, for whatever reason. */
export function forgetCaller(model: Model, queue: Queue, uniqueId: string): void {
  const caller = queue.callers.get(uniqueId);
  if (caller) {
    model.pastWaits.set(uniqueId, caller);
    stepOut(queue, caller);
  }
  queue.callers.delete(uniqueId);
  if (model.waiting.get(uniqueId) === queue) model.waiting.delete(uniqueId);
}

/** A known caller keeps the first join time, which is the most exact: a list's `Wait` is in whole seconds. */
function rememberCaller(
  model: Model,
  queue: Queue,
  facts: Parameters<typeof newWait>[1],
  joinedAt: number,
  position: number | null,
): Caller {
  const { uniqueId } = facts;
  const known = queue.callers.get(uniqueId);
  const caller = known ?? {
    ...newWait(queue, facts, joinedAt, position),
    abandoned: false,
    priority: null,
    seenIn: model.generation,
  };
  if (known) known.seenIn = model.generation;
  else queue.callers.set(uniqueId, caller);
  model.waiting.set(uniqueId, queue);
  queue.count = Math.max(queue.count, queue.callers.size);
  return caller;
}
