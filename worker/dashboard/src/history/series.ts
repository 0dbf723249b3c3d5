/** One queue's last hours in steps of a quarter of an hour, from the site's intervals. Pure. */
import type { StatisticsAnswer } from "@pbxis/shared/client";

export const stepMs = 15 * 60_000;
/** Twelve hours. */
export const stepCount = 48;
/** The service level of a quarter of an hour with few calls jumps between 0 and 100%. */
const levelSteps = 4;

/**
 * One value per step, oldest first: the most callers who waited at once, and the service level in percent of the hour
 * that ends with the step. Null where nothing is known.
 */
export type Series = Readonly<{
  waiting: readonly (number | null)[];
  serviceLevel: readonly (number | null)[];
}>;

export const emptySeries: Series = { waiting: [], serviceLevel: [] };

/** When the first step of the hours that end at `now` begins. */
export function seriesStart(now: number): number {
  return (Math.floor(now / stepMs) - stepCount + 1) * stepMs;
}

/** The series of each queue. Before a queue's first interval nothing is known; one without calls in between is 0. */
export function seriesByQueue({ rows }: StatisticsAnswer, now: number): ReadonlyMap<string, Series> {
  const start = seriesStart(now);
  const known = new Map<string, Draft>();
  const calls = new Map<Draft, Calls[]>();
  for (const row of rows) {
    const step = Math.floor((row.from - start) / stepMs);
    if (row.kind !== "queue" || step < 0 || step >= stepCount) continue;
    const series = known.get(row.name) ?? { waiting: blank(), serviceLevel: blank() };
    known.set(row.name, series);
    series.waiting[step] = row.mostWaiting;
    calls.set(series, calls.get(series) ?? Array.from({ length: stepCount }, () => noCalls));
    const counted = calls.get(series) ?? [];
    counted[step] = { inLevel: row.answeredInLevel, all: row.serviceLevel === null ? 0 : row.answered + row.abandoned };
  }
  for (const [series, counted] of calls)
    for (let step = 0; step < stepCount; step += 1)
      series.serviceLevel[step] = levelOf(counted.slice(Math.max(0, step - levelSteps + 1), step + 1));
  for (const { waiting } of known.values()) {
    const first = waiting.findIndex((count) => count !== null);
    for (let step = first; step < stepCount; step += 1) waiting[step] ??= 0;
  }
  return known;
}

type Draft = { waiting: (number | null)[]; serviceLevel: (number | null)[] };
/** Those answered within the target, of all that count. */
type Calls = Readonly<{ inLevel: number; all: number }>;
const noCalls: Calls = { inLevel: 0, all: 0 };

function levelOf(counted: readonly Calls[]): number | null {
  const all = counted.reduce((sum, one) => sum + one.all, 0);
  return all === 0 ? null : (counted.reduce((sum, { inLevel }) => sum + inLevel, 0) / all) * 100;
}

function blank(): (number | null)[] {
  return Array.from({ length: stepCount }, () => null);
}
