/** What a tile shows of a queue at a moment. Pure. */
import type { Membership, QueueView } from "@pbxis/shared/client";
import { formatDuration, formatPercent, speakDuration } from "../ui/format.ts";
import { type Level, levelOf, type Thresholds, worst } from "./thresholds.ts";

export const agentStates = ["available", "ringing", "talking", "paused", "away"] as const;
export type QueueAgentState = (typeof agentStates)[number];
export type AgentCounts = Readonly<Record<QueueAgentState, number>>;

export type Figure = Readonly<{ text: string; spoken: string; level: Level }>;

/** Averages are null before the first call was answered, and everything of the summary before there is one. */
export type TileView = Readonly<{
  queue: string;
  level: Level;
  waiting: Figure;
  longestWait: Figure;
  serviceLevel: Figure;
  /** What the percentage counts as answered in time. */
  serviceLevelSeconds: number | null;
  answered: string;
  abandoned: string;
  averageHold: string;
  averageTalk: string;
  agents: AgentCounts;
}>;

const nothing = "–";

/** `at`: the moment that is shown, ms since 1970. */
export function tileView(view: QueueView, at: number, thresholds: Thresholds): TileView {
  const { queue, count, longestWaitSince, summary, members } = view;
  const waitMs = longestWaitSince === null ? null : Math.max(0, at - longestWaitSince);
  const hasAnswered = summary !== null && summary.completed > 0;
  const perf = hasAnswered ? summary.serviceLevelPerf : null;
  const waiting = {
    text: String(count),
    spoken: `${count} waiting`,
    level: levelOf("waiting", count, thresholds),
  };
  const longestWait = {
    text: waitMs === null ? nothing : formatDuration(waitMs),
    spoken: waitMs === null ? "nobody waits" : speakDuration(waitMs),
    level: levelOf("longestWait", waitMs === null ? null : waitMs / 1000, thresholds),
  };
  const serviceLevel = {
    text: perf === null ? nothing : formatPercent(perf),
    spoken: perf === null ? "no calls yet" : formatPercent(perf),
    level: levelOf("serviceLevel", perf, thresholds),
  };
  return {
    queue,
    level: worst([waiting.level, longestWait.level, serviceLevel.level]),
    waiting,
    longestWait,
    serviceLevel,
    serviceLevelSeconds: summary?.serviceLevel ?? null,
    answered: summary ? String(summary.completed) : nothing,
    abandoned: summary ? String(summary.abandoned) : nothing,
    averageHold: hasAnswered ? formatDuration(summary.holdTime * 1000) : nothing,
    averageTalk: hasAnswered ? formatDuration(summary.talkTime * 1000) : nothing,
    agents: countAgents(members),
  };
}

export function countAgents(members: readonly Membership[]): AgentCounts {
  const counts = { available: 0, ringing: 0, talking: 0, paused: 0, away: 0 };
  for (const member of members) {
    const state = stateInQueue(member);
    if (state) counts[state] += 1;
  }
  return counts;
}

/** Who rings or talks does so paused or not (EV14): the queue cannot have that person now in either case. */
export function stateInQueue({
  status,
  deviceStatus,
}: Pick<Membership, "status" | "deviceStatus">): QueueAgentState | undefined {
  if (status === "loggedoff") return undefined;
  switch (status === "paused" ? deviceStatus : status) {
    case "ringing":
      return "ringing";
    case "inuse":
    case "ringinuse":
    case "busy":
    case "onhold":
      return "talking";
    case "unavailable":
      return "away";
    default:
      if (status === "paused") return "paused";
      return status === "not_inuse" ? "available" : "away";
  }
}

export const levelWords: Readonly<Record<Level, string>> = { good: "OK", warn: "Attention", bad: "Critical" };
export const agentStateWords: Readonly<Record<QueueAgentState, string>> = {
  available: "available",
  ringing: "ringing",
  talking: "talking",
  paused: "paused",
  away: "away",
};

export type Order = "name" | "wait" | "waiting";

/** Names as people sort them: `queue 2` before `queue 10`. Of equals the name decides, so that nothing jumps about. */
export function sortQueues(queues: readonly QueueView[], order: Order): readonly QueueView[] {
  const byName = (one: QueueView, other: QueueView): number => collator.compare(one.queue, other.queue);
  const since = ({ longestWaitSince }: QueueView): number => longestWaitSince ?? Number.POSITIVE_INFINITY;
  switch (order) {
    case "name":
      return [...queues].sort(byName);
    case "waiting":
      return [...queues].sort((one, other) => other.count - one.count || byName(one, other));
    case "wait":
      return [...queues].sort((one, other) => Math.sign(since(one) - since(other)) || byName(one, other));
  }
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Of the whole site. */
export type Totals = Readonly<{
  waiting: number;
  longestWaitSince: number | null;
  answered: number;
  abandoned: number;
}>;

export function totalsOf(queues: readonly QueueView[]): Totals {
  const sum = (figure: (queue: QueueView) => number): number => queues.reduce((all, queue) => all + figure(queue), 0);
  const since = queues.flatMap(({ longestWaitSince }) => longestWaitSince ?? []);
  return {
    waiting: sum(({ count }) => count),
    longestWaitSince: since.length === 0 ? null : Math.min(...since),
    answered: sum(({ summary }) => summary?.completed ?? 0),
    abandoned: sum(({ summary }) => summary?.abandoned ?? 0),
  };
}

/**
 * How many columns give a full screen of `count` tiles the largest type. `aspect`: width of the screen by its height; a tile's figures need
 * about 1.5 times as much width as height.
 */
export function kioskColumns(count: number, aspect: number): number {
  const tileAspect = 1.5;
  let best = { columns: 1, size: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(count / columns);
    const size = Math.min(aspect / columns / tileAspect, 1 / rows);
    if (size > best.size) best = { columns, size };
  }
  return best.columns;
}
