/**
 * EV9: a queue's counts as app_queue keeps them: its last QueueParams, continued by live events. Checked against the
 * QueueParams at the end of recorded sessions of Asterisk 16.28 and 22.10.
 */
import type { QueueParams, QueueStatsReset } from "../../ami/event/event.ts";
import { type Changes, markMemberSummary, markQueue } from "../state/changes.ts";
import { serviceLevelPerf } from "../state/queue.ts";
import type { ServedCall } from "../state/served-call.ts";
import type { Model, Queue, QueueStats } from "../state/state.ts";

export function emptyStats(): QueueStats {
  return { completed: 0, completedInLevel: 0, abandoned: 0, serviceLevel: 0, holdTime: 0, talkTime: 0 };
}

/**
 * The counts of a list. Asterisk does not report how many calls were answered in time, so the number is computed from
 * the percentage.
 */
export function statsOf(event: QueueParams, before: QueueStats): QueueStats {
  const { completed, abandoned, serviceLevel, holdTime, talkTime } = event;
  const kept = { completed, completedInLevel: before.completedInLevel };
  const stats = { completed, abandoned, serviceLevel, holdTime, talkTime, completedInLevel: 0 };
  stats.completedInLevel =
    before.completed === completed && serviceLevelPerf({ ...stats, ...kept }) === event.serviceLevelPerf
      ? before.completedInLevel
      : Math.round((event.serviceLevelPerf * completed) / 100);
  return stats;
}

export function onAbandon(queue: Queue): void {
  queue.stats.abandoned++;
}

/**
 * Times in seconds. Asterisk counts the hold time at the answer and the rest at the end. Here both come with
 * AgentComplete, so the hold time is skipped if a list that was read after the answer includes it already.
 */
export function onCompleted(queue: Queue, served: ServedCall | undefined, holdTime: number, talkTime: number): void {
  const { stats } = queue;
  if (served && served.leftAt > queue.statsAt)
    stats.holdTime = stats.completed + stats.abandoned === 0 ? holdTime : smooth(stats.holdTime, holdTime);
  stats.completed++;
  if (holdTime <= stats.serviceLevel) stats.completedInLevel++;
  stats.talkTime = stats.completed === 1 ? talkTime : smooth(stats.talkTime, talkTime);
}

/** app_queue's moving average, in whole seconds. */
function smooth(old: number, value: number): number {
  return Math.floor((3 * old + value) / 4);
}

/** CM5: `QueueReset` clears the counts and the members' calls. The service level is a setting and stays. */
export function onQueueStatsReset(model: Model, changes: Changes, event: QueueStatsReset): void {
  for (const queue of model.queues.values()) {
    if (event.queue !== null && event.queue !== queue.name) continue;
    queue.stats = { ...emptyStats(), serviceLevel: queue.stats.serviceLevel };
    queue.statsAt = ++model.sequence;
    markQueue(changes, queue);
    for (const member of queue.members.values()) {
      member.facts = { ...member.facts, callsTaken: 0 };
      markMemberSummary(changes, member);
    }
  }
}
