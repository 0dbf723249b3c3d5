/**
 * The routing table in SQLite, so that it survives eviction. A route's row is written when its scope joins. Positions
 * change with each delivery; all of them are in one row that is written now and then, because older positions only mean
 * that something is delivered twice.
 *
 * A write may throw, for example when storage is full. It therefore comes before the same change in memory: a caller
 * that repeats the call finds both undone.
 */
import { type Filter, filterKey } from "@pbxis/shared";
import * as z from "zod";
import { FilterObject } from "../../filter.ts";
import { logUnreadable, readValue, type Unreadable, UnreadableError, unreadable } from "../../stored.ts";
import type { Sequenced } from "../api.ts";
import { openTables, salvage, type TableSet } from "../tables.ts";
import {
  addRoute,
  changeInterest,
  gapAll,
  gather,
  makeGap,
  type NewRoute,
  type Route,
  type Routing,
  removeRoute,
  setEnd,
} from "./routing.ts";

export const routeTables: TableSet = {
  name: "routes",
  version: 3,
  columns: {
    route:
      "id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, interest TEXT NOT NULL, joined INTEGER NOT NULL, holder TEXT NOT NULL, ends INTEGER",
    positions: "id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL",
  },
};

const count = z.number().int().nonnegative();
const Kind = z.literal(["queue", "agent", "channel", "webhook"]);
/** What to keep of a route of another build, so that its clients do not wait in vain. */
const ScopeName = z.object({ kind: Kind, name: z.string() });
type ScopeName = z.infer<typeof ScopeName>;
/** Stored for a route whose interest is not known. */
const unknownInterest = "null";
/** Stands for an interest that cannot be read. */
const everything: Filter = { agents: "*", queues: "*", summary: true, about: null, statistics: true };

/** If more items than this may not have been delivered, a woken site gives every route a gap instead. */
const maxRegathered = 20_000;
/** With a webhook, positions are no older than so many items: the log holds more. */
const maxUnsaved = 5_000;
/** Positions are saved no more often while deliveries go on. */
const saveIntervalMs = 10_000;

/** `settled`: nothing up to here is left to deliver, except to routes with a gap, whose position is null. */
const Positions = z
  .object({ settled: count, routes: z.array(z.tuple([count, count.nullable()]).readonly()).readonly() })
  .readonly();
export type Positions = z.infer<typeof Positions>;

/** What a later instance needs of `routing` to go on after an eviction. `sequence` is the site's position. */
function takePositions(routing: Routing, sequence: number): Positions {
  let settled = sequence;
  const routes = [...routing.routes.values()].map(({ id, position, phase }) => {
    const gap = phase.kind === "failed" || ("waiting" in phase && phase.waiting === "gap");
    if (!gap && phase.kind !== "idle") settled = Math.min(settled, position);
    return [id, gap ? null : position] as const;
  });
  return { settled, routes };
}

type RouteRow = {
  id: number;
  kind: string;
  name: string;
  interest: string;
  joined: number;
  holder: string;
  ends: number | null;
};
const routeColumns = "id, kind, name, interest, joined, holder, ends";

export class RouteStore {
  readonly #sql: SqlStorage;
  readonly #site: string;
  #nextId = 1;
  #changed = false;
  /** When a save was last tried, in ms. */
  #savedAt = 0;
  /** The site's position at the last save. */
  #savedSequence = 0;

  /** `site` names it in the worker's log. */
  constructor(sql: SqlStorage, site: string) {
    this.#sql = sql;
    this.#site = site;
    let names: readonly ScopeName[] = [];
    const replaced = openTables(sql, routeTables, () => {
      names = salvage(sql, "route", ["kind", "name"]).flatMap((row) => ScopeName.safeParse(row).data ?? []);
    });
    if (!replaced) return;
    this.#log(replaced, "all", `${names.length} scope objects read the log for each change, until a client connects`);
    for (const { kind, name } of names)
      sql.exec(
        "INSERT INTO route (kind, name, interest, joined, holder) VALUES (?, ?, ?, 0, '')",
        kind,
        name,
        unknownInterest,
      );
  }

  /**
   * Fills `routing`. Matching items after the positions saved last are gathered again, because nothing is known of
   * calls that were under way. A scope drops what it already has.
   */
  load(
    routing: Routing,
    { sequence, floor }: Readonly<{ sequence: number; floor: number }>,
    readAfter: (position: number) => Iterable<Sequenced>,
  ): void {
    const saved = this.#positions();
    const positions = new Map(saved.routes);
    this.#savedSequence = saved.settled;
    const rows = this.#sql.exec<RouteRow>(`SELECT ${routeColumns} FROM route ORDER BY id`).toArray();
    let oldest = sequence;
    for (const row of rows) {
      this.#nextId = row.id + 1;
      const position = positions.get(row.id);
      // The id may have been another route's when positions were saved. Nothing before its own join concerns a route.
      const route = this.#restore(routing, row, Math.max(position ?? 0, row.joined));
      if (!route) continue;
      if (position === null || !route.isInterestKnown) makeGap(routing, route);
      else oldest = Math.min(oldest, Math.max(saved.settled, route.position));
    }
    if (oldest < floor || sequence - oldest > maxRegathered) gapAll(routing);
    else if (oldest < sequence) regather(routing, readAfter(oldest));
  }

