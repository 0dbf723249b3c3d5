/**
 * Decides when a threshold about a queue is crossed, and when it is crossed no more (EV24). Pure.
 *
 * | a rule is | while                                                     | leaves it                                 |
 * |-----------|-----------------------------------------------------------|-------------------------------------------|
 * | quiet     | the value is on its side of the threshold, no watch       | crossed → waiting, or active at once      |
 * | waiting   | crossed, for less than `forSeconds`                       | returned → quiet; long enough → active    |
 * | active    | crossed, and the event was sent                           | returned → quiet, with the second event   |
 */
import { type AlertRule, type QueueAlert, type QueueName, queueInScope, type SiteEvent } from "@pbxis/shared";
import * as z from "zod";
import type { LogItem } from "../api.ts";
import type { StateIndex } from "../log/state-index.ts";
import { alertKey } from "./page.ts";

/** `since`: when the threshold was crossed, in ms. A quiet rule has none. */
const Watch = z.object({ since: z.number(), active: z.boolean() }).readonly();
type Watch = z.infer<typeof Watch>;
/** By `alertKey`. */
export const Watches = z.record(z.string(), Watch);
export type Watches = Readonly<z.infer<typeof Watches>>;

/** `dueAt`: when time alone may change something, in ms. */
export type AlertStep = Readonly<{ watches: Watches; events: readonly QueueAlert[]; dueAt: number | null }>;

/** Compares all of `rules` at `now` (ms). */
export function stepAlerts(rules: readonly AlertRule[], watches: Watches, states: StateIndex, now: number): AlertStep {
  const next: Record<string, Watch> = {};
  const events: QueueAlert[] = [];
  const due: number[] = [];
  for (const rule of rules) {
    const key = alertKey(rule);
    const before = watches[key];
    const measured = measure(rule, states, now);
    if (!measured) {
      if (before) next[key] = before;
      continue;
    }
    if (!measured.isCrossed) {
      if (before?.active) events.push(eventOf(rule, measured.value, false, now, now));
      if (measured.crossesAt !== null) due.push(measured.crossesAt);
      continue;
    }
    const since = before?.since ?? measured.since;
    const activeAt = since + rule.forSeconds * 1000;
    const active = before?.active === true || now >= activeAt;
    if (active && !before?.active) events.push(eventOf(rule, measured.value, true, since, now));
    if (!active) due.push(activeAt);
    next[key] = { since, active };
  }
  return { watches: next, events, dueAt: due.length === 0 ? null : Math.min(...due) };
}

/** The queues that `items` say something of. */
export function queuesIn(items: Iterable<LogItem>): ReadonlySet<string> {
  const queues = new Set<string>();
  for (const item of items) {
    const queue = item.type === "link" ? undefined : queueInScope(item);
    if (queue !== undefined) queues.add(queue);
  }
  return queues;
}

/** `crossesAt`: when it is crossed by time alone. `since`: when it was crossed, if that is only seen now. */
type Measured = Readonly<{ value: number; isCrossed: boolean; since: number; crossesAt: number | null }>;

/** Null if there is nothing to compare. */
function measure(rule: AlertRule, states: StateIndex, now: number): Measured | null {
  const { metric, queue, above, below } = rule;
  const value = compared(rule, states, now);
  if (value === null) return null;
  const isCrossed = above === undefined ? value < (below ?? 0) : value > above;
  const longest = metric === "longestWait" && above !== undefined ? longestSince(states, queue) : null;
  const at = longest === null || above === undefined ? null : Math.floor(longest + above * 1000) + 1;
  return { value, isCrossed, since: Math.min(at ?? now, now), crossesAt: isCrossed ? null : at };
}

function compared({ metric, queue }: AlertRule, states: StateIndex, now: number): number | null {
  switch (metric) {
    case "count": {
      const state = states.get(`queueCount,${queue}`);
      return state?.type === "queueCount" ? state.count : null;
    }
    case "longestWait": {
      if (!states.has(`queueCount,${queue}`)) return null;
      const since = longestSince(states, queue);
      return since === null ? 0 : Math.max(0, (now - since) / 1000);
    }
    case "serviceLevel": {
      const state = states.get(`queueStatistics,${queue}`);
      return state?.type === "queueStatistics" ? state.serviceLevel : null;
    }
    case "availableAgents":
      return states.has(`queueCount,${queue}`) ? countAvailable(states, queue) : null;
  }
}

function longestSince(states: StateIndex, queue: QueueName): number | null {
  const state = states.get(`queueCount,${queue}`);
  return state?.type === "queueCount" ? state.longestWaitSince : null;
}

function countAvailable(states: StateIndex, queue: QueueName): number {
  const isAvailable = (event: SiteEvent) =>
    event.type === "queueMemberStatus" && event.status === "not_inuse" && event.wrapUpUntil === null;
  const ofQueue = states.candidates({ agents: [], queues: [queue], summary: false, about: null });
  return [...ofQueue.values()].filter(isAvailable).length;
}

function eventOf(rule: AlertRule, value: number, active: boolean, since: number, now: number): QueueAlert {
  const { queue, metric, above = null, below = null, forSeconds } = rule;
  const rounded = Math.round(value * 100) / 100;
  return { type: "queueAlert", queue, metric, above, below, forSeconds, value: rounded, active, since, at: now };
}
