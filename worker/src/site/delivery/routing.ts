/**
 * The table of routes to scope objects, and the deliveries that are due (ST5). Pure: the shell (`relay.ts`) makes the
 * calls and reports how each ended. The table is changed in place, because copying it for each event would cost more
 * than all the matching. It is a record with functions and not a class, so that a property test can look at all of it.
 *
 * | phase   | what holds                            | leaves it                                            |
 * |---------|---------------------------------------|------------------------------------------------------|
 * | idle    | all that matched is delivered         | a match → ready                                      |
 * | ready   | something waits to be sent            | `takeDeliveries` → sending                           |
 * | sending | one call is under way; matches gather | acknowledged → idle, or ready if something waits     |
 * |         |                                       | acknowledged without clients → removed               |
 * |         |                                       | failed or late → failed                              |
 * | failed  | the call may have arrived or not      | `retryAt` → sending, a gap                           |
 *
 * When a grant of a scope's clients ends, the scope gets a delivery even if nothing matched: it closes them then, and
 * answers when the next one ends. So scopes need no alarm, and store nothing.
 *
 * A gap is an empty delivery whose `after` is the site's position. A scope that is behind reads the log from its own
 * position; any other scope has nothing to do. So what is dropped here, after a failure or beyond a limit, costs a read
 * and never loses an event.
 */
import { backoffDelayMs, type Filter, viewOf } from "@pbxis/shared";
import { isFurther } from "../../scope-name.ts";
import type { Audience, Delivery, Logged, LogItem, Part, RouteRef } from "../api.ts";
import { itemMatcher } from "../log/read.ts";
import { addToIndex, candidates, createRouteIndex, type RouteIndex, removeFromIndex } from "./route-index.ts";
import { type RoutingLimits, routingLimits } from "./routing-limits.ts";

/** A call that takes longer counts as failed, and its late answer is ignored. */
export const deliveryTimeoutMs = 30_000;
const deliveryBackoff = { baseMs: 500, maxMs: 60_000, stableMs: 0 };
/** Keeps a scope that fails at once from being called in a tight loop. */
const minRetryMs = 100;
/** A scope whose clock is behind closes a client a little later; it is not called in a tight loop until then. */
const minEndMs = 1_000;

/** A future part of a delivery, which may grow while it waits. */
type OpenPart = Omit<Part, "text" | "last"> & { last: number; readonly texts: string[] };
type Gathered = { readonly parts: OpenPart[]; count: number };
type Waiting = Gathered | "gap";
/** One logged item of the commit whose first item is at `commit`. */
type GatheredItem = Readonly<{ commit: number; sequence: number; item: LogItem; text: string }>;
type Phase =
  | Readonly<{ kind: "idle" }>
  | { kind: "ready"; waiting: Waiting }
  | { kind: "sending"; serial: number; through: number; startedAt: number; joins: number; waiting: Waiting | null }
  | Readonly<{ kind: "failed"; retryAt: number }>;

/**
 * `position`: the scope is known to have received everything up to here. `joins` distinguishes an answer from before a
 * join from one after it.
 */
export type Route = {
  readonly id: number;
  readonly ref: RouteRef;
  /** The subject of the grant that it was made for. */
  readonly holder: string;
  interest: Filter;
  /**
   * False: the stored interest could not be read. `interest` is everything then, and the route gets only gaps, so that
   * the scope reads the log.
   */
  isInterestKnown: boolean;
  matches: ReturnType<typeof itemMatcher>;
  position: number;
  /** When the first grant of its clients ends, in ms, as far as the site knows; null for never. It is never too late. */
  endsAt: number | null;
  /** The same as storage has it. */
  storedEndsAt: number | null;
  joins: number;
  failures: number;
  phase: Phase;
};

/** It gets everything after `position`. */
export type NewRoute = Readonly<Pick<Route, "id" | "ref" | "holder" | "interest" | "position" | "endsAt">>;

export type Routing = {
  readonly limits: RoutingLimits;
  readonly routes: Map<string, Route>;
  readonly index: RouteIndex<Route>;
  readonly ready: Set<Route>;
  readonly failed: Set<Route>;
  readonly sending: Map<number, Route>;
  /** How many subscriptions each holder has. Further objects of one subscription do not count (SC1). */
  readonly held: Map<string, number>;
  gathered: number;
  /** No grant ends before this, in ms. */
  endsAt: number;
  nextSerial: number;
};

export type Send = Readonly<{ serial: number; ref: RouteRef; delivery: Delivery }>;

export function createRouting(limits: RoutingLimits = routingLimits): Routing {
  return {
    limits,
    routes: new Map(),
    index: createRouteIndex(),
    ready: new Set(),
    failed: new Set(),
    sending: new Map(),
    held: new Map(),
    gathered: 0,
    endsAt: Number.POSITIVE_INFINITY,
    nextSerial: 1,
  };
}

