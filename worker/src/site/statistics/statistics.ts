/**
 * The statistics of a site (EV18, EV19): counts what each commit logs, says what of it is to be published, and keeps
 * the sums. The sums are a fold over the log ([ADR 23](../../../../docs/adr/0023-statistics-are-a-fold-over-the-log.md)):
 * they are saved with the log's checkpoint and when something changes that is in no log, and a waking site counts what
 * was logged after that.
 */
import { diffStates, type SiteEvent, type SiteSettings } from "@pbxis/shared";
import { logWarning } from "../../log.ts";
import { logUnreadable } from "../../stored.ts";
import type { Report, ReportQuery } from "../api.ts";
import type { LoggedRow } from "../log/log-rows.ts";
import type { SiteMeta } from "../meta.ts";
import { expiryOf, isDue, statisticsKeptMs } from "../retention.ts";
import { append, type Commit } from "../uplink/ingress.ts";
import { fold } from "./fold.ts";
import { dayMs } from "./interval.ts";
import { openSince, openSums, takeOver } from "./open.ts";
import { nextDueAt, type Published, takeDue } from "./publish.ts";
import { reportOf } from "./report.ts";
import { restoreState, saveState } from "./saved-state.ts";
import { addTo, advance, createState, emptyTable, markAll, type StatisticsState } from "./state.ts";
import { StatisticsStore } from "./statistics-store.ts";
import { decodeSums } from "./sums.ts";
import { countGap, foldUnseen, foldWatch } from "./watch.ts";
import { dayOf, hourStart, isZone, offsetMs } from "./zone.ts";

/** Changes are published together at most so often, in the rows of frames that come anyway. */
const roundMs = 1_000;
/** An alarm, which the platform bills as a row and a request, waits so long for such a frame. */
const patienceMs = 3_000;

/** What the statistics need to know of the site before a commit. */
type Before = Readonly<{ meta: SiteMeta; states: ReadonlyMap<string, SiteEvent> }>;

export class Statistics {
  readonly #store: StatisticsStore;
  readonly #site: string;
  #state: StatisticsState = createState(0);
  /** Something has changed that no log has. */
  #mustSave = false;
  /** When changes were published last (ms). */
  #publishedAt = 0;
  /** When the oldest stored day began (ms), null if there is none; undefined if it must be looked up. */
  #oldest: number | null | undefined;

