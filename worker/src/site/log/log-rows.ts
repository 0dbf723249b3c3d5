/** The rows of the log. What they hold is decided by `log.ts`. */
import { LinkChange, type SiteEvent } from "@pbxis/shared";
import { isEvent, type ReadBack, readEvents, readList, UnreadableError, unreadable } from "../../stored.ts";
import type { LogItem, Sequenced } from "../api.ts";
import type { Chunk, RowSize } from "./log-plan.ts";

/** To be raised with each change of what the log's tables hold: columns, `SiteMeta`, or the meaning of an event. */
export const logVersion = 2;

/**
 * The items after position `after`, which must not be below the floor. The caller must finish reading before it writes
 * anything.
 * @throws UnreadableError at a row that cannot be read. With `isTolerant` such a row is skipped.
 */
export function* readItems(sql: SqlStorage, after: number, isTolerant = false): Generator<Sequenced> {
  for (const { first, items } of readRows(sql, after, isTolerant))
    for (const [offset, item] of items.entries()) yield [first + offset, item];
}

/** Items that were logged together at `at` (ms), from position `first`. */
export type LoggedRow = Readonly<{ first: number; at: number; items: readonly LogItem[] }>;

/** As `readItems`, by rows. */
export function* readRows(sql: SqlStorage, after: number, isTolerant = false): Generator<LoggedRow> {
  // Rows are contiguous, so the last row that begins at or before it holds the first requested item: one look-up by
  // primary key.
  const [start] = sql
    .exec<{ first: number }>("SELECT first FROM log WHERE first <= ? ORDER BY first DESC LIMIT 1", after + 1)
    .toArray();
  const rows = sql.exec<{ first: number; last: number; at: number; body: string }>(
    "SELECT first, last, at, body FROM log WHERE first >= ? ORDER BY first",
    start?.first ?? 0,
  );
  for (const { first, last, at, body } of rows) {
    const items = readRow(first, last, body);
    if (!items.ok) {
      if (isTolerant) continue;
      throw new UnreadableError(items);
    }
    const known = Math.max(0, after + 1 - first);
    if (known < items.value.length) yield { first: first + known, at, items: items.value.slice(known) };
  }
}

/** The position before the first item that was logged at `since` (ms) or later. */
export function positionAt(sql: SqlStorage, since: number): number {
  const query = "SELECT last FROM log WHERE at < ? ORDER BY first DESC LIMIT 1";
  const [row] = sql.exec<{ last: number }>(query, since).toArray();
  return row?.last ?? -1;
}

/** When the oldest row was logged, in ms. */
export function oldestAt(sql: SqlStorage): number | null {
  const [row] = sql.exec<{ at: number }>("SELECT at FROM log ORDER BY first LIMIT 1").toArray();
  return row?.at ?? null;
}

/**
 * The oldest rows, up to the first that was logged at `before` (ms) or later: their last position, and the units and
 * events of those beyond `floor`. Null if there are none.
 */
export function rowsBefore(
  sql: SqlStorage,
  before: number,
  floor: number,
): Readonly<{ through: number; units: number; events: number }> | null {
  const kept = "coalesce((SELECT first FROM log WHERE at >= ? ORDER BY first LIMIT 1), ?)";
  const { through, units, events } = sql
    .exec<{ through: number | null; units: number; events: number }>(
      `SELECT max(last) AS through, total(CASE WHEN first > ? THEN units END) AS units,
        total(CASE WHEN first > ? THEN last - first + 1 END) AS events
       FROM log WHERE first < ${kept}`,
      ...[floor, floor, before, Number.MAX_SAFE_INTEGER],
    )
    .one();
  return through === null ? null : { through, units, events };
}

/** Old rows that are looked at together; as a rule one is dropped for each new one. */
const trimmedAtOnce = 8;

/** The first few rows after position `floor`. */
export function oldestRows(sql: SqlStorage, floor: number): RowSize[] {
  const query = "SELECT first, last, units, at FROM log WHERE first > ? ORDER BY first LIMIT ?";
  return sql.exec<RowSize>(query, floor, trimmedAtOnce).toArray();
}