export function routeKey(ref: RouteRef): string {
  return `${ref.kind}:${ref.name}`;
}

/** Adds a route. The caller has checked that it is new and that there is room. */
export function addRoute(routing: Routing, made: NewRoute): Route {
  const { ref, interest } = made;
  const route: Route = {
    ...made,
    matches: itemMatcher(interest),
    isInterestKnown: true,
    storedEndsAt: made.endsAt,
    joins: 1,
    failures: 0,
    phase: { kind: "idle" },
  };
  routing.routes.set(routeKey(ref), route);
  countHeld(routing, route, 1);
  addToIndex(routing.index, route, interest);
  setEnd(routing, route, route.endsAt);
  return route;
}

export function setEnd(routing: Routing, route: Route, endsAt: number | null): void {
  route.endsAt = endsAt;
  if (endsAt !== null) routing.endsAt = Math.min(routing.endsAt, endsAt);
}

/** Calls each scope with a client whose grant has ended. What is under way may have left before the end. */
export function callEnded(routing: Routing, now: number): void {
  if (routing.endsAt > now) return;
  routing.endsAt = Number.POSITIVE_INFINITY;
  for (const route of routing.routes.values()) {
    const isOver = route.endsAt !== null && route.endsAt <= now;
    setEnd(routing, route, isOver ? null : route.endsAt);
    if (!isOver) continue;
    const { phase } = route;
    if (phase.kind === "idle") setPhase(routing, route, { kind: "ready", waiting: { parts: [], count: 0 } });
    if (phase.kind === "sending") phase.waiting ??= { parts: [], count: 0 };
  }
}

/** A known scope joins again. It is awake, so a failed call is repeated at once. */
export function rejoin(routing: Routing, route: Route): void {
  route.joins += 1;
  if (route.phase.kind === "failed") setPhase(routing, route, { kind: "failed", retryAt: 0 });
}

/** What has gathered for the old interest stays correct: a client that joined for more has read the rest. */
export function changeInterest(routing: Routing, route: Route, interest: Filter): void {
  removeFromIndex(routing.index, route, route.interest);
  route.interest = interest;
  route.isInterestKnown = true;
  route.matches = itemMatcher(interest);
  addToIndex(routing.index, route, interest);
}

export function removeRoute(routing: Routing, route: Route): void {
  setPhase(routing, route, { kind: "idle" });
  removeFromIndex(routing.index, route, route.interest);
  routing.routes.delete(routeKey(route.ref));
  countHeld(routing, route, -1);
}

function countHeld(routing: Routing, { ref, holder }: Route, change: 1 | -1): void {
  if (isFurther(ref)) return;
  const held = (routing.held.get(holder) ?? 0) + change;
  if (held > 0) routing.held.set(holder, held);
  else routing.held.delete(holder);
}

/** Adds each item to the routes that it matches and that do not have it yet. */
export function gather(routing: Routing, { first, items, texts }: Logged): void {
  for (const [offset, item] of items.entries()) {
    const gatheredItem: GatheredItem = { commit: first, sequence: first + offset, item, text: texts[offset] ?? "" };
    for (const routes of candidates(routing.index, item))
      for (const route of routes)
        if (gatheredItem.sequence > route.position && route.matches(item)) {
          if (route.isInterestKnown) gatherOne(routing, route, viewed(route.interest, gatheredItem));
          else makeGap(routing, route);
        }
  }
}

/** The item as the clients of this interest may receive it. */
function viewed(interest: Filter, item: GatheredItem): GatheredItem {
  const view = viewOf(interest, item.item);
  return view === item.item ? item : { ...item, item: view, text: JSON.stringify(view) };
}

/** Gives every route a gap: the log is void (UP6), and each scope must read. */
export function gapAll(routing: Routing): void {
  for (const route of routing.routes.values()) makeGap(routing, route);
}

export function makeGap(routing: Routing, route: Route): void {
  if (route.phase.kind === "idle") setPhase(routing, route, { kind: "ready", waiting: "gap" });
  else if (route.phase.kind !== "failed") setWaiting(routing, route.phase, "gap");
}

/** The calls to make now. `sequence` is the site's position; everything up to it has been gathered. */
export function takeDeliveries(routing: Routing, epoch: string, sequence: number, now: number): Send[] {
  for (const route of routing.failed)
    if (route.phase.kind === "failed" && route.phase.retryAt <= now)
      setPhase(routing, route, { kind: "ready", waiting: "gap" });
  const sends: Send[] = [];
  for (const route of routing.ready) {
    if (routing.sending.size >= routing.limits.inFlight) break;
    if (route.phase.kind !== "ready") continue;
    const { waiting } = route.phase;
    const serial = routing.nextSerial++;
    const { joins } = route;
    setPhase(routing, route, { kind: "sending", serial, through: sequence, startedAt: now, joins, waiting: null });
    const delivery: Delivery =
      waiting === "gap"
        ? { epoch, after: sequence, through: sequence, parts: [] }
        : { epoch, after: route.position, through: sequence, parts: waiting.parts.map(closePart) };
    sends.push({ serial, ref: route.ref, delivery });
  }
  return sends;
}

