/**
 * The site's queue calls in SQLite (AP13). A call is written once, when it is over, with the log's frame that ends it.
 * Those that are not over yet are in memory: a fold over the log, saved with its checkpoint. All are made of the log's
 * events, after duplicates are dropped, and outlive the log and its epochs.
 */
import * as z from "zod";
import { logUnreadable, readValue } from "../../stored.ts";
import type { CallPage, CallPlace, CallQuery, LogItem } from "../api.ts";
import type { CallerNumber } from "../erasure/number.ts";
import type { LoggedRow } from "../log/log-rows.ts";
import { openTables } from "../tables.ts";
import { readParts, writeParts } from "../text-parts.ts";
import type { ListedCall } from "./call.ts";
import { isBefore, lastScannedSql, matchesQuery, maxScanned, pageSql } from "./call-query.ts";
import { callTables, readCall, writeCall } from "./call-rows.ts";
import { isOfCall, OpenCalls, SavedCalls } from "./open-calls.ts";

/** A month of 30,000 calls a day, of about 300 bytes each. Beyond it the oldest go. */
const maxCalls = 1_000_000;
/** Rows that are deleted at once, so that the site is not kept from its events for long. */
const deletedAtOnce = 10_000;
/** Ids rise in the order of arrival, which is nearly that of the ends of waits. */
const nearlySorted = 1_000;

/** `through`: the position of the log up to which it was saved. */
const Saved = z.object({ through: z.number().int(), open: SavedCalls });
type Saved = z.infer<typeof Saved>;

export type CallStoreLimits = Readonly<{ calls: number; scanned: number }>;

export class CallStore {
  readonly #sql: SqlStorage;
  readonly #site: string;
  readonly #keptMs: number;
  readonly #limits: CallStoreLimits;
  #open = new OpenCalls({ nextId: 1, calls: [], talks: [] });
  /** Something has changed that no log has. */
  #mustSave = false;
  /** When the wait of the oldest row ended (ms), or earlier; null if there is none, undefined if it must be looked up. */
  #oldestRow: number | null | undefined;

  /** `site` names it in the worker's log. With `keptMs` 0 nothing is stored. */
  constructor(
    sql: SqlStorage,
    site: string,
    keptMs: number,
    limits: CallStoreLimits = { calls: maxCalls, scanned: maxScanned },
  ) {
    this.#sql = sql;
    this.#site = site;
    this.#keptMs = keptMs;
    this.#limits = limits;
    const replaced = openTables(sql, callTables);
    if (replaced) logUnreadable({ object: site, store: "calls" }, replaced, "the list of calls begins anew");
  }

