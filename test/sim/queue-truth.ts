/**
 * AP12, EV18: compares the counts and times of queues with what the simulated PBX itself counted, without a look at the
 * site's log. A wait that no connector watched throughout may have any outcome, or `unknown`, and one that is excused
 * (excuse.ts) may be missing.
 */
import type { StatisticsRow } from "@pbxis/shared";
import { serviceLevelSeconds } from "../pbx/calls/queue-call.ts";

/**
 * A wait that has ended at the PBX. `isSure`: a connector watched it throughout, and it may not be missing. `lasted`: for
 * how long it may have lasted to the connectors.
 */
export type EndedWait = Readonly<{ queue: string; how: readonly string[]; isSure: boolean; lasted: Range }>;
/**
 * A talk with a caller who had waited, at the PBX. `queue`: whose call it certainly was, null if that is not certain;
 * `queues`: whose it may have been. `isSure` as above. `lasted` and `held` to the connectors, as above.
 */
export type EndedTalk = Readonly<{
  queue: string | null;
  queues: readonly string[];
  isSure: boolean;
  lasted: Range;
  held: Range;
}>;
export type Range = Readonly<{ least: number; most: number }>;
type QueueRow = Extract<StatisticsRow, { kind: "queue" }>;

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

/** UP1: the default of PBXIS_SHORT_ABANDON_SECONDS. */
const shortAbandonMs = 5_000;

/** The figures that depend on how long callers waited. `lost` as above: so many waits may be missing. */
export function checkQueueTimes(
  rows: readonly StatisticsRow[],
  waits: readonly EndedWait[],
  lost: number,
): readonly string[] {
  return [...Map.groupBy(waits, (wait) => wait.queue)].flatMap(([queue, ended]) => {
    const own = rows.filter((row) => row.kind === "queue" && row.name === queue) as QueueRow[];
    const sumOf = (field: keyof QueueRow) => own.reduce((sum, row) => sum + Number(row[field]), 0);
    const answered = withOutcome(ended, "answered", lost);
    const abandoned = withOutcome(ended, "abandoned", lost);
    const all = withOutcome(ended, null, lost);
    const longest = ({ sure, possible }: Split): Range => ({
      least: Math.max(0, ...sure.map(({ least }) => least)),
      most: Math.max(0, ...possible.map(({ most }) => most)),
    });
    return [
      outside(queue, "waitTimeAnswered", sumOf("waitTimeAnswered"), totalOf(answered)),
      outside(queue, "waitTimeAbandoned", sumOf("waitTimeAbandoned"), totalOf(abandoned)),
      outside(queue, "answeredInLevel", sumOf("answeredInLevel"), countWithin(answered, serviceLevelSeconds * 1_000)),
      outside(queue, "shortAbandoned", sumOf("shortAbandoned"), countWithin(abandoned, shortAbandonMs)),
      outside(queue, "longestWait", Math.max(0, ...own.map(({ longestWait }) => longestWait)), longest(all)),
    ].flat();
  });
}

/** The times of agents with the callers of queues. `lost` as above. */
export function checkQueueTalks(
  rows: readonly StatisticsRow[],
  talks: readonly EndedTalk[],
  lost: number,
): readonly string[] {
  const queues = new Set(talks.flatMap((talk) => talk.queues));
  return [...queues].flatMap((queue) => {
    const own = rows.filter((row) => row.kind === "queue" && row.name === queue) as QueueRow[];
    const talkTime = own.reduce((sum, row) => sum + row.talkTime, 0);
    const holdTime = own.reduce((sum, row) => sum + row.holdTime, 0);
    const of = (time: "lasted" | "held"): Split => ({
      sure: longestFirst(talks.filter((talk) => talk.isSure && talk.queue === queue).map((talk) => talk[time])).slice(
        lost,
      ),
      possible: talks.filter((talk) => talk.queues.includes(queue)).map((talk) => talk[time]),
    });
    return [
      ...outside(queue, "talkTime + holdTime", talkTime + holdTime, totalOf(of("lasted"))),
      ...outside(queue, "holdTime", holdTime, totalOf(of("held"))),
    ];
  });
}

/** The waits that certainly have an outcome, and those that may have it. */
type Split = Readonly<{ sure: readonly Range[]; possible: readonly Range[] }>;

/** The longest of the sure ones may be lost. Without `outcome`: any. */
function withOutcome(waits: readonly EndedWait[], outcome: string | null, lost: number): Split {
  const isIt = ({ how }: EndedWait) => outcome === null || how.includes(outcome);
  const isOnlyIt = ({ how }: EndedWait) => outcome === null || (how.length === 1 && how[0] === outcome);
  return {
    sure: longestFirst(waits.filter((wait) => wait.isSure && isOnlyIt(wait)).map(({ lasted }) => lasted)).slice(lost),
    possible: waits.filter((wait) => !wait.isSure || isIt(wait)).map(({ lasted }) => lasted),
  };
}

function longestFirst(ranges: Range[]): Range[] {
  return ranges.sort((one, other) => other.least - one.least);
}

function totalOf({ sure, possible }: Split): Range {
  return {
    least: sure.reduce((sum, { least }) => sum + least, 0),
    most: possible.reduce((sum, { most }) => sum + most, 0),
  };
}

function countWithin({ sure, possible }: Split, levelMs: number): Range {
  return {
    least: sure.filter(({ most }) => most <= levelMs).length,
    most: possible.filter(({ least }) => least <= levelMs).length,
  };
}

function outside(queue: string, field: string, actual: number, { least, most }: Range): string[] {
  if (actual >= least && actual <= most) return [];
  return [`AP12: ${field} of ${queue} is ${actual}, but at the PBX ${least.toFixed(0)} to ${most.toFixed(0)}`];
}