/**
 * The scope acknowledged delivery `serial`. Returns the route if it can be removed because it has no clients. If the
 * scope has joined since the call was made, the answer may be older than the join, and says nothing about clients.
 */
export function onDelivered(
  routing: Routing,
  serial: number,
  { clients, endsAt }: Audience,
  now: number,
): Route | null {
  const route = routing.sending.get(serial);
  if (route?.phase.kind !== "sending") return null;
  const { through, joins, waiting } = route.phase;
  if (clients === 0 && joins === route.joins) return route;
  if (joins === route.joins) setEnd(routing, route, endsAt && Math.max(endsAt, now + minEndMs));
  route.position = through;
  route.failures = 0;
  setPhase(routing, route, waiting ? { kind: "ready", waiting } : { kind: "idle" });
  return null;
}

/** `random` in [0, 1) spreads the retries. */
export function onFailed(routing: Routing, serial: number, now: number, random: number): void {
  const route = routing.sending.get(serial);
  if (!route) return;
  const delay = Math.max(minRetryMs, backoffDelayMs(deliveryBackoff, route.failures, random));
  route.failures += 1;
  setPhase(routing, route, { kind: "failed", retryAt: now + delay });
}

/** Gives up calls that are under way for too long. */
export function failLate(routing: Routing, now: number, random: number): void {
  for (const [serial, route] of routing.sending)
    if (route.phase.kind === "sending" && now >= route.phase.startedAt + deliveryTimeoutMs)
      onFailed(routing, serial, now, random);
}

/** When the next call must be made, repeated or given up, in ms; null if there is none. */
export function nextRoutingDueAt(routing: Routing): number | null {
  let due = routing.endsAt;
  for (const { phase } of routing.failed) if (phase.kind === "failed") due = Math.min(due, phase.retryAt);
  for (const { phase } of routing.sending.values())
    if (phase.kind === "sending") due = Math.min(due, phase.startedAt + deliveryTimeoutMs);
  return due === Number.POSITIVE_INFINITY ? null : due;
}

function gatherOne(routing: Routing, route: Route, item: GatheredItem): void {
  const { phase } = route;
  if (phase.kind === "failed") return;
  if (phase.kind === "idle") {
    const full = routing.gathered >= routing.limits.totalItems;
    setPhase(routing, route, { kind: "ready", waiting: full ? "gap" : addItem({ parts: [], count: 0 }, item) });
    return;
  }
  if (phase.waiting === "gap") return;
  const waiting = phase.waiting ?? { parts: [], count: 0 };
  const full = waiting.count >= routing.limits.routeItems || routing.gathered >= routing.limits.totalItems;
  if (full) {
    setWaiting(routing, phase, "gap");
    return;
  }
  phase.waiting = addItem(waiting, item);
  routing.gathered += 1;
}

/**
 * A part has events of one commit only. A scope's position is always between two commits, and so never within a part.
 */
function addItem(gathered: Gathered, { commit, sequence, item, text }: GatheredItem): Gathered {
  const open = gathered.parts.at(-1);
  if (open && open.kind === "events" && item.type !== "link" && open.first >= commit) {
    open.last = sequence;
    open.texts.push(text);
  } else {
    const kind = item.type === "link" ? "link" : "events";
    gathered.parts.push({ kind, first: sequence, last: sequence, texts: [text] });
  }
  gathered.count += 1;
  return gathered;
}

function closePart({ kind, first, last, texts }: OpenPart): Part {
  return { kind, first, last, text: texts.join(",") };
}

/** The only place where a phase changes, so that the sets and the count always agree with it. */
function setPhase(routing: Routing, route: Route, phase: Phase): void {
  routing.gathered += countOf(phase) - countOf(route.phase);
  if (route.phase.kind === "sending") routing.sending.delete(route.phase.serial);
  routing.ready.delete(route);
  routing.failed.delete(route);
  route.phase = phase;
  if (phase.kind === "ready") routing.ready.add(route);
  if (phase.kind === "failed") routing.failed.add(route);
  if (phase.kind === "sending") routing.sending.set(phase.serial, route);
}

function setWaiting(routing: Routing, phase: Extract<Phase, { waiting: unknown }>, waiting: Waiting): void {
  const before = countOf(phase);
  phase.waiting = waiting;
  routing.gathered += countOf(phase) - before;
}

function countOf(phase: Phase): number {
  return "waiting" in phase && phase.waiting && phase.waiting !== "gap" ? phase.waiting.count : 0;
}
