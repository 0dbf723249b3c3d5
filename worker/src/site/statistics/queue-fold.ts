/** What a queue's events count for (EV18). Pure, except that it changes the state. */
import type { EventOf, SiteSettings } from "@pbxis/shared";
import { count, type QueueMemory, type StatisticsState, timeOf } from "./state.ts";
import type { Sums } from "./sums.ts";

const newQueue: QueueMemory = { waiting: 0, carried: 0, serviceLevel: 0 };

/** EV5. `now`: when it was logged, as below. */
export function foldQueueCount(state: StatisticsState, event: EventOf<"queueCount">, now: number): void {
  const { queue, count: waiting } = event;
  remember(state, queue, { waiting });
  if (waiting > 0) count(state, "queue", queue, timeOf(event.at, now), { mostWaiting: waiting });
}

/** EV9: only the queue's own service level. */
export function foldQueueSummary(state: StatisticsState, { queue, serviceLevel }: EventOf<"queueSummary">): void {
  if (state.queues.get(queue)?.serviceLevel !== serviceLevel) remember(state, queue, { serviceLevel });
}

/** EV16. The call is offered in the interval in which it joined, and all else is of the one in which its wait ended. */
export function foldQueueCallEnded(state: StatisticsState, event: EventOf<"queueCallEnded">, now: number): void {
  const { queue, waitTime } = event;
  const ended = timeOf(event.at, now);
  const joined = Math.min(event.since ?? ended - (waitTime ?? 0), ended);
  const level = serviceLevelOf(state, queue);
  const { shortAbandonSeconds } = state.settings;
  const wait = waitTime ?? ended - joined;
  count(state, "queue", queue, joined, { offered: 1 });
  count(state, "queue", queue, ended, {
    ...outcomeOf(event.outcome, wait, level, shortAbandonSeconds),
    longestWait: wait,
    serviceLevelSeconds: level,
    shortAbandonSeconds,
  });
  const carried = state.queues.get(queue)?.carried ?? 0;
  remember(state, queue, joined < state.day.from ? { carried: Math.max(0, carried - 1) } : {});
}

/** EV23: an agent's talk with one of the queue's callers. */
export function foldQueueTalk(state: StatisticsState, event: EventOf<"agentTalkEnded">, now: number): void {
  const { queueName, talkTime, holdTime } = event;
  if (queueName === null) return;
  count(state, "queue", queueName, timeOf(event.at, now), { talkTime, holdTime });
  state.changed.queue.add(queueName);
}

function outcomeOf(outcome: string, wait: number, level: number | null, short: number): Partial<Sums<"queue">> {
  switch (outcome) {
    case "answered":
      return { answered: 1, waitTimeAnswered: wait, answeredInLevel: level !== null && wait <= level * 1_000 ? 1 : 0 };
    case "abandoned":
      return { abandoned: 1, waitTimeAbandoned: wait, shortAbandoned: wait <= short * 1_000 ? 1 : 0 };
    case "exited":
    case "picked":
    case "moved":
    case "hungUp":
      return { [outcome]: 1 };
    default:
      return { unknown: 1 };
  }
}

/** The target of a queue in seconds: the site's, else the queue's own; null for none. */
export function serviceLevelOf({ settings, queues }: StatisticsState, queue: string): number | null {
  return targetOf(settings, queue) ?? (queues.get(queue)?.serviceLevel || null);
}

function targetOf({ serviceLevelSeconds: byQueue }: SiteSettings, queue: string): number | null {
  if (Object.hasOwn(byQueue, queue)) return byQueue[queue] ?? null;
  return Object.hasOwn(byQueue, "*") ? (byQueue["*"] ?? null) : null;
}

function remember(state: StatisticsState, queue: string, more: Partial<QueueMemory>): void {
  state.queues.set(queue, { ...newQueue, ...state.queues.get(queue), ...more });
  state.changed.queue.add(queue);
}
