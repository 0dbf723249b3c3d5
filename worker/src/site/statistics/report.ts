/**
 * The rows of a report (AP12): the sums of each queue and agent in each interval, from the table of stored sums and
 * from what is in no row yet. Pure.
 */
import { AgentId, type Names, QueueName, type StatisticsRow } from "@pbxis/shared";
import { maxReportRows, type Report, type ReportQuery } from "../api.ts";
import { statisticsKeptMs } from "../retention.ts";
import { agentPresent } from "./agent-fold.ts";
import { type Buckets, bucketsOf } from "./buckets.ts";
import { agentFigures, queueFigures } from "./figures.ts";
import { intervalOf } from "./interval.ts";
import { openSums } from "./open.ts";
import { serviceLevelOf } from "./queue-fold.ts";
import type { StatisticsState, Stored } from "./state.ts";
import { add, decodeSums, emptySums, type Kind, type Sums } from "./sums.ts";
import { coverageOf } from "./watch.ts";
import type { Day } from "./zone.ts";

/** The stored sums; `names` null for all. */
export type StoredSums = Readonly<{
  read: (
    query: Readonly<{ kind: Kind; names: readonly string[] | null; from: number; to: number }>,
  ) => Iterable<Stored>;
  names: (kind: Kind, span: Day) => readonly string[];
}>;

/** What a report is made of. */
type Sources = Readonly<{ state: StatisticsState; stored: StoredSums; buckets: Buckets; now: number }>;

export function reportOf(state: StatisticsState, stored: StoredSums, query: ReportQuery, now: number): Report {
  const zone = state.settings.timezone;
  const buckets = bucketsOf(spanOf(state, query, now), query.interval, zone);
  const sources = { state, stored, buckets, now };
  const queues = namesOf(sources, "queue", query.queues);
  const agents = namesOf(sources, "agent", query.agents);
  if ((queues.length + agents.length) * buckets.spans.length > maxReportRows) return { kind: "too_large" };
  const rows = [...queueRows(sources, queues), ...agentRows(sources, agents)];
  return { kind: "rows", answer: { zone, rows } };
}

/** Today so far, unless the query says otherwise; nothing of the future, and nothing that is deleted. */
function spanOf({ day }: StatisticsState, { from, to }: ReportQuery, now: number): Day {
  const latest = Math.min(to ?? now, now);
  return { from: Math.max(from ?? Math.min(day.from, latest), now - statisticsKeptMs), to: latest };
}

/** The known ones of the names, sorted. */
function namesOf({ state, stored, buckets }: Sources, kind: "queue" | "agent", names: Names | null): string[] {
  const [first, last] = [buckets.spans[0], buckets.spans.at(-1)];
  if (names === null || !first || !last) return [];
  const known = new Set<string>(stored.names(kind, { from: first.from, to: last.to }));
  for (const name of (kind === "queue" ? state.queues : state.agents).keys()) known.add(name);
  for (const table of state.open.values()) for (const name of table[kind].keys()) known.add(name);
  const wanted = names === "*" ? [...known] : names.filter((name) => known.has(name));
  return wanted.sort();
}

function* queueRows(sources: Sources, names: readonly string[]): Generator<StatisticsRow> {
  const { state, buckets } = sources;
  const { shortAbandonSeconds } = state.settings;
  const coverages = coveragesOf(sources, ({ unwatched }) => unwatched);
  for (const [name, sums] of sumsOf(sources, "queue", names)) {
    const present = { serviceLevelSeconds: serviceLevelOf(state, name), shortAbandonSeconds };
    for (const [place, span] of buckets.spans.entries()) {
      const figures = queueFigures(sums[place] ?? emptySums("queue"), present, coverages[place] ?? 0);
      yield { kind: "queue", name: QueueName.parse(name), ...span, ...figures };
    }
  }
}

function* agentRows(sources: Sources, names: readonly string[]): Generator<StatisticsRow> {
  const { state, buckets, now } = sources;
  const coverages = coveragesOf(sources, ({ unwatched, unseen }) => unwatched + unseen);
  for (const [name, sums] of sumsOf(sources, "agent", names)) {
    for (const { at, sums: more } of agentPresent(state, name, now)) addAt(buckets, "agent", sums, at, more);
    for (const [place, span] of buckets.spans.entries()) {
      const figures = agentFigures(sums[place] ?? emptySums("agent"), coverages[place] ?? 0);
      yield { kind: "agent", name: AgentId.parse(name), ...span, ...figures };
    }
  }
}

function coveragesOf(sources: Sources, missingOf: (sums: Sums<"site">) => number): readonly number[] {
  const sums = sumsOf(sources, "site", [""]).get("") ?? [];
  const { state, buckets, now } = sources;
  return buckets.spans.map((span, place) =>
    coverageOf(state.watch, span, missingOf(sums[place] ?? emptySums("site")), now),
  );
}

/** The sums of each name by bucket, in the order of `names`. */
function sumsOf<K extends Kind>({ state, stored, buckets }: Sources, kind: K, names: readonly string[]) {
  const sums = new Map<string, (Sums<K> | undefined)[]>(names.map((name) => [name, []]));
  const addStored = ({ name, start, sums: saved }: Stored) => {
    const row = sums.get(name);
    if (row) addAt(buckets, kind, row, start, decodeSums(kind, saved));
  };
  const [first, last] = [buckets.spans[0], buckets.spans.at(-1)];
  if (names.length === 0 || !first || !last) return sums;
  for (const one of stored.read({ kind, names, from: first.from, to: last.to })) addStored(one);
  for (const one of openSums(state, { from: first.from, to: last.to })) if (one.kind === kind) addStored(one);
  return sums;
}

function addAt<K extends Kind>(
  buckets: Buckets,
  kind: K,
  row: (Sums<K> | undefined)[],
  at: number,
  more: Partial<Sums<K>>,
): void {
  const place = buckets.of.get(intervalOf(at));
  if (place === undefined) return;
  const sums = row[place] ?? emptySums(kind);
  row[place] = sums;
  add(kind, sums, more);
}
