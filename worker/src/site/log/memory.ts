/**
 * What a site knows: its position, states, the parts of an unfinished snapshot and the duplicates it listens for. A copy of storage between any two
 * events, so that an eviction changes nothing. It decides nothing: commits come from `ingress`, answers from `read`.
 */
import { applyEvent, type Cursor, type Filter, type SiteEvent, type StateMap } from "@pbxis/shared";
import type { Unreadable } from "../../stored.ts";
import type { Logged, ReadResult, Sequenced } from "../api.ts";
import { Counters } from "../counters.ts";
import { createMeta, type SiteMeta } from "../meta.ts";
import { type Duplicates, duplicateSpanMs, noDuplicates, withDelivered } from "../uplink/duplicates.ts";
import type { Commit, Site } from "../uplink/ingress.ts";
import { SiteLog } from "./log.ts";
import { readSite } from "./read.ts";

export class SiteMemory {
  readonly counters = new Counters();
  readonly #log: SiteLog;
  #meta: SiteMeta = createMeta("");
  #states: StateMap = new Map();
  #parts: (readonly SiteEvent[])[] = [];
  #echoes: Duplicates = noDuplicates;

  constructor(storage: DurableObjectStorage) {
    this.#log = new SiteLog(storage);
  }

  /** Returns what could not be read, so that this is the beginning of a new site in a new epoch; null as a rule. */
  load(freshEpoch: string, now: number): Unreadable | null {
    const { meta, states, parts, replaced } = this.#log.load(freshEpoch);
    this.#meta = meta;
    this.#states = states;
    this.#parts = [...parts];
    this.counters.load(meta.counters);
    this.watchForDuplicates(now);
    return replaced;
  }

  get meta(): SiteMeta {
    return this.#meta;
  }

  /** As `ingress` sees it; who has not said hello cannot void the parts of the one who has. */
  site(isGreeting = false): Site {
    return { meta: this.#meta, states: this.#states, parts: isGreeting ? [] : this.#parts, duplicates: this.#echoes };
  }

  /**
   * Stores a commit, `alongside` in the same transaction, and returns what it logged. Throws what storage throws; memory is ahead of storage then,
   * and of no use any more.
   */
  commit(commit: Commit, now: number, alongside: () => void): Logged {
    const { items, parts, duplicates = this.#echoes } = commit;
    this.#echoes = duplicates;
    const first = this.#meta.sequence + 1;
    this.counters.add("events", items.length);
    if (commit.replaceStates) {
      this.counters.add("snapshots");
      this.#states = commit.replaceStates;
    } else for (const item of items) if (item.type !== "link") applyEvent(this.#states, item);
    if (parts === "drop") this.#parts = [];
    else if (parts !== "keep") this.#parts.push(parts.events);
    this.#meta = { ...commit.meta, counters: this.counters.toSave(now) };
    const { meta, texts } = this.#log.commit({ ...commit, meta: this.#meta }, this.#states, now, alongside);
    this.#meta = meta;
    return { first, items, texts };
  }

  /** @throws UnreadableError where the log cannot be read. */
  read(filter: Filter, since: Cursor | null, now: number): ReadResult {
    return readSite(
      { meta: this.#meta, states: this.#states, readAfter: (position) => this.readAfter(position) },
      filter,
      since,
      now,
    );
  }

  /** Forgets the log; part of a commit that begins a new epoch. */
  voidLog(): void {
    this.#log.voidAll();
  }

  readAfter(position: number): Iterable<Sequenced> {
    return this.#log.readAfter(position);
  }

  /** After an eviction, or a reconnection, an echo that has come already is listened for again: no connector tells it a second time. */
  watchForDuplicates(now: number): void {
    const { connector } = this.#meta;
    this.#echoes = noDuplicates;
    if (!connector) return;
    const { from, through, handedIn } = connector;
    const listen = (after: number, through: number) => {
      this.#echoes = withDelivered(this.#echoes, this.#log.occurrences(after, through));
    };
    if (through === null || now <= from.at + duplicateSpanMs) listen(-1, from.sequence);
    for (const { at, ...place } of handedIn) if (at > now - duplicateSpanMs) listen(place.after, place.through);
  }

  /** What the log knows to have been told since `since` (ms), by whomever; null for all. */
  delivered(since: number | null): Duplicates {
    const after = since === null ? -1 : this.#log.positionAt(since);
    return withDelivered(noDuplicates, this.#log.occurrences(after, this.#meta.sequence));
  }

  gauges(): Readonly<Record<string, number>> {
    const { sequence, floor } = this.#meta;
    return { sequence, floor, states: this.#states.size, ...this.#log.gauges() };
  }
}