  constructor(sql: SqlStorage, site: string) {
    this.#site = site;
    this.#store = new StatisticsStore(sql, (problem, item) =>
      logUnreadable({ object: site, store: "statistics", item }, problem, "it counts as empty"),
    );
  }

  /** Goes on from what was saved. `rowsAfter` reads the log. */
  load({ meta, states }: Before, rowsAfter: (position: number) => Iterable<LoggedRow>, now: number): void {
    const saved = this.#store.load();
    if (!saved) this.#begin({ meta, states }, now);
    else {
      this.#state = restoreState(saved);
      if (saved.through > meta.sequence) this.#loseLog(now);
      else for (const { at, items } of rowsAfter(saved.through)) for (const item of items) fold(this.#state, item, at);
    }
    markAll(this.#state);
  }

  /** The site begins anew with an empty log: nobody knows what was logged since the sums were saved. */
  #loseLog(now: number): void {
    const from = this.#state.watch.awaySince ?? this.#state.now;
    advance(this.#state, now);
    countGap(this.#state, { from, to: now }, now);
    this.#state.watch = { ...this.#state.watch, awaySince: now };
    this.#mustSave = true;
  }

  /** What was counted before, if anything, is in rows. Where a connector has been, it has counted nothing up to now. */
  #begin({ meta, states }: Before, now: number): void {
    this.#state = createState(now);
    const { connector, link } = meta;
    const since = link === "up" ? now : null;
    if (connector) this.#state.watch = { ...this.#state.watch, since, awaySince: null, doubtFrom: now, amiSince: now };
    for (const event of states.values()) fold(this.#state, event, now);
    this.#mustSave = true;
  }

  /** Counts a commit that is about to be stored. */
  count(commit: Commit, { meta, states }: Before, now: number): void {
    advance(this.#state, now);
    if (foldWatch(this.#state, meta, commit.meta, now)) this.#mustSave = true;
    if (commit.unseen && foldUnseen(this.#state, commit.unseen, now)) this.#mustSave = true;
    // What a new epoch changes in the states is not in the log (UP6), so what it counts for is saved.
    const changes = commit.newEpoch && commit.replaceStates ? diffStates(states, commit.replaceStates, now) : [];
    for (const item of [...changes, ...commit.items]) fold(this.#state, item, now);
    if (commit.newEpoch) this.#mustSave = true;
  }

  /** `commit` with what is to be published now (EV18, EV19), in the row that it writes anyway. */
  withDue(commit: Commit, published: Published, now: number): Commit {
    if (commit.replaceStates || !this.#isRound(now)) return commit;
    const due = this.#takeDue(published, now);
    return { ...commit, ...append(commit.meta, due, now), items: [...commit.items, ...due] };
  }

  /** What is to be published now, if nothing else is committed; null for nothing. `isAsked`: somebody wants it now. */
  due({ meta, states }: Before, now: number, isAsked: boolean): Commit | null {
    if (this.#publicationDueAt(states) > now || !(isAsked || this.#isRound(now))) return null;
    const due = this.#takeDue(states, now);
    if (due.length === 0) return null;
    return { ...append(meta, due, now), replaceStates: null, parts: "keep", newEpoch: false };
  }

  #isRound(now: number): boolean {
    return now >= this.#publishedAt + roundMs;
  }

  #takeDue(published: Published, now: number): SiteEvent[] {
    advance(this.#state, now);
    const due = takeDue(this.#state, published, now);
    if (due.length > 0) this.#publishedAt = now;
    return due;
  }

  /** When something is to be published, in ms: a change, or the beginning of a day. */
  #publicationDueAt(published: Published): number {
    return Math.min(nextDueAt(this.#state, published) ?? Number.POSITIVE_INFINITY, this.#state.day.to);
  }

  /** When the alarm is to see to that. */
  #roundDueAt(published: Published): number {
    const dueAt = this.#publicationDueAt(published);
    return dueAt === this.#state.day.to ? dueAt : Math.max(dueAt, this.#publishedAt + roundMs) + patienceMs;
  }

  /** As the last connector sent them. */
  settings(): SiteSettings {
    return this.#state.settings;
  }

  /** The settings that a connector sends (UP1). They count from now on. */
  set(settings: SiteSettings, now: number): void {
    if (JSON.stringify(settings) === JSON.stringify(this.#state.settings)) return;
    if (!isZone(settings.timezone)) {
      logWarning("the connector's time zone is not known here", { site: this.#site, zone: settings.timezone });
      this.set({ ...settings, timezone: this.#state.settings.timezone }, now);
      return;
    }
    advance(this.#state, now);
    const isMoved = settings.timezone !== this.#state.settings.timezone;
    this.#state.settings = settings;
    if (isMoved) this.#beginDay();
    this.#mustSave = true;
    markAll(this.#state);
  }

  /** Today is another day in another zone. */
  #beginDay(): void {
    const { now, settings } = this.#state;
    const day = dayOf(now, settings.timezone);
    const today = emptyTable();
    for (const kind of ["queue", "agent", "site"] as const)
      for (const { name, sums } of this.#store.read({ kind, names: null, ...day }))
        addTo(today, kind, name, decodeSums(kind, sums));
    for (const { kind, name, sums } of openSums(this.#state, day)) addTo(today, kind, name, decodeSums(kind, sums));
    this.#state.day = day;
    this.#state.today = today;
  }

  /** AP12. */
  report(query: ReportQuery, now: number): Report {
    advance(this.#state, now);
    return reportOf(this.#state, this.#store, query, now);
  }

  /** Part of each commit's transaction. `sequence`: the log's position after it. */
  saveIfChanged(sequence: number): void {
    if (this.#mustSave) this.save(sequence);
  }

  /** Part of the transaction that writes a checkpoint of the log. */
  save(sequence: number): void {
    const { now, settings } = this.#state;
    const hour = hourStart(now, offsetMs(now, settings.timezone));
    if ((openSince(this.#state) ?? hour) < hour) this.#flush(now);
    this.#store.save(saveState(this.#state, sequence));
    this.#mustSave = false;
  }

  #flush(before: number): void {
    this.#store.add(takeOver(this.#state, before));
    this.#oldest = undefined;
  }

  /** When there is something to publish or to delete, in ms. `published` is null while nobody asks for statistics. */
  dueAt(published: Published | null): number | null {
    const due = [published && this.#roundDueAt(published), this.#expiryDueAt()].flatMap((at) => at ?? []);
    return due.length === 0 ? null : Math.min(...due);
  }

  /** A stored day is deleted when all of it is too old. What is in no day yet gets into one first. */
  #expiryDueAt(): number | null {
    if (this.#oldest === undefined) this.#oldest = this.#store.oldest();
    const open = openSince(this.#state);
    const ends = [this.#oldest === null ? null : this.#oldest + dayMs, open].flatMap((at) => at ?? []);
    return expiryOf(ends.length === 0 ? null : Math.min(...ends), statisticsKeptMs);
  }

  /** Deletes what was kept long enough, in its own transaction. */
  expire(now: number, sequence: number): void {
    if (!isDue(this.#expiryDueAt(), now)) return;
    advance(this.#state, now);
    this.#flush(now);
    this.#store.deleteBefore(now - statisticsKeptMs);
    this.save(sequence);
    this.#oldest = undefined;
  }
}
