/**
 * The site's queue calls in SQLite (AP13): one row for each wait that has ended, written with the log's frame that
 * reports it, and once more when the talk is over. They are made of the log's events, after duplicates are dropped, and
 * outlive the log and its epochs.
 */
import type { QueueCall } from "@pbxis/shared";
import * as z from "zod";
import { logUnreadable, readValue } from "../../stored.ts";
import type { CallPage, CallPlace, CallQuery, LogItem } from "../api.ts";
import type { CallerNumber } from "../erasure/number.ts";
import { openTables } from "../tables.ts";
import { callOf, hasTalk, type OpenCall, openSpanMs, type Talk, talkOf } from "./call.ts";
import { lastScannedSql, maxScanned, pageSql } from "./call-query.ts";
import { callColumns, callTables, readCall, valuesOf } from "./call-rows.ts";
import { type EarlyTalk, OpenCalls } from "./open-calls.ts";

/** A month of 30,000 calls a day, of about 300 bytes each. Beyond it the oldest go. */
const maxCalls = 1_000_000;
/** Rows that are deleted at once, so that the site is not kept from its events for long. */
const deletedAtOnce = 10_000;
/** Ids rise in the order of arrival, which is nearly that of the ends of waits. */
const nearlySorted = 1_000;

const StoredTalk: z.ZodType<Talk> = z.object({
  queue: z.string(),
  uniqueId: z.string(),
  isCompletion: z.boolean(),
  agent: z.string(),
  endedAt: z.number(),
  talkTime: z.number(),
  recording: z.string().nullable(),
  reason: z.string(),
});

export type CallStoreLimits = Readonly<{ calls: number; scanned: number }>;

export class CallStore {
  readonly #sql: SqlStorage;
  readonly #site: string;
  readonly #keptMs: number;
  readonly #limits: CallStoreLimits;
  /** Read with the first event that needs it. */
  #open: OpenCalls | null = null;
  #nextId: number | null = null;
  /** As `oldestAt`; undefined if it must be looked up. */
  #oldestAt: number | null | undefined;

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

  /** Stores what `items` say of calls. Part of the transaction that logs them. */
  record(items: readonly LogItem[], now: number): void {
    if (this.#keptMs === 0) return;
    for (const item of items)
      if (item.type === "queueCallEnded") this.#add(callOf(item, now), now);
      else {
        const talk = talkOf(item);
        if (talk) this.#complete(talk, now);
      }
  }

  /** AP13. */
  find(query: CallQuery): CallPage {
    const { scanned } = this.#limits;
    const page = pageSql(query, scanned);
    const rows = this.#sql.exec(page.text, ...page.values).toArray();
    const shown = rows.slice(0, query.limit);
    const calls = shown.flatMap((row) => readCall(row) ?? []);
    const last = shown.at(-1);
    if (rows.length > query.limit && last) return { calls, next: placeOf(last) };
    const rest = lastScannedSql(query, scanned);
    const [end] = this.#sql.exec(rest.text, ...rest.values).toArray();
    return { calls, next: end ? placeOf(end) : null };
  }

  /** When the wait of the oldest call ended (ms); null if there is none. */
  oldestAt(): number | null {
    if (this.#oldestAt === undefined) {
      const oldest =
        "SELECT min(at) AS at FROM (SELECT min(ended) AS at FROM call UNION ALL SELECT min(at) FROM early_talk)";
      this.#oldestAt = this.#sql.exec<{ at: number | null }>(oldest).one().at;
    }
    return this.#oldestAt;
  }

  /** Deletes calls whose wait ended before `before` (ms), the oldest first; not all at once if they are many. */
  deleteBefore(before: number): void {
    const last = this.#placeOf(`ORDER BY ended, id LIMIT 1 OFFSET ${deletedAtOnce}`);
    this.#sql.exec("DELETE FROM call WHERE ended < ?", Math.min(before, last?.ended ?? before));
    // So many waits that ended in one millisecond go together.
    if (last && last.ended === this.#oldestAt) this.#sql.exec("DELETE FROM call WHERE ended = ?", last.ended);
    this.#sql.exec("DELETE FROM early_talk WHERE at < ?", before);
    this.#oldestAt = undefined;
    this.#open = null;
  }

  /** Takes a number and the names beside it out of all calls. Returns how many calls had it. */
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
    // A talk without a call has nothing but its recording's path.
    this.#sql.exec("DELETE FROM early_talk WHERE instr(body, ?) > 0", number.needle);
    this.#open = null;
    return ids.size;
  }

