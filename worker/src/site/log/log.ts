/**
 * The site's storage in SQLite: the log, with one row for each frame (several for a large one), a checkpoint of all
 * states, and the parts of an unfinished snapshot. `SiteMeta` is stored in the log's last row, because the platform
 * bills rows; it has a row of its own if a frame logs nothing. For the same reason a new row overwrites the oldest one,
 * once that is dropped. A site wakes by reading the checkpoint and the log rows
 * after it.
 *
 * Everything of one frame is written in one transaction. The platform's output gate holds back everything that the
 * object sends until earlier writes are durable. So whatever is acknowledged after `commit` is durable.
 */
import { applyEvent, type SiteEvent, type StateMap, stateKey, stateMapOf } from "@pbxis/shared";
import * as z from "zod";
import { readValue, type Unreadable, UnreadableError } from "../../stored.ts";
import type { LogItem, Sequenced } from "../api.ts";
import type { RowStorage } from "../counted-storage.ts";
import { createMeta, SiteMeta } from "../meta.ts";
import { openTables, type TableSet } from "../tables.ts";
import { duplicateSpanMs } from "../uplink/duplicates.ts";
import type { Commit, Site } from "../uplink/ingress.ts";
import { isLatestOnly, LatestStates, latestColumns, loggedStates } from "./latest.ts";
import {
  type Chunk,
  checkpointDue,
  cutChunks,
  emptyLog,
  KeptLogSize,
  type LogLimits,
  type LogSize,
  logLimits,
  newestKept,
  planTrim,
  textsOf,
} from "./log-plan.ts";
import {
  addRows,
  type LoggedRow,
  logVersion,
  oldestAt,
  oldestRows,
  positionAt,
  readItems,
  readLists,
  readRows,
  rewriteItems,
  rowsBefore,
} from "./log-rows.ts";

export const logTables: TableSet = {
  name: "log",
  version: logVersion,
  columns: {
    meta: "id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL, kept TEXT NOT NULL",
    log: `
      first INTEGER PRIMARY KEY, last INTEGER NOT NULL, at INTEGER NOT NULL, units INTEGER NOT NULL,
      body TEXT NOT NULL, kept TEXT`,
    checkpoint: "part INTEGER PRIMARY KEY, body TEXT NOT NULL",
    part: "sequence INTEGER PRIMARY KEY, body TEXT NOT NULL",
    latest: latestColumns,
  },
};

const Kept = z.object({ site: SiteMeta, size: KeptLogSize }).readonly();
type Kept = z.infer<typeof Kept>;

/** `replaced` says what could not be read, if the site begins anew because of it. */
export type Loaded = Readonly<{
  meta: SiteMeta;
  states: StateMap;
  parts: Site["parts"];
  replaced: Unreadable | null;
}>;

/**
 * `onCheckpoint` is part of the transaction that writes a checkpoint of position `sequence`. Rows that are older than
 * `keptMs` are dropped.
 */
export type LogOptions = Readonly<{
  limits?: LogLimits;
  keptMs?: number;
  onCheckpoint?: (sequence: number) => void;
}>;

export class SiteLog {
  readonly #storage: RowStorage;
  readonly #limits: LogLimits;
  readonly #onCheckpoint: (sequence: number) => void;
  readonly #keptMs: number;
  readonly #latest = new LatestStates();
  #size: LogSize = emptyLog;
  /** Up to here rows may be of an epoch that has ended: they are still compared with what other connectors send. */
  #heldThrough = 0;
  /** Undefined if it must be looked up. Overwriting rows leaves it too early. */
  #oldestAt: number | null | undefined;

  constructor(storage: RowStorage, { limits = logLimits, keptMs, onCheckpoint }: LogOptions = {}) {
    this.#storage = storage;
    this.#limits = limits;
    this.#keptMs = keptMs ?? Number.POSITIVE_INFINITY;
    this.#onCheckpoint = onCheckpoint ?? (() => {});
  }

