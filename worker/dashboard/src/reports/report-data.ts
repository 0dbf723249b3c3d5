/** The rows of an answer as the chart and the tables show them. Pure. */
import type { StatisticsRow } from "@pbxis/shared/client";
import { localText, shortDay } from "../period/zone.ts";
import type { Bar } from "./chart-shapes.ts";
import type { Interval } from "./report-filter.ts";
import { type AgentTotals, agentTotals, groupBy, type QueueTotals, queueTotals } from "./totals.ts";

/** `name`: of a queue or agent. `label`: of an interval. */
type NameTotals<Totals> = Readonly<{ name: string; totals: Totals }>;
type IntervalTotals<Totals> = Readonly<{ from: number; label: string; totals: Totals }>;

export type Report<Totals> = Readonly<{
  all: Totals;
  names: readonly NameTotals<Totals>[];
  intervals: readonly IntervalTotals<Totals>[];
}>;

export function queueReport(rows: readonly StatisticsRow[], interval: Interval, zone: string): Report<QueueTotals> {
  return reportOf(
    rows.filter((row) => row.kind === "queue"),
    queueTotals,
    interval,
    zone,
  );
}

export function agentReport(rows: readonly StatisticsRow[], interval: Interval, zone: string): Report<AgentTotals> {
  return reportOf(
    rows.filter((row) => row.kind === "agent"),
    agentTotals,
    interval,
    zone,
  );
}

function reportOf<One extends StatisticsRow, Totals>(
  rows: readonly One[],
  totalsOf: (rows: readonly One[]) => Totals,
  interval: Interval,
  zone: string,
): Report<Totals> {
  const byName = [...groupBy(rows, ({ name }): string => name)];
  const byTime = [...groupBy(rows, ({ from }) => from)].sort(([one], [other]) => one - other);
  return {
    all: totalsOf(rows),
    names: byName.map(([name, group]) => ({ name, totals: totalsOf(group) })),
    intervals: byTime.map(([from, group]) => ({
      from,
      label: intervalLabel(from, interval, zone, byTime.length > 0 && isManyDays(byTime, zone)),
      totals: totalsOf(group),
    })),
  };
}

function isManyDays(byTime: readonly (readonly [number, unknown])[], zone: string): boolean {
  const [first, last] = [byTime[0]?.[0], byTime.at(-1)?.[0]];
  return first !== undefined && last !== undefined && shortDay(first, zone) !== shortDay(last, zone);
}

/** `29 Nov` for a day; `14:15`, or `29 Nov 14:15` in a report of several days. */
export function intervalLabel(from: number, interval: Interval, zone: string, hasDay: boolean): string {
  if (interval === "day") return shortDay(from, zone);
  const time = localText(from, zone).slice(11);
  return hasDay ? `${shortDay(from, zone)} ${time}` : time;
}

const hourMs = 3_600_000;

/** From the bottom of a bar to its top. */
export const queueParts = ["Answered", "Abandoned", "Left or other"] as const;
export const agentParts = ["Talk, hold, wrap-up", "Available", "Paused"] as const;

export function queueBars({ intervals }: Report<QueueTotals>): readonly Bar[] {
  return intervals.map(({ label, totals }) => {
    const { answered, abandoned, exited, picked, moved, hungUp, unknown: others, serviceLevel, coverage } = totals;
    const rest = exited + picked + moved + hungUp + others;
    return { label, parts: [answered, abandoned, rest], percent: serviceLevel, isPartial: coverage < 0.995 };
  });
}

/** In hours. */
export function agentBars({ intervals }: Report<AgentTotals>): readonly Bar[] {
  return intervals.map(({ label, totals }) => {
    const { talkTime, holdTime, wrapUpTime, availableTime, pausedTime, occupancy, coverage } = totals;
    const parts = [talkTime + holdTime + wrapUpTime, availableTime, pausedTime].map((ms) => ms / hourMs);
    return { label, parts, percent: occupancy, isPartial: coverage < 0.995 };
  });
}