  #add(call: QueueCall & Readonly<{ ended: number }>, now: number): void {
    const { ended, queue, uniqueId, agent, outcome } = call;
    const mayTalk = hasTalk(outcome) || outcome === "unknown";
    const early = mayTalk ? this.#opened(now).takeTalk({ ended, queue, uniqueId, agent, outcome }) : null;
    if (early) this.#sql.exec("DELETE FROM early_talk WHERE id = ?", early.id);
    const id = this.#takeId();
    const row = early ? completed(call, early.talk) : call;
    this.#sql.exec(
      `INSERT OR REPLACE INTO call (ended, id, ${callColumns}) VALUES (?, ?${", ?".repeat(valuesOf(row).length)})`,
      ...[ended, id, ...valuesOf(row)],
    );
    if (mayTalk && !early) this.#opened(now).add({ ended, id, queue, uniqueId, agent, outcome });
    this.#noteOldest(ended);
    if (id % nearlySorted === 0) this.#makeRoom(id);
  }

  #complete(talk: Talk, now: number): void {
    const call = this.#opened(now).takeCall(talk);
    if (!call) {
      if (talk.isCompletion) this.#keep(talk, now);
      return;
    }
    const { ended, id, agent, outcome } = call;
    const over = hasTalk(outcome) ? talk.endedAt : ended;
    this.#sql.exec(
      "UPDATE call SET agent = ?, over = ?, talk = ?, recording = ?, reason = ? WHERE ended = ? AND id = ?",
      ...[agent ?? talk.agent, over, talk.talkTime, talk.recording, talk.reason, ended, id],
    );
  }

  /** The call has not come yet. */
  #keep(talk: Talk, now: number): void {
    const open = this.#opened(now);
    const query = "INSERT INTO early_talk (at, body) VALUES (?, ?) RETURNING id";
    const at = Math.min(talk.endedAt, now);
    const { id } = this.#sql.exec<{ id: number }>(query, at, JSON.stringify(talk)).one();
    open.addTalk({ id, talk });
    this.#noteOldest(at);
    for (const old of open.dropTalks(now)) this.#sql.exec("DELETE FROM early_talk WHERE id = ?", old.id);
  }

  #noteOldest(at: number): void {
    if (this.#oldestAt !== undefined) this.#oldestAt = Math.min(at, this.#oldestAt ?? at);
  }

  #opened(now: number): OpenCalls {
    this.#open ??= new OpenCalls(this.#readOpen(now - openSpanMs), [...this.#readEarly()]);
    return this.#open;
  }

  #readOpen(since: number): OpenCall[] {
    const query = `
      SELECT ended, id, queue, unique_id AS uniqueId, agent, outcome FROM call
      WHERE ended > ? AND talk IS NULL AND outcome IN ('answered', 'picked', 'unknown') ORDER BY ended, id`;
    return this.#sql.exec<OpenCall>(query, since).toArray();
  }

  *#readEarly(): Generator<EarlyTalk> {
    for (const { id, body } of this.#sql.exec<{ id: number; body: string }>(
      "SELECT id, body FROM early_talk ORDER BY id",
    )) {
      const talk = readValue(StoredTalk, callTables.version, body);
      if (talk.ok) yield { id, talk: talk.value };
      else logUnreadable({ object: this.#site, store: "calls", item: id }, talk, "the talk is left out");
    }
  }

  #takeId(): number {
    this.#nextId ??= 1 + this.#idAmong("max", "DESC");
    return this.#nextId++;
  }

  /** Counting all rows would read them. */
  #makeRoom(newest: number): void {
    if (newest - this.#idAmong("min", "ASC") < this.#limits.calls) return;
    const last = this.#placeOf(`ORDER BY ended, id LIMIT 1 OFFSET ${2 * nearlySorted - 1}`);
    if (last) this.#sql.exec("DELETE FROM call WHERE (ended, id) <= (?, ?)", last.ended, last.id);
    this.#oldestAt = undefined;
  }

  #idAmong(what: "min" | "max", order: "ASC" | "DESC"): number {
    const some = `SELECT id FROM call ORDER BY ended ${order}, id ${order} LIMIT ${nearlySorted}`;
    return this.#sql.exec<{ id: number | null }>(`SELECT ${what}(id) AS id FROM (${some})`).one().id ?? 0;
  }

  #placeOf(rest: string): CallPlace | null {
    const [row] = this.#sql.exec(`SELECT ended, id FROM call ${rest}`).toArray();
    return row ? placeOf(row) : null;
  }
}

function completed(call: QueueCall & Readonly<{ ended: number }>, talk: Talk): QueueCall {
  const { talkTime, recording, reason } = talk;
  const endedAt = hasTalk(call.outcome) ? talk.endedAt : call.endedAt;
  return { ...call, agent: call.agent ?? (talk.agent as QueueCall["agent"]), endedAt, talkTime, recording, reason };
}

function placeOf({ ended, id }: Record<string, SqlStorageValue>): CallPlace {
  return { ended: Number(ended), id: Number(id) };
}
