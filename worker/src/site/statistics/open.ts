/**
 * What the statistics have counted and stored in no row yet: the sums of intervals, and long stretches of time
 * (`Stretch`), whose intervals are made here one after the other. Pure, except that `takeOver` changes the state.
 */
import { sumsOf } from "./agent-activity.ts";
import type { Stretch } from "./agent-memory.ts";
import { dayMs, intervalMs, intervalOf, partsOf } from "./interval.ts";
import { type StatisticsState, type Stored, storedOf } from "./state.ts";
import { add, emptySums, encodeSums } from "./sums.ts";
import type { Day } from "./zone.ts";

type Open = Pick<StatisticsState, "open" | "stretches">;

/** The sums of the intervals that begin in `span`. One interval of a name may come more than once. */
export function* openSums({ open, stretches }: Open, span: Day): Generator<Stored> {
  for (const [start, table] of open) if (start >= span.from && start < span.to) yield* storedOf(start, table);
  for (const stretch of stretches) yield* stretchSums(stretch, span);
}

/** When the first of these intervals began, in ms; null if there is none. */
export function openSince({ open, stretches }: Open): number | null {
  let first: number | null = null;
  for (const start of open.keys()) first = Math.min(first ?? start, start);
  for (const { from } of stretches) first = Math.min(first ?? from, intervalOf(from));
  return first;
}

/** Takes the sums of the intervals that are over at `before` (ms). Each group is of one name and day of UTC. */
export function* takeOver(state: Open, before: number): Generator<readonly Stored[]> {
  const end = intervalOf(before);
  const over: Stored[] = [];
  for (const [start, table] of state.open) {
    if (start >= end) continue;
    over.push(...storedOf(start, table));
    state.open.delete(start);
  }
  yield* Map.groupBy(over, ({ kind, name, start }) => `${kind},${Math.floor(start / dayMs)},${name}`).values();
  const { stretches } = state;
  state.stretches = stretches.flatMap((one) => (one.to <= end ? [] : [{ ...one, from: Math.max(one.from, end) }]));
  for (const stretch of stretches) {
    const past = { ...stretch, to: Math.min(stretch.to, end) };
    for (const day of daysOf(past)) yield [...stretchSums(past, day)];
  }
}

function* stretchSums({ agent, from, to, ...doing }: Stretch, span: Day): Generator<Stored> {
  const first = Math.max(from, Math.ceil(span.from / intervalMs) * intervalMs);
  const last = Math.min(to, intervalOf(span.to - 1) + intervalMs);
  for (const part of partsOf(first, last)) {
    const sums = emptySums("agent");
    add("agent", sums, sumsOf(doing, part.to - part.from));
    yield { kind: "agent", name: agent, start: part.start, sums: encodeSums("agent", sums) };
  }
}

/** The days of UTC that a span touches. */
function* daysOf({ from, to }: Day): Generator<Day> {
  for (let day = Math.floor(from / dayMs) * dayMs; day < to; day += dayMs) yield { from: day, to: day + dayMs };
}