/**
 * Applies `change` to every item of the rows with `needle` in their text, and of the parts of an unfinished snapshot.
 * Returns how many items have changed, and by how many units the log has grown. A row that cannot be read is
 * emptied, because nobody could say what is in it: who resumes from there gets a snapshot.
 */
export function rewriteItems(
  sql: SqlStorage,
  needle: string,
  change: (item: LogItem) => LogItem,
): Readonly<{ changed: number; units: number }> {
  let changed = 0;
  let units = 0;
  for (const [table, key] of [
    ["log", "first"],
    ["part", "sequence"],
  ] as const) {
    const query = `SELECT ${key} AS key, body FROM ${table} WHERE instr(body, ?) > 0`;
    for (const { key: row, body } of sql.exec<{ key: number; body: string }>(query, needle).toArray()) {
      const items = readList(body, isLogItem, logVersion);
      const after = items.ok ? items.value.map(change) : [];
      const count = items.ok ? after.filter((item, index) => item !== items.value[index]).length : 0;
      if (items.ok && count === 0) continue;
      const text = JSON.stringify(after);
      sql.exec(`UPDATE ${table} SET body = ? WHERE ${key} = ?`, text, row);
      if (table === "log") sql.exec("UPDATE log SET units = ? WHERE first = ?", text.length, row);
      if (table === "log") units += text.length - body.length;
      changed += count;
    }
  }
  return { changed, units };
}

function readRow(first: number, last: number, body: string): ReadBack<readonly LogItem[]> {
  const items = readList(body, isLogItem, logVersion);
  const where = `log row ${first}`;
  if (!items.ok) return { ...items, because: `${where}: ${items.because}` };
  if (items.value.length === last - first + 1) return items;
  return unreadable(`${where}: not as many items as positions`, logVersion);
}

function isLogItem(value: unknown): value is LogItem {
  return isEvent(value) || LinkChange.safeParse(value).success;
}

/**
 * The lists of events in a table besides the log, in the order of a column.
 * @throws UnreadableError
 */
export function readLists(sql: SqlStorage, table: "checkpoint" | "part", order: string): (readonly SiteEvent[])[] {
  const rows = sql.exec<{ body: string }>(`SELECT body FROM ${table} ORDER BY ${order}`);
  return [...rows].map(({ body }, index) => {
    const events = readEvents(body, logVersion);
    if (!events.ok) throw new UnreadableError({ ...events, because: `row ${index} of ${table}: ${events.because}` });
    return events.value;
  });
}

/**
 * Rows that are not needed any more: all up to position `through`, but those up to `heldThrough` only if they were
 * logged before `heldSince` (ms).
 */
export type SpentRows = Readonly<{ through: number; heldThrough: number; heldSince: number }>;

const rowColumns = "first = ?, last = ?, at = ?, units = ?, body = ?, kept = ?";

/**
 * Adds rows from position `first` on. The last of them has `kept`. Each takes the place of a spent row if there is one:
 * the platform bills that as one written row, where a row that is added and one that is deleted are two.
 */
export function addRows(
  sql: SqlStorage,
  first: number,
  chunks: readonly Chunk[],
  now: number,
  kept: string,
  spent: SpentRows,
): void {
  let begin = first;
  for (const [index, { count, body }] of chunks.entries()) {
    const end = begin + count - 1;
    const row = [begin, end, now, body.length, body, index === chunks.length - 1 ? kept : null];
    const [oldest] = sql.exec<RowSize>("SELECT first, last, units, at FROM log ORDER BY first LIMIT 1").toArray();
    if (oldest && isSpent(oldest, spent))
      sql.exec(`UPDATE log SET ${rowColumns} WHERE first = ?`, ...row, oldest.first);
    else sql.exec("INSERT INTO log (first, last, at, units, body, kept) VALUES (?, ?, ?, ?, ?, ?)", ...row);
    begin = end + 1;
  }
}

function isSpent({ last, at }: RowSize, { through, heldThrough, heldSince }: SpentRows): boolean {
  return last <= through && (last > heldThrough || at < heldSince);
}
