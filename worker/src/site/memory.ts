/**
 * What a site knows: its position, states, the parts of an unfinished snapshot and the echoes it listens for. A copy of storage between any two
 * events, so that an eviction changes nothing. It decides nothing: commits come from `ingress`, answers from `read`.
 */
import { applyEvent, type Cursor, type Event, type Filter, type StateMap } from "@pbxis/shared";
import type { ReadResult, Sequenced } from "./api.ts";
import { Counters } from "./counters.ts";
import { echoSpanMs } from "./echo.ts";
import type { Commit, Site } from "./ingress.ts";
import { SiteLog } from "./log.ts";
import { createMeta, type SiteMeta } from "./meta.ts";
import { readSite } from "./read.ts";

export class SiteMemory {
  readonly counters = new Counters();
  readonly #log: SiteLog;
  #meta: SiteMeta = createMeta("");
  #states: StateMap = new Map();
  #parts: (readonly Event[])[] = [];
  #echoes: readonly Event[] = [];

  constructor(storage: DurableObjectStorage) {
    this.#log = new SiteLog(storage);
  }

  load(freshEpoch: string, now: number): void {
    const { meta, states, parts } = this.#log.load(freshEpoch);
    this.#meta = meta;
    this.#states = states;
    this.#parts = [...parts];
    this.counters.load(meta.counters);
    this.listenForEchoes(now);
  }

  get meta(): SiteMeta {
    return this.#meta;
  }

  /** As `ingress` sees it; who has not said hello cannot void the parts of the one who has. */
  site(isGreeting = false): Site {
    return { meta: this.#meta, states: this.#states, parts: isGreeting ? [] : this.#parts, echoes: this.#echoes };
  }

  /**
   * Stores a commit, `alongside` in the same transaction, and returns what it logged. Throws what storage throws; memory is ahead of storage then,
   * and of no use any more.
   */
  commit(commit: Commit, now: number, alongside: () => void): Sequenced[] {
    const { items, parts, echoes = this.#echoes } = commit;
    this.#echoes = echoes;
    const first = this.#meta.sequence + 1;
    this.counters.add("events", items.length);
    if (commit.replaceStates) {
      this.counters.add("snapshots");
      this.#states = commit.replaceStates;
    } else for (const item of items) if (item.type !== "link") applyEvent(this.#states, item);
    if (parts === "drop") this.#parts = [];
    else if (parts !== "keep") this.#parts.push(parts.events);
    this.#meta = { ...commit.meta, counters: this.counters.toSave(now) };
    this.#meta = this.#log.commit({ ...commit, meta: this.#meta }, this.#states, now, alongside);
    return items.map((item, offset): Sequenced => [first + offset, item]);
  }

  read(filter: Filter, since: Cursor | null, now: number): ReadResult {
    return readSite(
      { meta: this.#meta, states: this.#states, readAfter: (position) => this.readAfter(position) },
      filter,
      since,
      now,
    );
  }

  readAfter(position: number): Iterable<Sequenced> {
    return this.#log.readAfter(position);
  }

  /** After an eviction, or a reconnection, an echo that has come already is listened for again: no connector tells it a second time. */
  listenForEchoes(now: number): void {
    const from = this.#meta.connector?.from;
    const isOver = !from || now > from.at + echoSpanMs;
    this.#echoes = isOver ? [] : this.#log.occurrencesBefore(from.sequence, from.at - echoSpanMs);
  }

  gauges(): Readonly<Record<string, number>> {
    const { sequence, floor } = this.#meta;
    return { sequence, floor, states: this.#states.size, ...this.#log.gauges() };
  }
}
