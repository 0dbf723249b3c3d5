/** What a tile shows of a queue, and the order and totals of the queues. Pure. */
import type { Membership, QueueView } from "@pbxis/shared/client";
import { type AgentState, noAgents } from "../ui/agent-states.ts";
import { formatDuration, formatPercent, speakDuration } from "../ui/format.ts";
import { type Level, levelOf, type Thresholds, worst } from "./thresholds.ts";

export type AgentCounts = Readonly<Record<AgentState, number>>;

/** `spoken`: for screen readers. */
export type Figure = Readonly<{ text: string; spoken: string; level: Level }>;

/** Today's figures (EV18). Those that are not known are dashes: the rates before the first call, or all of them. */
export type TileView = Readonly<{
  queue: string;
  level: Level;
  waiting: Figure;
  longestWait: Figure;
  serviceLevel: Figure;
  /** The queue's target: the wait, in seconds, within which a call counts for the service level. */
  targetSeconds: number | null;
  /** The share of calls that should be answered in that time. */
  targetPercent: number;
  answered: string;
  abandoned: string;
  averageWait: string;
  averageHandling: string;
  /** Such as `Watched 80% of the day`; null if all of it was. */
  gap: string | null;
  agents: AgentCounts;
}>;

const dash = "–";

/** `at`: the time that durations are measured to, in ms since 1970. */
export function tileView(view: QueueView, at: number, thresholds: Thresholds): TileView {
  const { queue, count, longestWaitSince, statistics, members } = view;
  const waitMs = longestWaitSince === null ? null : Math.max(0, at - longestWaitSince);
  const perf = statistics?.serviceLevel ?? null;
  const waiting = {
    text: String(count),
    spoken: `${count} waiting`,
    level: levelOf("waiting", count, thresholds),
  };
  const longestWait = {
    text: waitMs === null ? dash : formatDuration(waitMs),
    spoken: waitMs === null ? "no callers waiting" : speakDuration(waitMs),
    level: levelOf("longestWait", waitMs === null ? null : waitMs / 1000, thresholds),
  };
  const serviceLevel = {
    // Rounded down: what is just below its target must not look as if it met it.
    text: perf === null ? dash : formatPercent(Math.floor(perf)),
    spoken: perf === null ? "no calls yet" : formatPercent(Math.floor(perf)),
    level: levelOf("serviceLevel", perf, thresholds),
  };
  return {
    queue,
    level: worst([waiting.level, longestWait.level, serviceLevel.level]),
    waiting,
    longestWait,
    serviceLevel,
    targetSeconds: statistics?.serviceLevelSeconds ?? null,
    targetPercent: thresholds.serviceLevel.warn,
    answered: statistics ? String(statistics.answered) : dash,
    abandoned: statistics ? String(statistics.abandoned) : dash,
    averageWait: spanText(statistics?.averageSpeedOfAnswer),
    averageHandling: spanText(statistics?.averageHandleTime),
    gap: gapText(statistics?.coverage ?? 1),
    agents: countAgents(members),
  };
}

function spanText(ms: number | null | undefined): string {
  return ms == null ? dash : formatDuration(ms);
}

/** A gap of a few seconds is not worth a mark. */
const fullCoverage = 0.995;

function gapText(coverage: number): string | null {
  if (coverage >= fullCoverage) return null;
  return `The PBX was watched for ${Math.floor(coverage * 100)}% of the day: calls of the rest are missing.`;
}

/**
 * Who is paused and talks counts in both (EV14): the queue sends them no calls, and the call must not hide the pause.
 */
export function countAgents(members: readonly Membership[]): AgentCounts {
  const counts = noAgents();
  for (const member of members) for (const state of statesInQueue(member)) counts[state] += 1;
  return counts;
}

export function statesInQueue({
  status,
  deviceStatus,
  wrapUpUntil,
}: Pick<Membership, "status" | "deviceStatus" | "wrapUpUntil">): readonly AgentState[] {
  if (status === "loggedoff") return [];
  if (status !== "paused") {
    const state = stateOfDevice(status);
    return [state === "available" && wrapUpUntil !== null ? "wrapup" : state];
  }
  const device = stateOfDevice(deviceStatus ?? "unknown");
  // The phone of a paused agent is free, or nobody knows what it does: the pause is all there is to say.
  return device === "available" || deviceStatus === null || deviceStatus === "unknown"
    ? ["paused"]
    : [device, "paused"];
}

function stateOfDevice(status: NonNullable<Membership["deviceStatus"]>): AgentState {
  switch (status) {
    case "not_inuse":
      return "available";
    case "ringing":
      return "ringing";
    case "inuse":
    case "ringinuse":
    case "busy":
    case "onhold":
      return "talking";
    default:
      return "away";
  }
}

export const levelLabels: Readonly<Record<Level, string>> = { good: "OK", warn: "Attention", bad: "Critical" };

export type Order = "name" | "wait" | "waiting";

/**
 * Sorts names numerically: `queue 2` before `queue 10`. Queues that are equal otherwise are sorted by name, so that
 * their order is stable.
 */
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

type Totals = Readonly<{
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
    answered: sum(({ statistics }) => statistics?.answered ?? 0),
    abandoned: sum(({ statistics }) => statistics?.abandoned ?? 0),
  };
}
