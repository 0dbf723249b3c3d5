import type { Filter } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { count, named } from "../../testing/events.ts";
import { everything, logged, parts } from "../../testing/logged.ts";
import type { LogItem, ScopeRef, Sequenced } from "../api.ts";
import {
  addRoute,
  callEnded,
  changeInterest,
  createRouting,
  deliveryTimeoutMs,
  failLate,
  gapAll,
  gather as gatherLogged,
  nextRoutingDueAt,
  onDelivered,
  onFailed,
  type Routing,
  rejoin,
  removeRoute,
  type Send,
  setEnd,
  takeDeliveries,
} from "./routing.ts";
import { type RoutingLimits, routingLimits } from "./routing-limits.ts";

const ref = (name: string): ScopeRef => ({ kind: "queue", name });
const interest = (queue: string): Filter => ({ agents: "*", queues: [queue], summary: false, about: "queue" });
const at = (sequence: number, queue = "a"): Sequenced => [sequence, count(queue, sequence)];

/** A table with a route for each of `queues`, joined at position 10. */
function table(queues: readonly string[] = ["a"], limits: Partial<RoutingLimits> = {}): Routing {
  const routing = createRouting({ ...routingLimits, ...limits });
  for (const [id, queue] of queues.entries())
    addRoute(routing, {
      id: id,
      ref: ref(queue),
      interest: interest(queue),
      position: 10,
      endsAt: null,
      holder: "somebody",
    });
  return routing;
}
/** One commit with `items`, which follow one another. */
const gather = (routing: Routing, items: readonly Sequenced[]) => gatherLogged(routing, logged(items));
const take = (routing: Routing, sequence: number, now = 0) => takeDeliveries(routing, "e1", sequence, now);
const delivered = (routing: Routing, serial: number, clients: number, endsAt: number | null = null, now = 0) =>
  onDelivered(routing, serial, { clients, endsAt }, now);
const one = (sends: readonly Send[]): Send => {
  expect(sends).toHaveLength(1);
  return sends[0] as Send;
};
const routeOf = (routing: Routing, queue = "a") => {
  const route = routing.routes.get(`queue:${queue}`);
  if (!route) throw new Error(`no route ${queue}`);
  return route;
};
const gap = (sequence: number) => ({ epoch: "e1", after: sequence, through: sequence, parts: [] });

describe("ST5 deliveries", () => {
  it("what matches goes out at once, with the position of the route as `after`", () => {
    const routing = table(["a", "b"]);
    gather(routing, [at(11), at(12, "c"), at(13)]);
    expect(one(take(routing, 13))).toMatchObject({
      ref: ref("a"),
      delivery: { epoch: "e1", after: 10, through: 13, parts: parts([at(11), at(13)]) },
    });
  });

  it("nothing that matches: no call, and the next `after` is still where the scope is", () => {
    const routing = table();
    gather(routing, [at(11, "other")]);
    expect(take(routing, 11)).toEqual([]);
    gather(routing, [at(12)]);
    expect(one(take(routing, 12)).delivery).toMatchObject({ after: 10, through: 12, parts: parts([at(12)]) });
  });

  it("a change of the link is a part of its own, and so are the events of each commit", () => {
    const routing = table();
    const down: LogItem = { type: "link", link: "down", asOf: 1 };
    gather(routing, [at(11), at(12), [13, down], at(14)]);
    gather(routing, [at(15)]);
    expect(one(take(routing, 15)).delivery.parts).toEqual([
      ...parts([at(11), at(12)]),
      { kind: "link", first: 13, last: 13, text: JSON.stringify(down) },
      ...parts([at(14)], [at(15)]),
    ]);
  });

  it("one call at a time: what comes meanwhile gathers and follows gaplessly", () => {
    const routing = table();
    gather(routing, [at(11)]);
    const first = one(take(routing, 11));
    gather(routing, [at(12)]);
    gather(routing, [at(14)]);
    expect(take(routing, 14)).toEqual([]);
    expect(delivered(routing, first.serial, 1)).toBeNull();
    expect(one(take(routing, 15)).delivery).toMatchObject({ after: 11, through: 15, parts: parts([at(12)], [at(14)]) });
  });

  it("calls at a time are bounded; the others follow as room comes", () => {
    const routing = table(["a", "b", "c"], { inFlight: 2 });
    gather(routing, [[11, { type: "link", link: "down", asOf: 1 }]]);
    const sends = take(routing, 11);
    expect(sends.map((send) => send.ref.name)).toEqual(["a", "b"]);
    delivered(routing, (sends[0] as Send).serial, 1);
    expect(one(take(routing, 11)).ref.name).toBe("c");
  });
});

