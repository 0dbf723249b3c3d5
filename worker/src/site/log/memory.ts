/**
 * What a site knows: its position and states, the parts of an unfinished snapshot, and the occurrences to compare with
 * for duplicates. Between any two turns it equals what is stored, so that an eviction changes nothing. It decides
 * nothing: commits come from `ingress`, answers from `read`.
 */
import { applyEvent, type Cursor, type Filter, type SiteEvent } from "@pbxis/shared";
import type { Unreadable } from "../../stored.ts";
import type { Logged, LogItem, ReadResult, Sequenced } from "../api.ts";
import type { RowStorage } from "../counted-storage.ts";
import { Counters } from "../counters.ts";
import { createMeta, type SiteMeta } from "../meta.ts";
import { type Duplicates, duplicateSpanMs, noDuplicates, withDelivered } from "../uplink/duplicates.ts";
import type { Commit, Site } from "../uplink/ingress.ts";
import { inOrder, isLatestOnly, latestFirst } from "./latest.ts";
import { type LogOptions, SiteLog } from "./log.ts";
import type { LoggedRow } from "./log-rows.ts";
import { readSite } from "./read.ts";
import { leastRecent, RecentItems } from "./recent.ts";
import { StateIndex } from "./state-index.ts";

export class SiteMemory {
  readonly counters = new Counters();
  readonly #log: SiteLog;
  readonly #recent = new RecentItems();
  #meta: SiteMeta = createMeta("");
  #states = new StateIndex();
  #parts: (readonly SiteEvent[])[] = [];
  #duplicates: Duplicates = noDuplicates;

  constructor(storage: RowStorage, options?: LogOptions) {
    this.#log = new SiteLog(storage, options);
  }

  /** Returns what could not be read, if the site begins anew because of it; otherwise null. */
  load(freshEpoch: string, now: number): Unreadable | null {
    const { meta, states, parts, replaced } = this.#log.load(freshEpoch);
    this.#meta = meta;
    this.#states = StateIndex.of(states);
    this.#parts = [...parts];
    this.counters.load(meta.counters);
    this.watchForDuplicates(now);
    return replaced;
  }

  get meta(): SiteMeta {
    return this.#meta;
  }

  get states(): StateIndex {
    return this.#states;
  }

  /** For `ingress`. `isGreeting` is for a socket without a hello, which must not void the holder's parts. */
  site(isGreeting = false): Site {
    return {
      meta: this.#meta,
      states: this.#states,
      parts: isGreeting ? [] : this.#parts,
      duplicates: this.#duplicates,
    };
  }

  /**
   * Stores a commit, with `alongside` in the same transaction, and returns what it logged.
   * @throws what storage throws. Memory is ahead of storage then, and must not be used any more.
   */
  commit(commit: Commit, now: number, alongside: () => void): Logged {
    const { parts, duplicates = this.#duplicates } = commit;
    const items = latestFirst(commit.items);
    this.#duplicates = duplicates;
    const first = this.#meta.sequence + 1;
    this.counters.add("events", items.length);
    if (commit.replaceStates) {
      this.counters.add("snapshots");
      this.#states = StateIndex.of(commit.replaceStates);
    } else for (const item of items) if (item.type !== "link") applyEvent(this.#states, item);
    if (parts === "drop") this.#parts = [];
    else if (parts !== "keep") this.#parts.push(parts.events);
    this.#meta = { ...commit.meta, counters: this.counters.toSave(now) };
    const { meta, texts } = this.#log.commit({ ...commit, items, meta: this.#meta }, this.#states, now, alongside);
    this.#meta = meta;
    if (commit.newEpoch) this.#recent.clear();
    const latest = items.filter(isLatestOnly).length;
    const logged = items.slice(latest).map((item, offset) => [first + latest + offset, item] as const);
    this.#recent.add(first - 1, meta.sequence, logged, texts.slice(latest));
    return { first, items, texts };
  }

  /** @throws UnreadableError where the log cannot be read. */
  read(filter: Filter, since: Cursor | null, now: number): ReadResult {
    return readSite(
      { meta: this.#meta, states: this.#states, readAfter: (position) => this.readAfter(position, filter) },
      filter,
      since,
      now,
    );
  }

  /** As `SiteLog.oldestAt`. */
  oldestLoggedAt(): number | null {
    return this.#log.oldestAt();
  }

  /**
   * Deletes what was logged before `before` (ms). Who resumes from there gets a snapshot (ST1).
   * @throws what storage throws, as `commit` does.
   */
  deleteLogged(before: number): void {
    const kept = this.#log.deleteBefore(before, this.#meta, this.#states);
    if (!kept) return;
    this.#meta = kept;
    this.#recent.clear();
  }

  /**
   * Applies `change` to every logged item that has `needle` in its text. Part of a commit. Returns how many changed.
   */
  rewrite(needle: string, change: (item: LogItem) => LogItem): number {
    this.#parts = this.#parts.map((part) => part.map((event) => change(event) as SiteEvent));
    this.#recent.clear();
    return this.#log.rewrite(needle, change);
  }

  /** Deletes the whole log. Part of a commit that begins a new epoch. */
  voidLog(): void {
    this.#recent.clear();
    this.#log.voidAll();
  }

  /**
   * All items after `position`; those that `filter` does not let through may be missing. What is recent is read from
   * storage once after an eviction, and then found in memory. States of which the log has the last values only are in
   * their places.
   * @throws UnreadableError where the log cannot be read.
   */
  readAfter(position: number, filter?: Filter): Iterable<Sequenced> {
    const { sequence } = this.#meta;
    if (position >= sequence) return [];
    return inOrder(this.#loggedAfter(position, sequence, filter), this.#log.latestAfter(position));
  }

  #loggedAfter(position: number, sequence: number, filter: Filter | undefined): Iterable<Sequenced> {
    const recent = this.#recent.after(position, filter);
    if (recent) return recent;
    if (sequence - position > leastRecent) return this.#log.readAfter(position);
    const read = [...this.#log.readAfter(position)];
    this.#recent.clear();
    const texts = read.map(([, item]) => JSON.stringify(item));
    this.#recent.add(position, sequence, read, texts);
    return this.#recent.after(position, filter) ?? read;
  }

  /** As `readRows`. */
  rowsAfter(position: number): Iterable<LoggedRow> {
    return this.#log.rowsAfter(position);
  }

  /**
   * Sets the occurrences to compare with, after an eviction or a reconnection. Some may have had their duplicate
   * already, which does no harm: no connector sends it a second time.
   */
  watchForDuplicates(now: number): void {
    const { connector } = this.#meta;
    this.#duplicates = noDuplicates;
    if (!connector) return;
    const { from, through, handedIn } = connector;
    const add = (after: number, through: number) => {
      this.#duplicates = withDelivered(this.#duplicates, this.#log.occurrences(after, through));
    };
    if (through === null || now <= from.at + duplicateSpanMs) add(-1, from.sequence);
    for (const { at, ...place } of handedIn) if (at > now - duplicateSpanMs) add(place.after, place.through);
  }

  /** The occurrences that any connector has delivered since `since` (ms), as far as the log goes back; null for all. */
  delivered(since: number | null): Duplicates {
    const after = since === null ? -1 : this.#log.positionAt(since);
    return withDelivered(noDuplicates, this.#log.occurrences(after, this.#meta.sequence));
  }

  gauges(): Readonly<Record<string, number>> {
    const { sequence, floor } = this.#meta;
    return { sequence, floor, states: this.#states.size, ...this.#log.gauges() };
  }
}
