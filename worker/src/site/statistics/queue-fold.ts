/** What a queue's events count for (EV18). Pure, except that it changes the state. */
import type { EventOf, SiteSettings } from "@pbxis/shared";
import { count, type QueueMemory, type StatisticsState, timeOf } from "./state.ts";
import type { Sums } from "./sums.ts";

const newQueue: QueueMemory = {
  waiting: 0,
  carried: 0,
  serviceLevel: 0,
  ended: null,
  endedAt: 0,
  seen: 0,
  transferred: [],
  completed: [],
  picked: 0,
};

/** Uniqueids that are remembered of a queue. */
const maxRemembered = 20;

/** EV5. `now`: when it was logged, as below. */
export function foldQueueCount(state: StatisticsState, event: EventOf<"queueCount">, now: number): void {
  const { queue, count: waiting } = event;
  remember(state, queue, { waiting });
  if (waiting > 0) count(state, "queue", queue, timeOf(event.at, now), { mostWaiting: waiting });
}

/** EV9: only the queue's own service level, and how many calls Asterisk has counted (`missed`). */
export function foldQueueSummary(state: StatisticsState, event: EventOf<"queueSummary">): void {
  const { queue, serviceLevel, completed, abandoned, at } = event;
  const known = state.queues.get(queue) ?? newQueue;
  if (known.serviceLevel !== serviceLevel) state.changed.queue.add(queue);
  state.queues.set(queue, { ...known, serviceLevel, ended: completed + abandoned, endedAt: at });
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
    // An end that nobody saw is dated when AMI was back: until then the caller may have waited, or not.
    longestWait: waitTime ?? 0,
    serviceLevelSeconds: level,
    shortAbandonSeconds,
  });
  const { carried, seen, picked } = state.queues.get(queue) ?? newQueue;
  remember(state, queue, {
    carried: joined < state.day.from ? Math.max(0, carried - 1) : carried,
    seen: seen + 1,
    picked: event.outcome === "picked" ? picked + 1 : picked,
  });
  if (event.outcome === "abandoned" || event.outcome === "exited") noteEnded(state, queue, event.at);
}

/**
 * EV6: Asterisk has counted the call as completed. In a gap it is seen, too: of two short gaps the site may know only the
 * first beginning and the last end.
 */
export function foldAgentComplete(state: StatisticsState, event: EventOf<"agentComplete">): void {
  const { queueName, uniqueId, at } = event;
  const queue = state.queues.get(queueName);
  if (!queue) return;
  const transferred = queue.transferred.filter((one) => one !== uniqueId);
  const completed = [...queue.completed, uniqueId].slice(-maxRemembered);
  state.queues.set(queueName, { ...queue, transferred, completed, seen: queue.seen + 1 });
  noteEnded(state, queueName, at);
}

/** Asterisk's count comes within a second (EV9), unless AMI is lost before. */
function noteEnded(state: StatisticsState, name: string, at: number): void {
  const queue = state.queues.get(name);
  if (!queue || queue.ended === null || at <= queue.endedAt) return;
  state.queues.set(name, { ...queue, ended: queue.ended + 1 });
}

/** EV23: an agent's talk with one of the queue's callers. */
export function foldQueueTalk(state: StatisticsState, event: EventOf<"agentTalkEnded">, now: number): void {
  const { queueName } = event;
  if (queueName === null) return;
  count(state, "queue", queueName, timeOf(event.at, now), timesOf(event));
  const { seen, transferred, completed } = state.queues.get(queueName) ?? newQueue;
  const isOpen = event.reason === "transfer" && event.uniqueId !== null && !completed.includes(event.uniqueId);
  remember(state, queueName, {
    seen: event.reason === "unknown" ? seen + 1 : seen,
    transferred: isOpen ? [...transferred, event.uniqueId ?? ""].slice(-maxRemembered) : transferred,
  });
}

/** A talk of which it is not known when the agent held counts as talk alone. */
function timesOf({ talkTime, holdTime, since, at }: EventOf<"agentTalkEnded">): Partial<Sums<"queue">> {
  if (talkTime !== null && holdTime !== null) return { talkTime, holdTime };
  return since === null ? { untimedTalks: 1 } : { talkTime: Math.max(0, at - since) };
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
