/** The chart's label for screen readers. Pure. */
import type { Series } from "./series.ts";

export function seriesText(queue: string, { waiting, serviceLevel }: Series): string {
  const counts = known(waiting);
  if (counts.length === 0) return `Last 12 hours of ${queue}: no data yet.`;
  const levels = known(serviceLevel);
  const parts = [`at most ${Math.max(...counts)} waiting`];
  if (levels.length > 0)
    parts.push(`service level from ${Math.round(Math.min(...levels))}% to ${Math.round(Math.max(...levels))}%`);
  return `Last 12 hours of ${queue}: ${parts.join(", ")}.`;
}

function known(values: readonly (number | null)[]): readonly number[] {
  return values.filter((value): value is number => value !== null);
}
