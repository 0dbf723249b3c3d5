/**
 * AP12, EV18: compares the sums of queues with what the simulated PBX itself counted, without a look at the site's log.
 * A wait that no connector watched throughout may have any outcome, or `unknown`, and one that is excused (excuse.ts)
 * may be missing.
 */
import type { StatisticsRow } from "@pbxis/shared";

/** A wait that has ended at the PBX. `isSure`: a connector watched it throughout, and it may not be missing. */
export type EndedWait = Readonly<{ queue: string; how: readonly string[]; isSure: boolean }>;

const outcomes = ["answered", "abandoned", "exited", "picked", "moved", "hungUp"] as const;

/** `lost`: how many occurrences were reported as lost (UP6). */
export function checkQueueTruth(
  rows: readonly StatisticsRow[],
  waits: readonly EndedWait[],
  lost: number,
): readonly string[] {
  const found: string[] = [];
  let short = 0;
  for (const [queue, ended] of Map.groupBy(waits, (wait) => wait.queue)) {
    const own = rows.flatMap((row) => (row.kind === "queue" && row.name === queue ? [row] : []));
    const sumOf = (field: (typeof outcomes)[number]) => own.reduce((sum, row) => sum + row[field], 0);
    for (const outcome of outcomes) {
      const counted = sumOf(outcome);
      const most = ended.filter(({ how, isSure }) => how.includes(outcome) || !isSure).length;
      const least = ended.filter(({ how, isSure }) => isSure && how.length === 1 && how[0] === outcome).length;
      if (counted > most) found.push(`AP12: ${queue} counts ${counted} ${outcome}, but the PBX had at most ${most}`);
      short += Math.max(0, least - counted);
    }
    const all = outcomes.reduce((sum, outcome) => sum + sumOf(outcome), 0);
    if (all > ended.length) found.push(`AP12: ${queue} counts ${all} calls, but at the PBX ${ended.length} have ended`);
  }
  if (short > lost) found.push(`AP12: ${short} calls of the PBX are not counted, but ${lost} occurrences were lost`);
  return found;
}
