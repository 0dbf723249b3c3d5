/**
 * Makes the calls to scope objects that `routing` decides on, and reports back how each ended. There is one call at a
 * time for each route. A call that fails is repeated from the site's alarm, so that clients converge even if nothing
 * more happens at the site.
 */

import type { Revoked } from "../../auth/revoked.ts";
import { logWarning } from "../../log.ts";
import { isFurther } from "../../scope-name.ts";
import type { Join, Logged, RouteRef, ScopeApi, Sequenced } from "../api.ts";
import { hasWebhook, RouteStore } from "./route-store.ts";
import {
  callEnded,
  createRouting,
  failLate,
  gapAll,
  gather,
  makeGap,
  nextRoutingDueAt,
  onDelivered,
  onFailed,
  type Route,
  type Routing,
  rejoin,
  routeKey,
  type Send,
  takeDeliveries,
} from "./routing.ts";

/** Where the site is now. */
type Position = Readonly<{ epoch: string; sequence: number; floor: number }>;

/** Names in one interest: as many as a token may list. */
const maxInterestNames = 10_000;

type Joining = Omit<Join, "ref" | "asks" | "revocations"> & Readonly<{ ref: RouteRef }>;
type Joined = Readonly<{ kind: "known" | "new" }> | Readonly<{ kind: "refused"; message: string }>;

export type RelayOptions = Readonly<{
  sql: SqlStorage;
  /** Names the site in the worker's log. */
  site: string;
  /** Called for each delivery: a stub is of no use after a call on it has failed. */
  scopeOf: (ref: RouteRef) => ScopeApi;
  position: () => Position;
  /** AP17: what was revoked a short time ago; null for nothing. */
  revoked?: (now: number) => Revoked | null;
  /** Called after each call has ended, because the next alarm may be due at another time. */
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

  /** The site has begun anew: positions in the old log mean nothing, and every scope must read. */
  beginAnew(): void {
    this.#store.forgetPositions(this.#routing);
  }

  /**
   * `known` and `new` are routes; `message` says why `holder` may have no further one.
   * @throws RangeError if there is no room; the scope's clients come back later.
   */
  join({ ref, interest, endsAt, holder }: Joining): Joined {
    for (const names of [interest.agents, interest.queues])
      if (names.length > maxInterestNames) throw new RangeError(`an interest names more than ${maxInterestNames}`);
    const route = this.#routing.routes.get(routeKey(ref));
    if (route) {
      rejoin(this.#routing, route);
      this.#store.update(this.#routing, route, interest, endsAt);
      return { kind: "known" };
    }
    const { routes, holderRoutes } = this.#routing.limits;
    if (!isFurther(ref) && (this.#routing.held.get(holder) ?? 0) >= holderRoutes)
      return { kind: "refused", message: `this token has ${holderRoutes} different subscriptions already` };
    if (this.#routing.routes.size >= routes) throw new RangeError(`this site has its ${routes} routes already`);
    const position = this.#options.position().sequence;
    this.#store.add(this.#routing, { ref, interest, endsAt, holder, position });
    return { kind: "new" };
  }

  /**
   * Asks the scope by an empty delivery, whose answer removes the route if it still has no clients. Calls from two
   * instances of one object may overtake each other, so `leave` alone proves nothing.
   */
  leave(ref: RouteRef): void {
    this.remind(ref);
  }

  /** Calls a scope that may have missed something. */
  remind(ref: RouteRef): void {
    const route = this.#routing.routes.get(routeKey(ref));
    if (route) makeGap(this.#routing, route);
  }

  /** The scope gets nothing more. A call that is under way may still arrive. */
  drop(ref: RouteRef): void {
    const route = this.#routing.routes.get(routeKey(ref));
    if (route) this.#store.remove(this.#routing, route);
  }

  /** The scope objects that have clients, or had some a moment ago. */
  scopes(): RouteRef[] {
    return [...this.#routing.routes.values()].map(({ ref }) => ref);
  }

  /** Calls every scope now, and again until it has answered, also after a restart. */
  callAll(now: number): void {
    this.#store.endAll(this.#routing, now);
  }

  gather(logged: Logged): void {
    gather(this.#routing, logged);
  }

  /** The log is void. Part of the transaction that makes it so. */
  gapAll(now: number): void {
    gapAll(this.#routing);
    this.#store.markChanged();
    this.#store.save(this.#routing, this.#options.position().sequence, now);
  }

  /**
   * Makes the calls that are due. The platform sends nothing before earlier writes are durable, so no scope sees what
   * might be lost.
   */
  pump(now: number): void {
    const { epoch, sequence } = this.#options.position();
    callEnded(this.#routing, now);
    const revoked = this.#options.revoked?.(now);
    for (const { delivery, ...send } of takeDeliveries(this.#routing, epoch, sequence, now))
      void this.#call({ ...send, delivery: revoked ? { ...delivery, revoked } : delivery });
  }

  onAlarm(now: number): void {
    failLate(this.#routing, now, Math.random());
    this.#savePositions("saveIfDue", now);
  }

  /**
   * The log is about to lose its oldest rows. A webhook that wanted none of them must not take that for a gap after an
   * eviction, so it is stored how far everything is delivered.
   */
  beforeDeletion(now: number): void {
    if (!hasWebhook(this.#routing)) return;
    this.#store.markChanged();
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

  /** Whether anybody has asked for statistics (EV18, EV19). */
  wantsStatistics(): boolean {
    return this.#routing.index.statistics.size > 0;
  }

  dueAt(): number | null {
    return nextRoutingDueAt(this.#routing);
  }

  async #call({ serial, ref, delivery }: Send): Promise<void> {
    let isDone = true;
    const route = this.#routing.sending.get(serial);
    try {
      const audience = await this.#options.scopeOf(ref).deliver(delivery);
      const removed = onDelivered(this.#routing, serial, audience, Date.now());
      if (removed) this.#store.remove(this.#routing, removed);
    } catch (error) {
      logWarning("a delivery failed and will be repeated", { kind: ref.kind, scope: ref.name, error: String(error) });
      isDone = false;
      onFailed(this.#routing, serial, Date.now(), Math.random());
    }
    const now = Date.now();
    this.#store.markChanged();
    this.pump(now);
    if (isDone && route) this.#saveEnd(route);
    this.#savePositions("saveIfSettled", now);
    this.#options.onCallEnded(isDone);
  }

  /** Never throws: an older end only means that the scope is called once more. */
  #saveEnd(route: Route): void {
    try {
      this.#store.saveEnd(route);
    } catch (error) {
      logWarning("the end of a grant could not be saved", { error: String(error) });
    }
  }

  /**
   * Never throws: older positions only mean that something is delivered twice, and the alarm has to be set in any case.
   */
  #savePositions(how: "save" | "saveIfDue" | "saveIfSettled", now: number): void {
    try {
      this.#store[how](this.#routing, this.#options.position().sequence, now);
    } catch (error) {
      logWarning("delivery positions could not be saved", { error: String(error) });
    }
  }
}
