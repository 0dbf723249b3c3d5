/** Sums of the intervals' figures, and the figures that follow from them, by the rules of EV18 and EV19. Pure. */
import type { StatisticsRow } from "@pbxis/shared/client";

type QueueRow = Extract<StatisticsRow, { kind: "queue" }>;
type AgentRow = Extract<StatisticsRow, { kind: "agent" }>;

const queueSums = [
  "offered",
  "answered",
  "answeredInLevel",
  "abandoned",
  "shortAbandoned",
  "exited",
  "picked",
  "moved",
  "hungUp",
  "unknown",
  "waitTimeAnswered",
  "waitTimeAbandoned",
  "talkTime",
  "holdTime",
  "wrapUpTime",
  "untimedTalks",
] as const satisfies readonly (keyof QueueRow)[];

const agentSums = [
  "answered",
  "notAnswered",
  "declined",
  "transferred",
  "talkTime",
  "holdTime",
  "wrapUpTime",
  "ringTime",
  "availableTime",
  "pausedTime",
  "loggedInTime",
] as const satisfies readonly (keyof AgentRow)[];

type Sums<Names extends readonly string[]> = Readonly<Record<Names[number], number>>;

/** Percentages and ms; null where there is nothing to divide by. `coverage`: the share of the time that was watched. */
export type QueueTotals = Sums<typeof queueSums> &
  Readonly<{
    longestWait: number;
    mostWaiting: number;
    serviceLevel: number | null;
    abandonRate: number | null;
    averageWait: number | null;
    averageHandle: number | null;
    coverage: number;
  }>;

export type AgentTotals = Sums<typeof agentSums> &
  Readonly<{
    pausedBy: ReadonlyMap<string, number>;
    occupancy: number | null;
    averageHandle: number | null;
    coverage: number;
  }>;

export function queueTotals(rows: readonly QueueRow[]): QueueTotals {
  const sums = sumsOf(rows, queueSums);
  const { answered, answeredInLevel, abandoned, talkTime, holdTime, wrapUpTime, untimedTalks } = sums;
  return {
    ...sums,
    longestWait: Math.max(0, ...rows.map(({ longestWait }) => longestWait)),
    mostWaiting: Math.max(0, ...rows.map(({ mostWaiting }) => mostWaiting)),
    serviceLevel: percent(answeredInLevel, answered + abandoned),
    abandonRate: percent(abandoned, answered + abandoned),
    averageWait: ratio(sums.waitTimeAnswered, answered),
    averageHandle: ratio(talkTime + holdTime + wrapUpTime, answered - untimedTalks),
    coverage: coverageOf(rows),
  };
}

export function agentTotals(rows: readonly AgentRow[]): AgentTotals {
  const sums = sumsOf(rows, agentSums);
  const { answered, talkTime, holdTime, wrapUpTime, availableTime } = sums;
  const busy = talkTime + holdTime + wrapUpTime;
  const pausedBy = new Map<string, number>();
  for (const row of rows)
    for (const [reason, ms] of Object.entries(row.pausedBy)) pausedBy.set(reason, (pausedBy.get(reason) ?? 0) + ms);
  return {
    ...sums,
    pausedBy,
    occupancy: percent(busy, busy + availableTime),
    averageHandle: ratio(busy, answered),
    coverage: coverageOf(rows),
  };
}

function sumsOf<Name extends string>(
  rows: readonly Readonly<Record<Name, number>>[],
  names: readonly Name[],
): Readonly<Record<Name, number>> {
  const sums = names.map((name): [Name, number] => [name, rows.reduce((sum, row) => sum + row[name], 0)]);
  return Object.fromEntries(sums) as Record<Name, number>;
}

function coverageOf(rows: readonly Readonly<{ from: number; to: number; coverage: number }>[]): number {
  const length = rows.reduce((sum, { from, to }) => sum + (to - from), 0);
  return length === 0 ? 1 : rows.reduce((sum, { from, to, coverage }) => sum + (to - from) * coverage, 0) / length;
}

function ratio(part: number, whole: number): number | null {
  return whole <= 0 ? null : part / whole;
}

function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : (part / whole) * 100;
}

/** The rows of each value of `key`, in the order in which the values come. */
export function groupBy<Row, Key>(rows: readonly Row[], key: (row: Row) => Key): ReadonlyMap<Key, readonly Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}