describe("gaps instead of unbounded memory", () => {
  it("beyond the bound of a route: dropped, and the next delivery is a gap at the site's position", () => {
    const routing = table(["a"], { routeItems: 2 });
    gather(routing, [at(11)]);
    const first = one(take(routing, 11));
    gather(routing, [at(12), at(13), at(14), at(15)]);
    expect(routing.gathered).toBe(0);
    delivered(routing, first.serial, 1);
    const second = one(take(routing, 15));
    expect(second.delivery).toEqual(gap(15));
    delivered(routing, second.serial, 1);
    gather(routing, [at(16)]);
    expect(one(take(routing, 16)).delivery).toMatchObject({ after: 15, parts: parts([at(16)]) });
  });

  it("beyond the bound of all routes together", () => {
    const routing = table(["a", "b"], { totalItems: 2 });
    gather(routing, [at(11), at(12), at(13, "b")]);
    expect(take(routing, 13).map(({ delivery }) => delivery.parts)).toEqual([parts([at(11), at(12)]), []]);
    expect(routing.gathered).toBe(0);
  });

  it("UP6 a new epoch is a gap for every route, also for one with a call under way", () => {
    const routing = table(["a", "b"]);
    gather(routing, [at(11)]);
    const [first] = take(routing, 11);
    gapAll(routing);
    expect(one(takeDeliveries(routing, "e2", 11, 0))).toMatchObject({ ref: ref("b"), delivery: { epoch: "e2" } });
    delivered(routing, (first as Send).serial, 1);
    expect(one(takeDeliveries(routing, "e2", 11, 0)).delivery).toEqual({ ...gap(11), epoch: "e2" });
  });
});

describe("failure", () => {
  const failedTable = () => {
    const routing = table();
    gather(routing, [at(11)]);
    onFailed(routing, one(take(routing, 11)).serial, 1_000, 0.5);
    return routing;
  };

  it("is repeated later as a gap, so that clients converge without another event", () => {
    const routing = failedTable();
    const due = nextRoutingDueAt(routing) ?? Number.NaN;
    expect(due).toBeGreaterThan(1_000);
    gather(routing, [at(12)]);
    expect(take(routing, 12, due - 1)).toEqual([]);
    expect(one(take(routing, 12, due)).delivery).toEqual(gap(12));
  });

  it("again and again waits longer, at most a minute", () => {
    const routing = failedTable();
    const delays: number[] = [];
    for (let round = 0; round < 10; round++) {
      const now = nextRoutingDueAt(routing) ?? Number.NaN;
      onFailed(routing, one(take(routing, 11, now)).serial, now, 0.99);
      delays.push((nextRoutingDueAt(routing) ?? Number.NaN) - now);
    }
    expect(delays.slice(0, 2)).toEqual([990, 1_980]);
    expect(Math.max(...delays)).toBe(59_400);
  });

  it("a call without an answer counts as failed after a while, and its late answer as nothing", () => {
    const routing = table();
    gather(routing, [at(11)]);
    const { serial } = one(take(routing, 11, 1_000));
    failLate(routing, 1_000 + deliveryTimeoutMs - 1, 0);
    expect(routing.sending.size).toBe(1);
    expect(nextRoutingDueAt(routing)).toBe(1_000 + deliveryTimeoutMs);
    failLate(routing, 1_000 + deliveryTimeoutMs, 0);
    expect(routing.sending.size).toBe(0);
    delivered(routing, serial, 1);
    expect(one(take(routing, 11, 1_000 + 2 * deliveryTimeoutMs)).delivery).toEqual(gap(11));
  });

  it("a scope that joins again is awake: no more waiting", () => {
    const routing = failedTable();
    rejoin(routing, routeOf(routing));
    expect(one(take(routing, 11, 1_000)).delivery).toEqual(gap(11));
  });
});

