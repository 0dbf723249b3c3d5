/**
 * Carries what `routing` decides to the scope objects, and how that ended back into it. One call a route at a time; a call that fails
 * is repeated from the site's alarm, so that clients converge even if nothing more happens at the site.
 */
import type { Filter } from "@pbxis/shared";
import { logWarning } from "../../log.ts";
import type { Logged, ScopeApi, ScopeRef, Sequenced } from "../api.ts";
import { RouteStore } from "./route-store.ts";
import {
  createRouting,
  failLate,
  gapAll,
  gather,
  makeGap,
  nextRoutingDueAt,
  onDelivered,
  onFailed,
  type Routing,
  rejoin,
  routeKey,
  type Send,
  takeDeliveries,
} from "./routing.ts";

/** Where the site is now. */
export type Position = Readonly<{ epoch: string; sequence: number; floor: number }>;

/** Names in one interest; as many as a token may list. */
const maxInterestNames = 10_000;

export type RelayOptions = Readonly<{
  sql: SqlStorage;
  /** Names the site in the worker's log. */
  site: string;
  /** Asked for each call: a stub is of no use after a call on it has failed. */
  scopeOf: (ref: ScopeRef) => ScopeApi;
  position: () => Position;
  /** Told after each call that ended, for the alarm may have to ring at another time. */
  onCallEnded: (isDone: boolean) => void;
}>;

export class Relay {
  readonly #options: RelayOptions;
  readonly #store: RouteStore;
  readonly #routing: Routing = createRouting();

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#store = new RouteStore(options.sql, options.site);
  }

  load(readAfter: (position: number) => Iterable<Sequenced>): void {
    this.#store.load(this.#routing, this.#options.position(), readAfter);
  }

  /** The site has begun anew: every scope must look for itself, from the new log's beginning. */
  beginAnew(): void {
    this.#store.forgetPositions(this.#routing);
  }

  /** Throws where there is no room; the caller's clients come back later. */
  join(ref: ScopeRef, interest: Filter): void {
    for (const names of [interest.agents, interest.queues])
      if (names.length > maxInterestNames) throw new RangeError(`an interest names more than ${maxInterestNames}`);
    const route = this.#routing.routes.get(routeKey(ref));
    if (route) {
      rejoin(this.#routing, route);
      this.#store.update(this.#routing, route, interest);
      return;
    }
    if (this.#routing.routes.size >= this.#routing.limits.routes)
      throw new RangeError(`this site has its ${this.#routing.limits.routes} routes already`);
    this.#store.add(this.#routing, ref, interest, this.#options.position().sequence);
  }

  /** The scope is asked by an empty delivery, and forgotten by its answer: calls of two lives of one object may pass each other. */
  leave(ref: ScopeRef): void {
    const route = this.#routing.routes.get(routeKey(ref));
    if (route) makeGap(this.#routing, route);
  }

  gather(logged: Logged): void {
    gather(this.#routing, logged);
  }

  /** The log is void; part of the transaction that makes it so. */
  gapAll(now: number): void {
    gapAll(this.#routing);
    this.#store.markChanged();
    this.#store.save(this.#routing, this.#options.position().sequence, now);
  }

  /** Makes the calls that are due. Nothing leaves before what was written is durable, so no scope sees what might be lost. */
  pump(now: number): void {
    const { epoch, sequence } = this.#options.position();
    for (const send of takeDeliveries(this.#routing, epoch, sequence, now)) void this.#call(send);
  }

  onAlarm(now: number): void {
    failLate(this.#routing, now, Math.random());
    this.#savePositions("save", now);
  }

  gauges(): Readonly<{ routes: number; routesWaiting: number; routesFailed: number; itemsWaiting: number }> {
    const { routes, ready, sending, failed, gathered } = this.#routing;
    return {
      routes: routes.size,
      routesWaiting: ready.size + sending.size,
      routesFailed: failed.size,
      itemsWaiting: gathered,
    };
  }

  dueAt(): number | null {
    return nextRoutingDueAt(this.#routing);
  }

  async #call({ serial, ref, delivery }: Send): Promise<void> {
    let isDone = true;
    try {
      const { clients } = await this.#options.scopeOf(ref).deliver(delivery);
      const forgotten = onDelivered(this.#routing, serial, clients);
      if (forgotten) this.#store.remove(this.#routing, forgotten);
    } catch (error) {
      logWarning("a delivery failed, to be repeated", { kind: ref.kind, scope: ref.name, error: String(error) });
      isDone = false;
      onFailed(this.#routing, serial, Date.now(), Math.random());
    }
    const now = Date.now();
    this.#store.markChanged();
    this.pump(now);
    this.#savePositions("saveIfSettled", now);
    this.#options.onCallEnded(isDone);
  }

  /** Never throws: older positions only mean that something is delivered twice, and the alarm must be planned with them, too. */
  #savePositions(how: "save" | "saveIfSettled", now: number): void {
    try {
      this.#store[how](this.#routing, this.#options.position().sequence, now);
    } catch (error) {
      logWarning("the positions of deliveries could not be saved", { error: String(error) });
    }
  }
}
