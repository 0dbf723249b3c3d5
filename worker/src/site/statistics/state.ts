/**
 * What the statistics of a site are made of, between two events: sums by interval that are in no row yet, today's sums,
 * and what must be remembered of queues and agents. It is a fold over the log: the same items at the same times give
 * the same state, so a waking site makes it anew from what was saved and the log after that. Pure, except that it is
 * changed in place.
 */
import type { SiteSettings } from "@pbxis/shared";
import { statisticsKeptMs } from "../retention.ts";
import type { AgentMemory, Stretch } from "./agent-memory.ts";
import { intervalOf } from "./interval.ts";
import { add, emptySums, encodeSums, type Kind, type SavedSums, type Sums } from "./sums.ts";
import { type Day, dayOf } from "./zone.ts";

/** Sums by name. */
export type Table = { [K in Kind]: Map<string, Sums<K>> };

/**
 * `waiting`: callers in the queue now. `carried`: those of them who already waited at the last midnight. `serviceLevel`
 * in seconds, of the queue's own settings; 0 for none. `ended`: calls that Asterisk has counted as completed or
 * abandoned, null if it has not said so; `endedAt`: as of when (ms). `seen`: waits, talks and calls that were reported
 * as ended since AMI was lost. `transferred`: Uniqueids of calls that an agent has left by a transfer, and that Asterisk
 * has not counted as completed yet; `completed`: those that it has counted last. `picked`: calls that were picked, which
 * Asterisk may count as abandoned without an event.
 */
export type QueueMemory = Readonly<{
  waiting: number;
  carried: number;
  serviceLevel: number;
  ended: number | null;
  endedAt: number;
  seen: number;
  transferred: readonly string[];
  completed: readonly string[];
  picked: number;
}>;

/** AMI is away from this connector: what Asterisk had counted before, by queue. */
type Missed = Readonly<{ connector: string; ended: readonly (readonly [queue: string, ended: number])[] }>;

/**
 * Whether somebody watches Asterisk. `since`: the first time that anybody did, null before. `awaySince`: since when
 * nobody does, null while somebody does. `doubtFrom`: the end of the last gap, or when the uplink went last, if that is
 * later. `amiSince`: since when the connection to Asterisk is up. `leftOut`: the latest gaps that were counted, and those
 * of agents.
 */
export type Watch = Readonly<{
  since: number | null;
  awaySince: number | null;
  doubtFrom: number;
  amiSince: number;
  leftOut: Readonly<{ unwatched: readonly Day[]; unseen: readonly Day[] }>;
}>;

/**
 * Times in ms since 1970. `now`: the time of the last item. In no row yet are the sums in `open`, by interval, and
 * those of the `stretches` (open.ts).
 */
export type StatisticsState = {
  settings: SiteSettings;
  now: number;
  day: Day;
  watch: Watch;
  missed: Missed | null;
  readonly queues: Map<string, QueueMemory>;
  readonly agents: Map<string, AgentMemory>;
  today: Table;
  readonly open: Map<number, Table>;
  stretches: Stretch[];
  /** What may have to be published: not saved, because a waking site looks at everything. */
  readonly changed: Readonly<Record<"queue" | "agent", Set<string>>>;
};

/** Of a site whose connector has sent none. */
export const defaultSettings: SiteSettings = {
  timezone: "UTC",
  serviceLevelSeconds: {},
  shortAbandonSeconds: 5,
  wrapUpReasons: [],
};

export function createState(now: number, settings: SiteSettings = defaultSettings): StatisticsState {
  return {
    settings,
    now,
    day: dayOf(now, settings.timezone),
    watch: { since: null, awaySince: null, doubtFrom: 0, amiSince: 0, leftOut: { unwatched: [], unseen: [] } },
    missed: null,
    queues: new Map(),
    agents: new Map(),
    today: emptyTable(),
    open: new Map(),
    stretches: [],
    changed: { queue: new Set(), agent: new Set() },
  };
}

export function emptyTable(): Table {
  return { queue: new Map(), agent: new Map(), site: new Map() };
}

/** Counts `more` in the interval of `at`, and in today's sums if it was today. */
export function count<K extends Kind>(
  state: StatisticsState,
  kind: K,
  name: string,
  at: number,
  more: Partial<Sums<K>>,
): void {
  const start = intervalOf(at);
  const table = state.open.get(start) ?? emptyTable();
  state.open.set(start, table);
  addTo(table, kind, name, more);
  if (at >= state.day.from && at < state.day.to) addTo(state.today, kind, name, more);
}

/** Adds `more` to the sums of `name`, which begin with it if there are none. */
export function addTo<K extends Kind>(table: Table, kind: K, name: string, more: Partial<Sums<K>>): void {
  const sums: Map<string, Sums<K>> = table[kind];
  const known = sums.get(name) ?? emptySums(kind);
  sums.set(name, known);
  add(kind, known, more);
}

/** The sums of one name in one interval, as they are stored. */
export type Stored = Readonly<{ kind: Kind; name: string; start: number; sums: SavedSums }>;

export function* storedOf(start: number, table: Table): Generator<Stored> {
  for (const [name, sums] of table.queue) yield { kind: "queue", name, start, sums: encodeSums("queue", sums) };
  for (const [name, sums] of table.agent) yield { kind: "agent", name, start, sums: encodeSums("agent", sums) };
  for (const [name, sums] of table.site) yield { kind: "site", name, start, sums: encodeSums("site", sums) };
}

/**
 * An event's own time, but not later than when it was logged, because clocks differ by up to 5 s (UP11), and not so
 * early that its interval would be deleted.
 */
export function timeOf(at: number, now: number): number {
  return Math.max(Math.min(at, now), now - statisticsKeptMs);
}

/** Time goes on to `now`. At local midnight the day's sums begin anew. */
export function advance(state: StatisticsState, now: number): void {
  state.now = Math.max(state.now, now);
  if (state.now < state.day.to) return;
  state.day = dayOf(state.now, state.settings.timezone);
  state.today = emptyTable();
  for (const [name, queue] of state.queues) state.queues.set(name, { ...queue, carried: queue.waiting });
  markAll(state);
}

/** Everything may have to be published. */
export function markAll(state: StatisticsState): void {
  for (const name of [...state.queues.keys(), ...state.today.queue.keys()]) state.changed.queue.add(name);
  for (const name of [...state.agents.keys(), ...state.today.agent.keys()]) state.changed.agent.add(name);
}
