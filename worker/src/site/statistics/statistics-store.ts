/**
 * The statistics in SQLite: the state as of a position in the log, and the sums of intervals that are over, in one row
 * for each queue or agent and day of UTC. Rows are what the platform bills: the state is written with the log's
 * checkpoint, and a row of sums once an hour at most.
 */
import { readList, readValue, type Unreadable } from "../../stored.ts";
import { openTables, type TableSet } from "../tables.ts";
import { partColumns, readParts, writeParts } from "../text-parts.ts";
import { dayMs, intervalMs } from "./interval.ts";
import { SavedState } from "./saved-state.ts";
import type { Stored } from "./state.ts";
import { type Kind, mergeSums, type SavedSums } from "./sums.ts";
import type { Day } from "./zone.ts";

export const statisticsTables: TableSet = {
  name: "statistics",
  version: 1,
  columns: {
    statistics_state: partColumns,
    statistics_day: "kind TEXT, name TEXT, day INTEGER, body TEXT NOT NULL, PRIMARY KEY (kind, name, day)",
  },
  withoutRowid: ["statistics_day"],
};

/** The sums of an interval, by its place in the day. */
type SavedInterval = readonly [place: number, sums: SavedSums];
/** `body`: a list of `SavedInterval`. */
type DayRow = { name: string; day: number; body: string };

/** `from` and `to` in ms. Without `names` all names of the kind. */
export type StoredQuery = Readonly<{ kind: Kind; names: readonly string[] | null; from: number; to: number }>;

export class StatisticsStore {
  readonly #sql: SqlStorage;
  readonly #onUnreadable: (unreadable: Unreadable, item: string) => void;

  constructor(sql: SqlStorage, onUnreadable: (unreadable: Unreadable, item: string) => void) {
    this.#sql = sql;
    this.#onUnreadable = onUnreadable;
    const replaced = openTables(sql, statisticsTables);
    if (replaced) onUnreadable(replaced, "all");
  }

  /** Null if there is none, or none that can be read. */
  load(): SavedState | null {
    const text = readParts(this.#sql, "statistics_state");
    if (text === null) return null;
    const state = readValue(SavedState, statisticsTables.version, text);
    if (state.ok) return state.value;
    this.#onUnreadable(state, "state");
    return null;
  }

  /** Part of the transaction that writes what was counted. */
  save(state: SavedState): void {
    writeParts(this.#sql, "statistics_state", JSON.stringify(state));
  }

  /** Adds sums to their rows. Each group is of one name and day of UTC. */
  add(groups: Iterable<readonly Stored[]>): void {
    for (const group of groups) this.#addToDay(group);
  }

  #addToDay(group: readonly Stored[]): void {
    const [first] = group;
    if (!first) return;
    const { kind, name } = first;
    const day = dayNumber(first.start);
    const query = "SELECT name, day, body FROM statistics_day WHERE kind = ? AND name = ? AND day = ?";
    const [row] = this.#rows(query, kind, name, day);
    const saved = new Map(row && this.#read(kind, row));
    for (const { start, sums } of group) {
      const known = saved.get(start);
      saved.set(start, known ? mergeSums(kind, known, sums) : sums);
    }
    const body = JSON.stringify([...saved].map(([start, sums]) => [(start - day * dayMs) / intervalMs, sums]));
    this.#sql.exec("INSERT OR REPLACE INTO statistics_day VALUES (?, ?, ?, ?)", kind, name, day, body);
  }

  /** The stored sums of intervals that begin in the span, by name, then by day. */
  *read({ kind, names, from, to }: StoredQuery): Generator<Stored> {
    const query = "SELECT name, day, body FROM statistics_day WHERE kind = ? AND day BETWEEN ? AND ?";
    const days = [dayNumber(from), dayNumber(to - 1)];
    const rows = names
      ? names.flatMap((name) => this.#rows(`${query} AND name = ? ORDER BY day`, kind, ...days, name))
      : this.#rows(`${query} ORDER BY name, day`, kind, ...days);
    for (const row of rows)
      for (const [start, sums] of this.#read(kind, row))
        if (start >= from && start < to) yield { kind, name: row.name, start, sums };
  }

  /** The names with stored sums of days in the span. */
  names(kind: Kind, { from, to }: Day): string[] {
    const query = "SELECT DISTINCT name FROM statistics_day WHERE kind = ? AND day BETWEEN ? AND ?";
    const rows = this.#sql.exec<{ name: string }>(query, kind, dayNumber(from), dayNumber(to - 1)).toArray();
    return rows.map(({ name }) => name);
  }

  #rows(query: string, ...values: (string | number)[]): DayRow[] {
    return this.#sql.exec<DayRow>(query, ...values).toArray();
  }

  /** The sums of a row by interval; none if it cannot be read. */
  #read(kind: Kind, { name, day, body }: DayRow): [number, SavedSums][] {
    const saved = readList(body, isSavedInterval, statisticsTables.version);
    if (saved.ok) return saved.value.map(([place, sums]) => [day * dayMs + place * intervalMs, sums]);
    this.#onUnreadable(saved, `${kind} ${name}, day ${day}`);
    return [];
  }

  /** When the oldest day with a row began, in ms; null if there is none. */
  oldest(): number | null {
    const [row] = this.#sql.exec<{ day: number | null }>("SELECT min(day) AS day FROM statistics_day").toArray();
    return row?.day == null ? null : row.day * dayMs;
  }

  /** Deletes the days that ended before `before` (ms). */
  deleteBefore(before: number): void {
    this.#sql.exec("DELETE FROM statistics_day WHERE day < ?", Math.floor(before / dayMs));
  }

  erase(): void {
    for (const table of Object.keys(statisticsTables.columns)) this.#sql.exec(`DELETE FROM ${table}`);
  }
}

function dayNumber(at: number): number {
  return Math.floor(at / dayMs);
}

/** Only its form, because a report reads thousands of rows: what is in the sums is checked where they are decoded. */
function isSavedInterval(value: unknown): value is SavedInterval {
  return Array.isArray(value) && typeof value[0] === "number" && Array.isArray(value[1]);
}
