/**
 * The site's memory in SQLite: one row a frame in the log (several for a large one), a checkpoint of all states, the parts of an
 * unfinished snapshot, and one row of what else must survive. Waking is the checkpoint and the log rows after it.
 *
 * Everything of one frame is written in one transaction. Nothing that the object sends leaves before its writes are durable (the
 * platform's output gate), so an acknowledgement sent after `commit` is a promise kept.
 */
import { applyEvent, type Event, type StateMap, stateKey, stateMapOf } from "@pbxis/shared";
import type { LogItem, Sequenced } from "./api.ts";
import type { Commit, Site } from "./ingress.ts";
import {
  checkpointDue,
  cutChunks,
  emptyLog,
  type LogLimits,
  type LogSize,
  logLimits,
  planTrim,
  type RowSize,
} from "./log-plan.ts";
import { createMeta, SiteMeta } from "./meta.ts";

const schema = `
  CREATE TABLE IF NOT EXISTS meta (id INTEGER PRIMARY KEY CHECK (id = 1), site TEXT NOT NULL, log TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS log (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, at INTEGER NOT NULL, units INTEGER NOT NULL, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS checkpoint (part INTEGER PRIMARY KEY, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS part (sequence INTEGER PRIMARY KEY, body TEXT NOT NULL);
`;

/** Rows trimmed at a time beyond those that were added: enough to catch up, and cheap. */
const trimAhead = 8;

export type Loaded = Readonly<{ meta: SiteMeta; states: StateMap; parts: Site["parts"] }>;

export class SiteLog {
  readonly #storage: DurableObjectStorage;
  readonly #limits: LogLimits;
  #size: LogSize = emptyLog;

  constructor(storage: DurableObjectStorage, limits: LogLimits = logLimits) {
    this.#storage = storage;
    this.#limits = limits;
  }

