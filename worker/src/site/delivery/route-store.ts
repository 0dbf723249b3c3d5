/**
 * The routing table in SQLite, so that it survives eviction. A route's row is written when it joins; positions, which change with
 * each delivery, are all in one row that is written now and then: older positions only mean that something is delivered twice.
 * A write may throw, as with full storage. So it comes before the same change in memory: who repeats the call then finds both undone.
 */
import { type Filter, filterKey } from "@pbxis/shared";
import type { ScopeRef, Sequenced } from "../api.ts";
import { addRoute, changeInterest, gapAll, gather, makeGap, type Route, type Routing, removeRoute } from "./routing.ts";

const schema = `
  CREATE TABLE IF NOT EXISTS route (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, interest TEXT NOT NULL, joined INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS positions (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL);
`;

/** After waking with more than this not known to be delivered, scopes are told to read the log instead. */
const maxRegathered = 20_000;
/** Positions are saved no more often while deliveries go on. */
const saveIntervalMs = 10_000;

/** `settled`: nothing up to here is left to deliver, but to routes with a gap, whose position is null. */
export type Positions = Readonly<{
  settled: number;
  routes: readonly (readonly [id: number, position: number | null])[];
}>;

/** What must be known of `routing` to go on after an eviction. `sequence` is the site's position. */
export function takePositions(routing: Routing, sequence: number): Positions {
  let settled = sequence;
  const routes = [...routing.routes.values()].map(({ id, position, phase }) => {
    const gap = phase.kind === "failed" || ("waiting" in phase && phase.waiting === "gap");
    if (!gap && phase.kind !== "idle") settled = Math.min(settled, position);
    return [id, gap ? null : position] as const;
  });
  return { settled, routes };
}

export class RouteStore {
  readonly #sql: SqlStorage;
  #nextId = 1;
  #changed = false;
  /** When it was last tried, in ms. */
  #savedAt = 0;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /**
   * Fills `routing`. What came after the positions saved last and matches is gathered again: a scope drops what it has. Nothing is
   * known of a call that was under way.
   */
  load(
    routing: Routing,
    { sequence, floor }: Readonly<{ sequence: number; floor: number }>,
    readAfter: (position: number) => Iterable<Sequenced>,
  ): void {
    this.#sql.exec(schema);
    const [row] = this.#sql.exec<{ body: string }>("SELECT body FROM positions").toArray();
    const saved: Positions = row ? JSON.parse(row.body) : { settled: 0, routes: [] };
    const positions = new Map(saved.routes);
    const rows = this.#sql.exec<{ id: number; kind: ScopeRef["kind"]; name: string; interest: string; joined: number }>(
      "SELECT id, kind, name, interest, joined FROM route ORDER BY id",
    );
    let oldest = sequence;
    for (const { id, kind, name, interest, joined } of rows) {
      this.#nextId = id + 1;
      const position = positions.get(id);
      // An id may have been another route's when positions were saved; nothing before its own join concerns a route.
      const route = addRoute(routing, id, { kind, name }, JSON.parse(interest), Math.max(position ?? 0, joined));
      if (position === null) makeGap(routing, route);
      else oldest = Math.min(oldest, Math.max(saved.settled, route.position));
    }
    if (oldest < floor || sequence - oldest > maxRegathered) gapAll(routing);
    else if (oldest < sequence)
      // Each by itself: a scope may have any of them.
      for (const [first, item] of readAfter(oldest))
        gather(routing, { first, items: [item], texts: [JSON.stringify(item)] });
  }

  add(routing: Routing, ref: ScopeRef, interest: Filter, position: number): void {
    const id = this.#nextId;
    const text = JSON.stringify(interest);
    this.#sql.exec("INSERT INTO route VALUES (?, ?, ?, ?, ?)", id, ref.kind, ref.name, text, position);
    this.#nextId = id + 1;
    addRoute(routing, id, ref, interest, position);
  }

  update(routing: Routing, route: Route, interest: Filter): void {
    if (filterKey(interest) === filterKey(route.interest)) return;
    this.#sql.exec("UPDATE route SET interest = ? WHERE id = ?", JSON.stringify(interest), route.id);
    changeInterest(routing, route, interest);
  }

  remove(routing: Routing, route: Route): void {
    this.#sql.exec("DELETE FROM route WHERE id = ?", route.id);
    removeRoute(routing, route);
  }

  /** A call has ended, so that the saved positions are not the last ones. */
  markChanged(): void {
    this.#changed = true;
  }

  /**
   * Called when a call has ended: saves once all is delivered, so that a site that goes to sleep then repeats nothing when it wakes. A
   * busy site saves by `save` from its alarm.
   */
  saveIfSettled(routing: Routing, sequence: number, now: number): void {
    const busy = routing.sending.size > 0 || routing.ready.size > 0;
    if (!busy && now - this.#savedAt >= saveIntervalMs) this.save(routing, sequence, now);
  }

  save(routing: Routing, sequence: number, now: number): void {
    if (!this.#changed) return;
    const body = JSON.stringify(takePositions(routing, sequence));
    // First, so that full storage is not tried with each call.
    this.#savedAt = now;
    this.#sql.exec("INSERT OR REPLACE INTO positions VALUES (1, ?)", body);
    this.#changed = false;
  }
}