  /** Goes on from what was saved. `rowsAfter` reads the log, which goes up to position `sequence`. */
  load(sequence: number, rowsAfter: (position: number) => Iterable<LoggedRow>): void {
    if (this.#keptMs === 0) return;
    const saved = this.#restore();
    const { through, open } = saved ?? { through: -1, open: this.#begin() };
    this.#open = new OpenCalls(open);
    if (through > sequence) this.#mustSave = true;
    // What is over by now was written with the frame that ended it.
    else for (const { at, items } of rowsAfter(through)) for (const item of items) this.#apply(item, at);
    if (!saved) this.#deleteOpen();
  }

  /** Stores what `items` say of calls. Part of the transaction that logs them. */
  record(items: readonly LogItem[], now: number): void {
    if (this.#keptMs === 0) return;
    for (const item of items) for (const call of this.#apply(item, now)) this.#write(call, now);
  }

  /** Part of the transaction that writes a checkpoint of the log, of position `sequence`. */
  save(sequence: number): void {
    if (this.#keptMs === 0) return;
    const saved: Saved = { through: sequence, open: this.#open.save() };
    writeParts(this.#sql, "call_state", JSON.stringify(saved));
    this.#mustSave = false;
  }

  /** Part of each commit's transaction. `sequence`: the log's position after it. */
  saveIfChanged(sequence: number): void {
    if (this.#mustSave) this.save(sequence);
  }

  /** AP13. */
  find(query: CallQuery): CallPage {
    const { scanned } = this.#limits;
    const page = pageSql(query, scanned);
    const rows = this.#sql.exec(page.text, ...page.values).toArray();
    const stored = rows.map((row) => ({ ...placeOf(row), call: readCall(row) }));
    const rest = lastScannedSql(query, scanned);
    const [last] = rows.length > query.limit ? [] : this.#sql.exec(rest.text, ...rest.values).toArray();
    const end = last ? placeOf(last) : null;
    const open = [...this.#open.calls()]
      .filter((call) => matchesQuery(query, call) && !(end && isBefore(call, end)))
      .map(({ ended, id, ...call }) => ({ ended, id, call }));
    const found = [...stored, ...open].sort((one, other) => (isBefore(one, other) ? 1 : -1));
    const shown = found.slice(0, query.limit);
    const calls = shown.flatMap(({ call }) => call ?? []);
    const next = found.length > query.limit ? shown.at(-1) : end;
    return { calls, next: next ? { ended: next.ended, id: next.id } : null };
  }

  /** When the wait of the oldest call ended (ms), or earlier; null if there is none. */
  oldestAt(): number | null {
    if (this.#oldestRow === undefined) this.#oldestRow = this.#oldestPlace()?.ended ?? null;
    const open = this.#open.oldestAt();
    return open === null || this.#oldestRow === null ? (open ?? this.#oldestRow) : Math.min(open, this.#oldestRow);
  }

  /**
   * Deletes calls whose wait ended before `before` (ms), the oldest first; not all at once if they are many. `sequence`
   * is the log's position.
   */
  deleteBefore(before: number, sequence: number): void {
    const last = this.#placeOf(`ORDER BY ended, id LIMIT 1 OFFSET ${deletedAtOnce}`);
    this.#sql.exec("DELETE FROM call WHERE ended < ?", Math.min(before, last?.ended ?? before));
    // So many waits that ended in one millisecond go together.
    if (last && last.ended === this.#oldestRow) this.#sql.exec("DELETE FROM call WHERE ended = ?", last.ended);
    this.#oldestRow = undefined;
    if (this.#open.deleteBefore(before)) this.save(sequence);
  }

  /** Takes a number and the names beside it out of all calls. Returns how many calls had it. Part of a commit. */
  erase(number: CallerNumber): number {
    const [one, other] = number.spellings;
    const own = this.#sql.exec(
      "UPDATE call SET number = NULL, name = NULL WHERE number IN (?, ?) RETURNING id",
      one,
      other,
    );
    const ids = new Set(own.toArray().map(({ id }) => Number(id)));
    const query = "SELECT ended, id, recording FROM call WHERE instr(recording, ?) > 0";
    for (const { ended, id, recording } of this.#sql.exec(query, number.needle).toArray())
      if (number.isWithin(String(recording))) {
        this.#sql.exec("UPDATE call SET recording = NULL WHERE ended = ? AND id = ?", ended, id);
        ids.add(Number(id));
      }
    this.#mustSave = true;
    return ids.size + this.#open.erase(number);
  }

  #apply(item: LogItem, now: number): readonly ListedCall[] {
    return isOfCall(item) ? this.#open.apply(item, now) : [];
  }

  #write(call: ListedCall, now: number): void {
    const before = now - this.#keptMs;
    if (call.ended < before) return;
    const oldest = this.#oldestPlace();
    const isSpent = oldest && (oldest.ended < before || call.id - oldest.id >= this.#limits.calls);
    writeCall(this.#sql, call, isSpent ? oldest : null);
    if (this.#oldestRow !== undefined) this.#oldestRow = Math.min(call.ended, this.#oldestRow ?? call.ended);
  }

  #restore(): Saved | null {
    const text = readParts(this.#sql, "call_state");
    if (text === null) return null;
    const saved = readValue(Saved, callTables.version, text);
    if (saved.ok) return saved.value;
    const place = { object: this.#site, store: "calls", item: "those that are not over" };
    logUnreadable(place, saved, "they are taken from the log");
    return null;
  }

  #begin(): SavedCalls {
    const newest = `SELECT id FROM call ORDER BY ended DESC, id DESC LIMIT ${nearlySorted}`;
    const { id } = this.#sql.exec<{ id: number | null }>(`SELECT max(id) AS id FROM (${newest})`).one();
    return { nextId: (id ?? 0) + 1, calls: [], talks: [] };
  }

  /** Version 1 had a row for a call that is not over, too. */
  #deleteOpen(): void {
    const statement = "DELETE FROM call WHERE ended = ? AND unique_id = ? AND over IS NULL";
    for (const { ended, uniqueId } of this.#open.calls()) this.#sql.exec(statement, ended, uniqueId);
  }

  #oldestPlace(): CallPlace | null {
    return this.#placeOf("ORDER BY ended, id LIMIT 1");
  }

  #placeOf(rest: string): CallPlace | null {
    const [row] = this.#sql.exec(`SELECT ended, id FROM call ${rest}`).toArray();
    return row ? placeOf(row) : null;
  }
}

function placeOf({ ended, id }: Record<string, SqlStorageValue>): CallPlace {
  return { ended: Number(ended), id: Number(id) };
}
