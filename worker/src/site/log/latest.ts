/**
 * The states of which the log keeps the last value only (`latestOnly`, ADR 30): each with its place in the order. All of
 * them are in one text, because the platform bills rows; it has several parts if it is large.
 *
 * A client that resumes gets the last values after its position, in their places, and never the ones between. So a state
 * that is large and changes often fills no log, and nothing of it is kept once it has changed.
 */
import { eventTraits, type SiteEvent, stateKey } from "@pbxis/shared";
import * as z from "zod";
import { isEvent, type ReadBack, readList, unreadable } from "../../stored.ts";
import type { LogItem, Sequenced } from "../api.ts";
import type { Commit } from "../uplink/ingress.ts";
import { cutChunks } from "./log-plan.ts";

export const latestColumns = "part INTEGER PRIMARY KEY, body TEXT NOT NULL";

/** `isState` is false for the neutral value of a state that no longer exists, which clients may still have to receive. */
type Entry = Readonly<{ sequence: number; isState: boolean; event: SiteEvent }>;

const Place = z.tuple([z.number().int().nonnegative(), z.boolean(), z.custom<SiteEvent>(isEvent)]);
type Place = z.infer<typeof Place>;

export function isLatestOnly(item: LogItem): item is SiteEvent {
  return item.type !== "link" && eventTraits[item.type].latestOnly === true;
}

/** The states that the log's rows rebuild. */
export function* loggedStates(states: ReadonlyMap<string, SiteEvent>): Iterable<SiteEvent> {
  for (const state of states.values()) if (!isLatestOnly(state)) yield state;
}

/** Those items come first in a commit, so that what the log holds of it is in one piece. */
export function latestFirst(items: readonly LogItem[]): readonly LogItem[] {
  const latest = items.filter(isLatestOnly);
  return latest.length === 0 ? items : [...latest, ...items.filter((item) => !isLatestOnly(item))];
}

export class LatestStates {
  #entries = new Map<string, Entry>();
  #parts = 0;

  /** Those that are states now. */
  states(): SiteEvent[] {
    return [...this.#entries.values()].filter(({ isState }) => isState).map(({ event }) => event);
  }

  /** The last values that came after position `after`, in order. */
  after(after: number): Sequenced[] {
    const later = [...this.#entries.values()].filter(({ sequence }) => sequence > after);
    return later.sort((one, other) => one.sequence - other.sequence).map(({ sequence, event }) => [sequence, event]);
  }

  load(sql: SqlStorage, version: number): ReadBack<null> {
    const rows = sql.exec<{ body: string }>("SELECT body FROM latest ORDER BY part").toArray();
    this.#parts = rows.length;
    this.#entries = new Map();
    for (const { body } of rows) {
      const places = readList(body, (value): value is Place => Place.safeParse(value).success, version);
      if (!places.ok) return unreadable(`the last values: ${places.because}`, version);
      for (const [sequence, isState, event] of places.value)
        this.#entries.set(stateKey(event) as string, { sequence, isState, event });
    }
    return { ok: true, value: null };
  }

  forget(): void {
    this.#entries = new Map();
    this.#parts = 0;
  }

  /** Stores what `commit` changes; `states` are those after it. Part of its transaction. */
  store(
    sql: SqlStorage,
    { items, meta, replaceStates }: Pick<Commit, "items" | "meta" | "replaceStates">,
    states: ReadonlyMap<string, SiteEvent>,
    rowUnits: number,
  ): void {
    const first = meta.sequence - items.length + 1;
    const changed = items.filter(isLatestOnly);
    if (changed.length === 0 && !replaceStates) return;
    for (const [offset, event] of changed.entries())
      this.#entries.set(stateKey(event) as string, { sequence: first + offset, isState: true, event });
    if (replaceStates) this.#follow(states, meta.sequence);
    for (const [key, { sequence }] of this.#entries)
      if (sequence <= meta.floor && !states.has(key)) this.#entries.delete(key);
    this.#write(sql, states, rowUnits);
  }

  /** The states were replaced: some have other times, and in a new epoch other values, without an item of their own. */
  #follow(states: ReadonlyMap<string, SiteEvent>, sequence: number): void {
    for (const [key, event] of states)
      if (isLatestOnly(event))
        this.#entries.set(key, { sequence: this.#entries.get(key)?.sequence ?? sequence, isState: true, event });
  }

  #write(sql: SqlStorage, states: ReadonlyMap<string, SiteEvent>, rowUnits: number): void {
    const texts: string[] = [];
    for (const [key, entry] of this.#entries) {
      const isState = states.has(key);
      if (isState !== entry.isState) this.#entries.set(key, { ...entry, isState });
      texts.push(JSON.stringify([entry.sequence, isState, entry.event] satisfies Place));
    }
    const chunks = [...cutChunks(texts, rowUnits)];
    for (const [part, { body }] of chunks.entries())
      sql.exec("INSERT OR REPLACE INTO latest VALUES (?, ?)", part, body);
    if (chunks.length < this.#parts) sql.exec("DELETE FROM latest WHERE part >= ?", chunks.length);
    this.#parts = chunks.length;
  }
}

/** Both in the order of their positions. */
export function* inOrder(logged: Iterable<Sequenced>, latest: readonly Sequenced[]): Generator<Sequenced> {
  const waiting = [...latest];
  for (const item of logged) {
    while (waiting[0] && waiting[0][0] < item[0]) yield waiting.shift() as Sequenced;
    yield item;
  }
  yield* waiting;
}