  /** All as it was when the last frame was acknowledged. `freshEpoch` names a site that is new. */
  load(freshEpoch: string): Loaded {
    const { sql } = this.#storage;
    sql.exec(schema);
    const [row] = sql.exec<{ site: string; log: string }>("SELECT site, log FROM meta").toArray();
    if (!row) {
      const meta = createMeta(freshEpoch);
      this.#writeMeta(meta);
      return { meta, states: new Map(), parts: [] };
    }
    this.#size = JSON.parse(row.log);
    const meta = SiteMeta.parse(JSON.parse(row.site));
    const states = stateMapOf(this.#lists<Event>("SELECT body FROM checkpoint ORDER BY part").flat());
    for (const [, item] of this.readAfter(this.#size.checkpoint)) if (item.type !== "link") applyEvent(states, item);
    return { meta, states, parts: this.#lists<Event>("SELECT body FROM part ORDER BY sequence") };
  }

  /**
   * Stores a commit; `states` are those after it, `alongside` further writes of the same transaction. Returns what was stored as
   * meta: trimming may have raised its floor.
   */
  commit(commit: Commit, states: ReadonlyMap<string, Event>, now: number, alongside: () => void = () => {}): SiteMeta {
    return this.#storage.transactionSync(() => {
      const { sql } = this.#storage;
      alongside();
      if (commit.newEpoch) {
        sql.exec("DELETE FROM log");
        this.#size = emptyLog;
      }
      if (commit.parts === "drop") sql.exec("DELETE FROM part");
      else if (commit.parts !== "keep")
        sql.exec("INSERT INTO part VALUES (?, ?)", commit.parts.sequence, JSON.stringify(commit.parts.events));
      const added = this.#append(commit, now);
      if (commit.replaceStates || checkpointDue(this.#size, this.#limits))
        this.#writeCheckpoint(commit.meta.sequence, states);
      const meta = this.#trim(commit.meta, states, added);
      this.#writeMeta(meta);
      return meta;
    });
  }

  /** What follows position `after`, which must not be below the floor. To be consumed before anything is written. */
  *readAfter(after: number): Generator<Sequenced> {
    const { sql } = this.#storage;
    // Rows are contiguous, so the last one that begins by then holds the first item asked for: one step down the primary key.
    const [start] = sql
      .exec<{ first: number }>("SELECT first FROM log WHERE first <= ? ORDER BY first DESC LIMIT 1", after + 1)
      .toArray();
    const rows = sql.exec<{ first: number; body: string }>(
      "SELECT first, body FROM log WHERE first >= ? ORDER BY first",
      start?.first ?? 0,
    );
    for (const { first, body } of rows) {
      const items: LogItem[] = JSON.parse(body);
      for (const [offset, item] of items.entries()) if (first + offset > after) yield [first + offset, item];
    }
  }

  /** The occurrences at positions up to `sequence` that were logged at `since` (ms) or later. */
  occurrencesBefore(sequence: number, since: number): Event[] {
    const rows = this.#storage.sql.exec<{ first: number; at: number; body: string }>(
      "SELECT first, at, body FROM log WHERE first <= ? ORDER BY first DESC",
      sequence,
    );
    const found: Event[][] = [];
    for (const { first, at, body } of rows) {
      if (at < since) break;
      const items: LogItem[] = JSON.parse(body);
      found.push(
        items.filter(
          (item, offset): item is Event =>
            item.type !== "link" && stateKey(item) === undefined && first + offset <= sequence,
        ),
      );
    }
    return found.reverse().flat();
  }

  /** `logUnits` in characters of JSON. */
  gauges(): Readonly<{ logUnits: number; framesSinceCheckpoint: number }> {
    return { logUnits: this.#size.units, framesSinceCheckpoint: this.#size.sinceRows };
  }

  #append({ items, meta }: Commit, now: number): number {
    let first = meta.sequence - items.length + 1;
    let rows = 0;
    for (const { count, body } of cutChunks(items, this.#limits.rowUnits)) {
      const last = first + count - 1;
      this.#storage.sql.exec("INSERT INTO log VALUES (?, ?, ?, ?, ?)", first, last, now, body.length, body);
      const { units, sinceUnits } = this.#size;
      this.#size = { ...this.#size, units: units + body.length, sinceUnits: sinceUnits + body.length };
      first = last + 1;
      rows += 1;
    }
    this.#size = { ...this.#size, sinceRows: this.#size.sinceRows + rows };
    return rows;
  }

  #writeCheckpoint(sequence: number, states: ReadonlyMap<string, Event>): void {
    const { sql } = this.#storage;
    sql.exec("DELETE FROM checkpoint");
    let part = 0;
    let units = 0;
    for (const { body } of cutChunks(states.values(), this.#limits.rowUnits)) {
      sql.exec("INSERT INTO checkpoint VALUES (?, ?)", part++, body);
      units += body.length;
    }
    const { units: kept } = this.#size;
    this.#size = { units: kept, sinceRows: 0, sinceUnits: 0, checkpoint: sequence, checkpointUnits: units };
  }

  /** Drops the oldest rows beyond the limits; what waking would miss of them is in a checkpoint first. */
  #trim(meta: SiteMeta, states: ReadonlyMap<string, Event>, added: number): SiteMeta {
    const events = meta.sequence - meta.floor;
    if (events <= this.#limits.events && this.#size.units <= this.#limits.units) return meta;
    const { sql } = this.#storage;
    const oldest = sql
      .exec<RowSize>("SELECT first, last, units FROM log ORDER BY first LIMIT ?", 2 * added + trimAhead)
      .toArray();
    const plan = planTrim(oldest, { events, units: this.#size.units }, this.#limits);
    if (!plan) return meta;
    if (plan.through > this.#size.checkpoint) this.#writeCheckpoint(meta.sequence, states);
    sql.exec("DELETE FROM log WHERE first <= ?", plan.through);
    this.#size = { ...this.#size, units: this.#size.units - plan.units };
    return { ...meta, floor: plan.through };
  }

  #writeMeta(meta: SiteMeta): void {
    const { sql } = this.#storage;
    sql.exec("INSERT OR REPLACE INTO meta VALUES (1, ?, ?)", JSON.stringify(meta), JSON.stringify(this.#size));
  }

  /** Lists that this class wrote, and that were checked when they came in. */
  #lists<Value>(query: string): Value[][] {
    return [...this.#storage.sql.exec<{ body: string }>(query)].map(({ body }): Value[] => JSON.parse(body));
  }
}