  /**
   * Reads everything as it was when the last frame was acknowledged. `freshEpoch` is for a site that is new or begins
   * anew.
   */
  load(freshEpoch: string): Loaded {
    const replaced = openTables(this.#storage.sql, logTables);
    if (replaced) return { ...this.#begin(freshEpoch), replaced };
    try {
      return { ...(this.#restore() ?? this.#begin(freshEpoch)), replaced: null };
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      for (const table of Object.keys(logTables.columns)) this.#storage.sql.exec(`DELETE FROM ${table}`);
      return { ...this.#begin(freshEpoch), replaced: error.unreadable };
    }
  }

  #begin(freshEpoch: string): Omit<Loaded, "replaced"> {
    this.#size = emptyLog;
    this.#latest.forget();
    const meta = createMeta(freshEpoch);
    this.#writeMeta(meta);
    return { meta, states: new Map(), parts: [] };
  }

  /**
   * Null for a site that has stored nothing yet.
   * @throws UnreadableError
   */
  #restore(): Omit<Loaded, "replaced"> | null {
    const [row] = this.#storage.sql.exec<{ kept: string | null }>(newestKept).toArray();
    if (!row) return null;
    const kept = readValue(Kept, logTables.version, row.kept);
    if (!kept.ok) throw new UnreadableError({ ...kept, because: `what is kept of the site: ${kept.because}` });
    const { site: meta, size } = kept.value;
    this.#size = size;
    this.#heldThrough = meta.floor;
    const latest = this.#latest.load(this.#storage.sql, logTables.version);
    if (!latest.ok) throw new UnreadableError(latest);
    const states = stateMapOf([...readLists(this.#storage.sql, "checkpoint", "part").flat(), ...this.#latest.states()]);
    for (const [, item] of readItems(this.#storage.sql, this.#size.checkpoint))
      if (item.type !== "link") applyEvent(states, item);
    return { meta, states, parts: readLists(this.#storage.sql, "part", "sequence") };
  }

  /**
   * Stores a commit. `states` are those after it; `alongside` makes further writes in the same transaction. Returns the
   * meta that was stored, whose floor trimming may have raised, and the items as text. Their order is `latestFirst`.
   */
  commit(
    commit: Commit,
    states: ReadonlyMap<string, SiteEvent>,
    now: number,
    alongside: () => void = () => {},
  ): Readonly<{ meta: SiteMeta; texts: readonly string[] }> {
    const texts = commit.items.map((item) => JSON.stringify(item));
    const meta = this.#storage.transactionSync(() => {
      const { sql } = this.#storage;
      alongside();
      if (commit.newEpoch) {
        // Rows below the new floor are read only to find duplicates after a takeover.
        sql.exec("DELETE FROM log WHERE at < ?", now - duplicateSpanMs);
        this.#size = emptyLog;
        this.#heldThrough = commit.meta.floor;
        this.#oldestAt = undefined;
      }
      if (commit.parts === "drop") sql.exec("DELETE FROM part");
      else if (commit.parts !== "keep")
        sql.exec("INSERT INTO part VALUES (?, ?)", commit.parts.sequence, JSON.stringify(commit.parts.events));
      this.#latest.store(sql, commit, states, this.#limits.rowUnits);
      const logged = texts.slice(commit.items.filter(isLatestOnly).length);
      const chunks = [...cutChunks(logged, this.#limits.rowUnits)];
      this.#count(chunks);
      if (commit.replaceStates || checkpointDue(this.#size, this.#limits))
        this.#writeCheckpoint(commit.meta.sequence, states);
      const meta = this.#trim(commit.meta, states, now);
      if (chunks.length === 0) this.#writeMeta(meta);
      else this.#append(meta, chunks, logged.length, now);
      return meta;
    });
    return { meta, texts };
  }

  /** As `readItems`. */
  readAfter(after: number, isTolerant = false): Generator<Sequenced> {
    return readItems(this.#storage.sql, after, isTolerant);
  }

  /** The last values of states of which the log has no others (`latestOnly`). */
  latestAfter(after: number): readonly Sequenced[] {
    return this.#latest.after(after);
  }

  /** As `readRows`. */
  rowsAfter(after: number): Generator<LoggedRow> {
    return readRows(this.#storage.sql, after);
  }

  /**
   * The occurrences after position `after` up to `through`, as far as the log goes back, also beyond the beginning of
   * the epoch. A row that cannot be read is skipped: at worst an occurrence is logged twice.
   */
  *occurrences(after: number, through: number): Generator<SiteEvent> {
    for (const [sequence, item] of this.readAfter(after, true)) {
      if (sequence > through) return;
      if (item.type !== "link" && stateKey(item) === undefined) yield item;
    }
  }

  /** The position before the first item that was logged at `since` (ms) or later. */
  positionAt(since: number): number {
    return positionAt(this.#storage.sql, since);
  }

  /** When the oldest row that is stored was logged (ms), or earlier; null if there is none. */
  oldestAt(): number | null {
    if (this.#oldestAt === undefined) this.#oldestAt = oldestAt(this.#storage.sql);
    return this.#oldestAt;
  }

  /**
   * Deletes the rows that were logged before `before` (ms). Returns the meta that was stored, with a higher floor; null
   * if there was nothing to delete.
   */
  deleteBefore(before: number, meta: SiteMeta, states: ReadonlyMap<string, SiteEvent>): SiteMeta | null {
    const { sql } = this.#storage;
    this.#oldestAt = undefined;
    const old = rowsBefore(sql, before, meta.floor);
    if (!old) return null;
    return this.#storage.transactionSync(() => {
      if (old.through > this.#size.checkpoint) this.#writeCheckpoint(meta.sequence, states);
      sql.exec("DELETE FROM log WHERE first <= ?", old.through);
      const { units, events } = this.#size;
      this.#size = { ...this.#size, units: units - old.units, events: events - old.events };
      const kept = { ...meta, floor: Math.max(meta.floor, old.through) };
      this.#writeMeta(kept);
      return kept;
    });
  }

  /** As `rewriteItems`. Part of a commit, which stores the new size of the log. */
  rewrite(needle: string, change: (item: LogItem) => LogItem): number {
    const { changed, units } = rewriteItems(this.#storage.sql, needle, change);
    this.#size = { ...this.#size, units: this.#size.units + units };
    return changed;
  }

  /** Deletes the whole log. Part of a commit that begins a new epoch. */
  voidAll(): void {
    this.#storage.sql.exec("DELETE FROM log");
    this.#oldestAt = undefined;
  }

  /** `logUnits` in characters of JSON. */
  gauges(): Readonly<{ logUnits: number; framesSinceCheckpoint: number }> {
    return { logUnits: this.#size.units, framesSinceCheckpoint: this.#size.sinceRows };
  }

  #count(chunks: readonly Chunk[]): void {
    const { units, events, sinceUnits, sinceRows } = this.#size;
    const added = chunks.reduce((sum, { body }) => sum + body.length, 0);
    this.#size = {
      ...this.#size,
      units: units + added,
      events: chunks.reduce((sum, { count }) => sum + count, events),
      sinceUnits: sinceUnits + added,
      sinceRows: sinceRows + chunks.length,
    };
  }

  /** The last of the rows also stores `meta`, which is the state after all of them. */
  #append(meta: SiteMeta, chunks: readonly Chunk[], items: number, now: number): void {
    if (this.#oldestAt === null) this.#oldestAt = now;
    const spent = { through: meta.floor, heldThrough: this.#heldThrough, heldSince: now - duplicateSpanMs };
    addRows(this.#storage.sql, meta.sequence - items + 1, chunks, now, this.#kept(meta), spent);
  }

  #writeCheckpoint(sequence: number, states: ReadonlyMap<string, SiteEvent>): void {
    const { sql } = this.#storage;
    this.#onCheckpoint(sequence);
    sql.exec("DELETE FROM checkpoint");
    let part = 0;
    let units = 0;
    for (const { body } of cutChunks(textsOf(loggedStates(states)), this.#limits.rowUnits)) {
      sql.exec("INSERT INTO checkpoint VALUES (?, ?)", part++, body);
      units += body.length;
    }
    this.#size = { ...this.#size, sinceRows: 0, sinceUnits: 0, checkpoint: sequence, checkpointUnits: units };
  }

  /**
   * Drops the oldest rows that are beyond the limits or too old, before those of this commit are added: nobody reads
   * them any more, and new rows take their places. If waking would still need them, a checkpoint is written first. A
   * commit that is larger than the log may be is dropped with the next one.
   */
  #trim(meta: SiteMeta, states: ReadonlyMap<string, SiteEvent>, now: number): SiteMeta {
    const before = now - this.#keptMs;
    let { floor } = meta;
    while (this.#exceeds(before)) {
      const plan = planTrim(oldestRows(this.#storage.sql, floor), this.#size, this.#limits, before);
      if (!plan) break;
      if (plan.through > this.#size.checkpoint) this.#writeCheckpoint(meta.sequence, states);
      this.#size = { ...this.#size, units: plan.units, events: plan.events };
      floor = plan.through;
    }
    return { ...meta, floor };
  }

  #exceeds(before: number): boolean {
    const { events, units } = this.#size;
    return events > this.#limits.events || units > this.#limits.units || (this.oldestAt() ?? before) < before;
  }

  #kept(site: SiteMeta): string {
    return JSON.stringify({ site, size: this.#size } satisfies Kept);
  }

  #writeMeta(meta: SiteMeta): void {
    this.#storage.sql.exec("INSERT OR REPLACE INTO meta VALUES (1, ?, ?)", meta.sequence, this.#kept(meta));
  }
}
