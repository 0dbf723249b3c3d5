/** The chart's label for screen readers. Pure. */
import type { Series } from "./track.ts";

export function seriesText(queue: string, { waiting, serviceLevel }: Series): string {
  const counts = known(waiting);
  if (counts.length === 0) return `Last hour of ${queue}: no data yet.`;
  const levels = known(serviceLevel);
  const most = Math.max(...counts);
  const now = waiting.at(-1);
  const parts = [`at most ${most} waiting`];
  if (typeof now === "number") parts.push(`${now} now`);
  if (levels.length > 0)
    parts.push(`service level from ${Math.round(Math.min(...levels))}% to ${Math.round(Math.max(...levels))}%`);
  const minutes = Math.max(1, Math.round(counts.length / 6));
  return `Last hour of ${queue} (${minutes} minute${minutes === 1 ? "" : "s"} recorded): ${parts.join(", ")}.`;
}

function known(values: readonly (number | null)[]): readonly number[] {
  return values.filter((value): value is number => value !== null);
}
