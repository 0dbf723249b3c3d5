/** One queue's last hours in steps of a quarter of an hour, from the site's intervals. Pure. */
import type { StatisticsAnswer } from "@pbxis/shared/client";

export const stepMs = 15 * 60_000;
/** Twelve hours. */
export const stepCount = 48;

/**
 * One value per step, oldest first: the most callers who waited at once, and the service level in percent. Null where
 * nothing is known.
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
  const known = new Map<string, { waiting: (number | null)[]; serviceLevel: (number | null)[] }>();
  for (const row of rows) {
    const step = Math.floor((row.from - start) / stepMs);
    if (row.kind !== "queue" || step < 0 || step >= stepCount) continue;
    const series = known.get(row.name) ?? { waiting: blank(), serviceLevel: blank() };
    known.set(row.name, series);
    series.waiting[step] = row.mostWaiting;
    series.serviceLevel[step] = row.serviceLevel;
  }
  for (const { waiting } of known.values()) {
    const first = waiting.findIndex((count) => count !== null);
    for (let step = first; step < stepCount; step += 1) waiting[step] ??= 0;
  }
  return known;
}

function blank(): (number | null)[] {
  return Array.from({ length: stepCount }, () => null);
}