describe("routes with and without clients", () => {
  it("no clients: the route may go", () => {
    const routing = table();
    gather(routing, [at(11)]);
    const forgotten = delivered(routing, one(take(routing, 11)).serial, 0);
    expect(forgotten).toBe(routeOf(routing));
    if (forgotten) removeRoute(routing, forgotten);
    gather(routing, [at(12)]);
    expect(take(routing, 12)).toEqual([]);
    expect(routing).toEqual({ ...createRouting(), nextSerial: 2 });
  });

  it("no clients, said before a join that came meanwhile: the route stays", () => {
    const routing = table();
    gather(routing, [at(11)]);
    const { serial } = one(take(routing, 11));
    rejoin(routing, routeOf(routing));
    expect(delivered(routing, serial, 0)).toBeNull();
    gather(routing, [at(12)]);
    expect(one(take(routing, 12)).delivery).toMatchObject({ after: 11, parts: parts([at(12)]) });
  });

  it("an answer to a route that left and came again concerns neither", () => {
    const routing = table();
    gather(routing, [at(11)]);
    const { serial } = one(take(routing, 11));
    removeRoute(routing, routeOf(routing));
    addRoute(routing, {
      id: 9,
      ref: ref("a"),
      interest: interest("a"),
      position: 12,
      endsAt: null,
      holder: "somebody",
    });
    expect(delivered(routing, serial, 0)).toBeNull();
    gather(routing, [at(13)]);
    expect(one(take(routing, 13)).delivery).toMatchObject({ after: 12, parts: parts([at(13)]) });
  });

  it("another interest holds from then on", () => {
    const routing = table();
    const wider: Filter = { agents: "*", queues: "*", summary: false, about: null };
    changeInterest(routing, routeOf(routing), wider);
    gather(routing, [[11, named("1001", "Ann")]]);
    changeInterest(routing, routeOf(routing), interest("a"));
    gather(routing, [[12, named("1001", "Bea")]]);
    expect(one(take(routing, 12)).delivery.parts).toEqual(parts([[11, named("1001", "Ann")]]));
  });

  it("an item that a route already has is not gathered again", () => {
    const routing = table();
    addRoute(routing, { id: 5, ref: ref("all"), interest: everything, position: 12, endsAt: null, holder: "somebody" });
    gather(routing, [at(11), at(12), at(13)]);
    expect(take(routing, 13).map(({ delivery }) => delivery.parts)).toEqual([
      parts([at(11), at(12), at(13)]),
      parts([at(13)]),
    ]);
  });
});

describe("the ends of grants", () => {
  const nothing = { epoch: "e1", after: 10, through: 11, parts: [] };

  it("a scope is called at the end of its first grant, although nothing matched, and then at the next", () => {
    const routing = table(["a", "b"]);
    setEnd(routing, routeOf(routing), 5_000);
    expect(nextRoutingDueAt(routing)).toBe(5_000);
    callEnded(routing, 4_999);
    expect(take(routing, 11)).toEqual([]);
    callEnded(routing, 5_000);
    const { serial, ref: called, delivery } = one(take(routing, 11));
    expect([called, delivery]).toEqual([ref("a"), nothing]);
    delivered(routing, serial, 3, 9_000, 5_001);
    expect(nextRoutingDueAt(routing)).toBe(9_000);
  });

  it("one that is called already is called again, for it may have answered before the end", () => {
    const routing = table();
    setEnd(routing, routeOf(routing), 5_000);
    gather(routing, [at(11)]);
    const { serial } = one(take(routing, 11, 4_999));
    callEnded(routing, 5_000);
    delivered(routing, serial, 1, 5_000, 5_000);
    expect(one(take(routing, 11, 5_000)).delivery).toEqual({ ...nothing, after: 11 });
  });

  it("one whose clock is behind is called no more than once a second", () => {
    const routing = table();
    setEnd(routing, routeOf(routing), 5_000);
    callEnded(routing, 5_000);
    delivered(routing, one(take(routing, 11)).serial, 1, 5_000, 5_010);
    expect(nextRoutingDueAt(routing)).toBe(6_010);
  });

  it("an answer from before a join does not put off the end that the join brought", () => {
    const routing = table();
    gather(routing, [at(11)]);
    const { serial } = one(take(routing, 11));
    rejoin(routing, routeOf(routing));
    setEnd(routing, routeOf(routing), 5_000);
    delivered(routing, serial, 1, null);
    expect(nextRoutingDueAt(routing)).toBe(5_000);
  });
});