  #positions(): Positions {
    const [row] = this.#sql.exec<{ body: string }>("SELECT body FROM positions").toArray();
    if (!row) return { settled: 0, routes: [] };
    const saved = readValue(Positions, routeTables.version, row.body);
    if (saved.ok) return saved.value;
    this.#log(saved, "positions", "what may not have been delivered is delivered again");
    return { settled: 0, routes: [] };
  }

  /** Null for a row that names no object. */
  #restore(routing: Routing, row: RouteRow, position: number): Route | null {
    const { id, kind, name, interest, joined, holder, ends } = row;
    const known = Kind.safeParse(kind);
    if (!known.success || typeof joined !== "number") {
      this.#log(unreadable("no kind of object has that name", routeTables.version), id, "it is dropped");
      this.#sql.exec("DELETE FROM route WHERE id = ?", id);
      return null;
    }
    const filter = readValue(FilterObject, routeTables.version, interest);
    if (!filter.ok && interest !== unknownInterest)
      this.#log(filter, id, "its object reads the log for each change, until a client connects");
    const route = addRoute(routing, {
      id,
      ref: { kind: known.data, name },
      interest: filter.ok ? filter.value : everything,
      position,
      // An end that cannot be read may be now.
      endsAt: typeof ends === "number" || ends === null ? ends : 0,
      holder: String(holder),
    });
    route.isInterestKnown = filter.ok;
    return route;
  }

  #log(problem: Unreadable, item: string | number, action: string): void {
    logUnreadable({ object: this.#site, store: "routes", item }, problem, action);
  }

  /** The log has begun anew, and its numbering with it: no position means anything any more. */
  forgetPositions(routing: Routing): void {
    this.#sql.exec("UPDATE route SET joined = 0");
    this.#sql.exec("DELETE FROM positions");
    for (const route of routing.routes.values()) route.position = 0;
    gapAll(routing);
  }

  add(routing: Routing, route: Omit<NewRoute, "id">): void {
    const id = this.#nextId;
    const { ref, interest, position, endsAt, holder } = route;
    const values = [id, ref.kind, ref.name, JSON.stringify(interest), position, holder, endsAt];
    this.#sql.exec("INSERT INTO route VALUES (?, ?, ?, ?, ?, ?, ?)", ...values);
    this.#nextId = id + 1;
    addRoute(routing, { ...route, id });
  }

  /** `endsAt` may be from before what the scope last answered, so only an earlier end counts. */
  update(routing: Routing, route: Route, interest: Filter, endsAt: number | null): void {
    const ends = endsAt === null ? route.endsAt : Math.min(endsAt, route.endsAt ?? endsAt);
    const isSame = route.isInterestKnown && filterKey(interest) === filterKey(route.interest);
    if (isSame && ends === route.storedEndsAt) return;
    this.#sql.exec("UPDATE route SET interest = ?, ends = ? WHERE id = ?", JSON.stringify(interest), ends, route.id);
    route.storedEndsAt = ends;
    setEnd(routing, route, ends);
    if (!isSame) changeInterest(routing, route, interest);
  }

  /** As if a grant of each scope's clients ended at `now` (ms). */
  endAll(routing: Routing, now: number): void {
    this.#sql.exec("UPDATE route SET ends = ? WHERE ends IS NULL OR ends > ?", now, now);
    for (const route of routing.routes.values()) {
      const ends = Math.min(now, route.endsAt ?? now);
      route.storedEndsAt = ends;
      setEnd(routing, route, ends);
    }
  }

  saveEnd(route: Route): void {
    if (route.endsAt === route.storedEndsAt) return;
    this.#sql.exec("UPDATE route SET ends = ? WHERE id = ?", route.endsAt, route.id);
    route.storedEndsAt = route.endsAt;
  }

  remove(routing: Routing, route: Route): void {
    this.#sql.exec("DELETE FROM route WHERE id = ?", route.id);
    removeRoute(routing, route);
  }

  /** A call has ended, so the saved positions are out of date. */
  markChanged(): void {
    this.#changed = true;
  }

  /**
   * For the end of a call: saves once everything is delivered, so that a site that is then evicted repeats nothing when
   * it wakes. A busy site saves from its alarm.
   */
  saveIfSettled(routing: Routing, sequence: number, now: number): void {
    const busy = routing.sending.size > 0 || routing.ready.size > 0;
    if (!busy) this.saveIfDue(routing, sequence, now);
  }

  /** For the alarm, which rings for other reasons, too. */
  saveIfDue(routing: Routing, sequence: number, now: number): void {
    if (now - this.#savedAt >= saveIntervalMs) this.save(routing, sequence, now);
  }

  save(routing: Routing, sequence: number, now: number): void {
    const isOld = sequence - this.#savedSequence >= maxUnsaved && hasWebhook(routing);
    if (!this.#changed && !isOld) return;
    const body = JSON.stringify(takePositions(routing, sequence));
    // Set before the write, so that full storage is not tried with each call.
    this.#savedAt = now;
    this.#savedSequence = sequence;
    this.#sql.exec("INSERT OR REPLACE INTO positions VALUES (1, ?)", body);
    this.#changed = false;
  }
}

export function hasWebhook({ routes }: Routing): boolean {
  return [...routes.values()].some(({ ref }) => ref.kind === "webhook");
}

/**
 * Gathers each item by itself, because a scope may have any of them. If the log cannot be read, every scope must read,
 * and the site finds it then.
 */
function regather(routing: Routing, items: Iterable<Sequenced>): void {
  try {
    for (const [first, item] of items) gather(routing, { first, items: [item], texts: [JSON.stringify(item)] });
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    gapAll(routing);
  }
}
