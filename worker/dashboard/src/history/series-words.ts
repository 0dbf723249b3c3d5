/** A strip in words, for those who do not see it. Pure. */
import type { Series } from "./track.ts";

export function seriesWords(queue: string, { waiting, serviceLevel }: Series): string {
  const seen = known(waiting);
  if (seen.length === 0) return `Last hour of ${queue}: nothing was seen yet.`;
  const levels = known(serviceLevel);
  const most = Math.max(...seen);
  const now = waiting.at(-1);
  const parts = [`at most ${most} waiting`];
  if (typeof now === "number") parts.push(`${now} now`);
  if (levels.length > 0)
    parts.push(`service level from ${Math.round(Math.min(...levels))} to ${Math.round(Math.max(...levels))} %`);
  const minutes = Math.max(1, Math.round(seen.length / 6));
  return `Last hour of ${queue}, ${minutes} minute${minutes === 1 ? "" : "s"} of it seen: ${parts.join(", ")}.`;
}

function known(values: readonly (number | null)[]): readonly number[] {
  return values.filter((value): value is number => value !== null);
}
