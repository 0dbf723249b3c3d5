/**
 * The relay against scopes that behave as `api.ts` says, over calls that fail before they arrive, fail on the way back,
 * answer late, or are forgotten because the site was evicted meanwhile: each must end in the same stream.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Filter } from "@pbxis/shared";
import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { count, failed } from "../../testing/events.ts";
import { logged, parts } from "../../testing/logged.ts";
import type { Delivery, LogItem, RouteRef, ScopeApi, Sequenced } from "../api.ts";
import { itemMatcher, selectItems } from "../log/read.ts";
import { Relay } from "./relay.ts";
import { routingLimits } from "./routing-limits.ts";

// Calls fail by the hundred here, and each failure is a line.
beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
});

type Call = Readonly<{ scope: Scope; delivery: Delivery; settle: (outcome: "done" | "lost" | "answerLost") => void }>;

/** A scope with clients that all see what it sees. */
type Scope = {
  ref: RouteRef;
  interest: Filter;
  epoch: string;
  position: number;
  seen: LogItem[];
  clients: number;
  endsAt?: number | null;
};

type RelayBench = {
  sql: SqlStorage;
  epoch: string;
  floor: number;
  items: LogItem[];
  scopes: Map<string, Scope>;
  calls: Call[];
  reads: number;
  /** How each call ended, as reported to the site. */
  ended: boolean[];
  relay: Relay;
};

const readAfter = (bench: RelayBench, after: number): Sequenced[] =>
  bench.items.map((item, index): Sequenced => [index + 1, item]).filter(([sequence]) => sequence > after);

function wake(bench: Omit<RelayBench, "relay">): Relay {
  bench.calls = [];
  const position = () => ({ epoch: bench.epoch, sequence: bench.items.length, floor: bench.floor });
  const relay = new Relay({
    sql: bench.sql,
    site: "relay",
    position,
    scopeOf: (ref) => scopeApi(bench, ref),
    onCallEnded: (isDone) => bench.ended.push(isDone),
  });
  relay.load((after) => readAfter({ ...bench, relay }, after));
  return relay;
}

function scopeApi(bench: Omit<RelayBench, "relay">, ref: RouteRef): ScopeApi {
  const scope = bench.scopes.get(ref.name);
  if (!scope) throw new Error(`nobody knows ${ref.name}`);
  return {
    deleteAll: async () => {},
    deliver: (delivery) =>
      new Promise((resolve, reject) => {
        const settle: Call["settle"] = (outcome) => {
          bench.calls = bench.calls.filter((call) => call.settle !== settle);
          if (outcome !== "lost") takeDelivery(bench, scope, delivery);
          if (outcome === "done") resolve({ clients: scope.clients, endsAt: scope.endsAt ?? null });
          else reject(new Error(outcome));
        };
        bench.calls.push({ scope, delivery, settle });
      }),
  };
}

/** What `api.ts` asks of a receiver: it drops what it has, and asks the log where something is missing. */
function takeDelivery(bench: Omit<RelayBench, "relay">, scope: Scope, delivery: Delivery): void {
  const unseen = delivery.parts.filter(({ last }) => last > scope.position);
  const isWhole = unseen.every(({ first }) => first > scope.position);
  if (delivery.epoch === scope.epoch && scope.position >= delivery.after && isWhole) {
    scope.seen.push(...unseen.flatMap(({ text }): LogItem[] => JSON.parse(`[${text}]`)));
    scope.position = Math.max(scope.position, delivery.through);
    return;
  }
  bench.reads += 1;
  const from = delivery.epoch === scope.epoch ? scope.position : bench.items.length;
  const log = bench.items.map((item, index): Sequenced => [index + 1, item]).slice(from);
  scope.seen.push(...selectItems(log, scope.interest).map(([, item]) => item));
  scope.epoch = bench.epoch;
  scope.position = bench.items.length;
}

const interestIn = (queues: Filter["queues"]): Filter => ({ agents: "*", queues, summary: false, about: "queue" });

function createBench(sql: SqlStorage): RelayBench {
  for (const table of ["route", "positions"]) sql.exec(`DELETE FROM ${table}`);
  const bench = { sql, epoch: "e1", floor: 0, items: [], scopes: new Map(), calls: [], reads: 0, ended: [] };
  return Object.assign(bench, { relay: wake(bench) });
}

const joinOf = ({ ref, interest, endsAt = null }: Pick<Scope, "ref" | "interest" | "endsAt">, holder = "somebody") => ({
  ref,
  interest,
  endsAt,
  holder,
});

function join(bench: RelayBench, name: string, queues: Filter["queues"]): Scope {
  const scope: Scope = {
    ref: { kind: "queue", name },
    interest: interestIn(queues),
    epoch: bench.epoch,
    position: bench.items.length,
    seen: [],
    clients: 1,
  };
  bench.scopes.set(name, scope);
  bench.relay.join(joinOf(scope));
  return scope;
}

function append(bench: RelayBench, items: readonly LogItem[]): void {
  const first = bench.items.length + 1;
  bench.items.push(...items);
  bench.relay.gather(logged(items.map((item, offset): Sequenced => [first + offset, item])));
  bench.relay.pump(Date.now());
}

/** Rings the alarm so late that every repetition is due, until nothing is under way any more. */
async function settle(bench: RelayBench): Promise<void> {
  for (let round = 0; round < 100; round++) {
    // Ahead by more than the longest back-off, and by less than would make calls of this very round late.
    const now = Date.now() + 120_000;
    bench.relay.pump(now);
    if (bench.calls.length === 0) return;
    for (const call of [...bench.calls]) call.settle("done");
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new Error("the relay never comes to rest");
}

/** Storage that is full for queries that begin with `full`. */
function fillable(sql: SqlStorage): { sql: SqlStorage; full: string | null } {
  const exec: SqlStorage["exec"] = (query, ...values) => {
    if (filled.full !== null && query.startsWith(filled.full)) throw new Error("database or disk is full: SQLITE_FULL");
    return sql.exec(query, ...values);
  };
  const filled: ReturnType<typeof fillable> = { sql: { exec } as SqlStorage, full: null };
  return filled;
}

const onBench = (name: string, test: (bench: RelayBench, sql: SqlStorage) => Promise<void>) =>
  runInDurableObject(env.SITE.getByName(`relay ${name}`), (_site, { storage }) =>
    test(createBench(storage.sql), storage.sql),
  );

type Move =
  | Readonly<{ kind: "append"; queues: readonly string[] }>
  | Readonly<{ kind: "done" | "lost" | "answerLost"; pick: number }>
  | Readonly<{ kind: "evict" | "alarm" }>
  | Readonly<{ kind: "join"; queue: string }>;

const queue = fc.constantFrom("a", "b", "c");
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("append" as const), queues: fc.array(queue, { maxLength: 3 }) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("done" as const), pick: fc.nat(9) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("lost" as const, "answerLost" as const), pick: fc.nat(9) }),
  },
  { weight: 2, arbitrary: fc.constantFrom<Move>({ kind: "evict" }, { kind: "alarm" }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("join" as const), queue }) },
);

async function play(bench: RelayBench, one: Move): Promise<void> {
  switch (one.kind) {
    case "append":
      append(
        bench,
        one.queues.map((name) => count(name, bench.items.length)),
      );
      break;
    case "evict":
      bench.relay = wake(bench);
      break;
    case "alarm":
      bench.relay.onAlarm(Date.now());
      bench.relay.pump(Date.now() + 120_000);
      break;
    case "join": {
      const known = bench.scopes.get(one.queue);
      if (known) bench.relay.join(joinOf(known));
      else join(bench, one.queue, [one.queue]);
      break;
    }
    default:
      bench.calls[one.pick % bench.calls.length]?.settle(one.kind);
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
}

it("ST1 EV11 whatever happens to calls and to the site's memory, every scope gets each match once, in order", async () => {
  await onBench("any", async (_bench, sql) => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 40, size: "max" }), async (moves) => {
        const bench = createBench(sql);
        const all = join(bench, "all", "*");
        const starts = new Map<string, number>([["all", 0]]);
        for (const one of moves) {
          await play(bench, one);
          for (const name of bench.scopes.keys()) if (!starts.has(name)) starts.set(name, bench.items.length);
        }
        await settle(bench);
        for (const [name, scope] of bench.scopes) {
          const matches = itemMatcher(scope.interest);
          const missed = readAfter(bench, starts.get(name) ?? 0)
            .map(([, item]) => item)
            .filter(matches);
          expect(scope.seen).toEqual(missed);
        }
        expect(all.seen).toHaveLength(bench.items.length);
      }),
      { numRuns: 150 },
    );
  });
}, 60_000);

it("what was delivered and saved is not delivered again after an eviction, and needs no read", async () => {
  await onBench("quiet", async (bench) => {
    const scope = join(bench, "a", ["a"]);
    append(bench, [count("a", 1)]);
    await settle(bench);
    append(bench, [count("b", 1)]);
    bench.relay = wake(bench);
    bench.relay.pump(Date.now());
    expect(bench.calls).toEqual([]);
    append(bench, [count("a", 2)]);
    expect(bench.calls[0]?.delivery).toMatchObject({ after: 1, through: 3, parts: parts([[3, count("a", 2)]]) });
    await settle(bench);
    expect(scope.seen).toEqual([count("a", 1), count("a", 2)]);
    expect(bench.reads).toBe(0);
  });
});

it("a call that was under way at an eviction is made again", async () => {
  await onBench("under way", async (bench) => {
    const scope = join(bench, "a", ["a"]);
    append(bench, [count("a", 1)]);
    expect(bench.calls).toHaveLength(1);
    bench.relay = wake(bench);
    await settle(bench);
    expect(scope.seen).toEqual([count("a", 1)]);
  });
});

it("after an eviction, if the log no longer has everything that was missed, every scope gets a gap", async () => {
  await onBench("trimmed", async (bench) => {
    join(bench, "a", ["a"]);
    append(bench, [count("a", 1), count("a", 2)]);
    bench.floor = 1;
    bench.relay = wake(bench);
    bench.relay.pump(Date.now());
    expect(bench.calls.map(({ delivery }) => delivery)).toEqual([{ epoch: "e1", after: 2, through: 2, parts: [] }]);
  });
});

it("UP6 a new epoch reaches every scope, also after an eviction", async () => {
  await onBench("epoch", async (bench) => {
    const scope = join(bench, "a", ["a"]);
    bench.epoch = "e2";
    bench.relay.gapAll(Date.now());
    bench.relay = wake(bench);
    await settle(bench);
    expect(scope.epoch).toBe("e2");
  });
});

it("a scope without clients is forgotten, in storage too", async () => {
  await onBench("empty", async (bench, sql) => {
    const scope = join(bench, "a", ["a"]);
    scope.clients = 0;
    append(bench, [count("a", 1)]);
    await settle(bench);
    append(bench, [count("a", 2)]);
    bench.relay = wake(bench);
    bench.relay.pump(Date.now());
    expect(bench.calls).toEqual([]);
    expect(sql.exec("SELECT * FROM route").toArray()).toEqual([]);
  });
});

it("an interest that changed holds after an eviction", async () => {
  await onBench("interest", async (bench) => {
    const scope = join(bench, "a", ["a"]);
    scope.interest = interestIn(["a", "b"]);
    bench.relay.join(joinOf(scope));
    bench.relay = wake(bench);
    append(bench, [count("b", 1)]);
    expect(bench.calls).toHaveLength(1);
  });
});

it("leave is idempotent, and nothing follows it once the scope has said the same", async () => {
  await onBench("leave", async (bench, sql) => {
    const scope = join(bench, "a", ["a"]);
    scope.clients = 0;
    bench.relay.leave(scope.ref);
    bench.relay.leave(scope.ref);
    bench.relay.pump(Date.now());
    expect(bench.calls).toHaveLength(1);
    await settle(bench);
    bench.relay.leave(scope.ref);
    append(bench, [count("a", 1), failed("x")]);
    expect(bench.calls).toEqual([]);
    expect(sql.exec("SELECT * FROM route").toArray()).toEqual([]);
  });
});

it("a leave that was overtaken by the next instance's join changes nothing", async () => {
  await onBench("overtaken", async (bench) => {
    const scope = join(bench, "a", ["a"]);
    bench.relay.leave(scope.ref);
    bench.relay.pump(Date.now());
    await settle(bench);
    append(bench, [count("a", 1)]);
    await settle(bench);
    expect(scope.seen).toHaveLength(1);
  });
});

it("more routes than a site may have are refused, and the known ones may still join", async () => {
  await onBench("routes", async (bench) => {
    for (let route = 0; route < routingLimits.routes; route++)
      bench.relay.join(
        joinOf({ ref: { kind: "channel", name: String(route) }, interest: interestIn([]) }, `holder ${route % 10}`),
      );
    expect(() =>
      bench.relay.join(joinOf({ ref: { kind: "channel", name: "one more" }, interest: interestIn([]) }, "another")),
    ).toThrow(/routes already/);
    bench.relay.join(joinOf({ ref: { kind: "channel", name: "7" }, interest: interestIn(["a"]) }, "another"));
  });
});

it("one holder may have no more than its share of the routes, over evictions, and others are not affected", async () => {
  await onBench("holders", async (bench) => {
    const routeOf = (route: number | string) => ({ kind: "channel", name: String(route) }) as const;
    const join = (route: number | string, holder: string) => {
      const joined = bench.relay.join(joinOf({ ref: routeOf(route), interest: interestIn([]) }, holder));
      return joined.kind === "refused" ? joined.message : joined.kind;
    };
    const scope = { ref: routeOf(7), interest: interestIn([]), epoch: bench.epoch, position: 0, seen: [], clients: 0 };
    bench.scopes.set("7", scope);
    for (let route = 0; route < routingLimits.holderRoutes; route++) expect(join(route, "greedy")).toBe("new");
    expect(join(9_000, "greedy")).toMatch(/2000 different subscriptions/);
    expect(join(9_001, "another")).toBe("new");
    // SC1: more clients of a subscription that it has already.
    expect(join("hq/crowd/1", "greedy")).toBe("new");
    bench.relay = wake(bench);
    expect(join("hq/crowd/2", "greedy")).toBe("new");
    expect(join(9_000, "greedy")).toMatch(/2000 different subscriptions/);
    expect(join(9_001, "greedy")).toBe("known");
    expect(join(7, "greedy")).toBe("known");
    bench.relay.leave(routeOf(7));
    await settle(bench);
    expect(join(9_000, "greedy")).toBe("new");
  });
});

it("more names than a token may list are refused", async () => {
  await onBench("names", async (bench) => {
    const queues = Array.from({ length: 10_001 }, (_, index) => String(index));
    expect(() =>
      bench.relay.join(joinOf({ ref: { kind: "channel", name: "x" }, interest: interestIn(queues) })),
    ).toThrow(/more than 10000/);
  });
});

describe("full storage", () => {
  it("a join that failed is stored when it is repeated", async () => {
    await onBench("full join", async (_bench, sql) => {
      const storage = fillable(sql);
      const bench = createBench(storage.sql);
      storage.full = "INSERT INTO route";
      expect(() => join(bench, "a", ["a"])).toThrow(/full/);
      expect(bench.relay.gauges().routes).toBe(0);
      storage.full = null;
      join(bench, "b", ["b"]);
      const scope = join(bench, "a", ["a"]);
      bench.relay = wake(bench);
      append(bench, [count("a", 1)]);
      await settle(bench);
      expect(scope.seen).toEqual([count("a", 1)]);
    });
  });

  it("so is another interest", async () => {
    await onBench("full interest", async (_bench, sql) => {
      const storage = fillable(sql);
      const bench = createBench(storage.sql);
      const scope = join(bench, "a", ["a"]);
      scope.interest = interestIn(["a", "b"]);
      storage.full = "UPDATE route";
      expect(() => bench.relay.join(joinOf(scope))).toThrow(/full/);
      storage.full = null;
      bench.relay.join(joinOf(scope));
      bench.relay = wake(bench);
      append(bench, [count("b", 1)]);
      await settle(bench);
      expect(scope.seen).toEqual([count("b", 1)]);
    });
  });

  it("a scope that could not be forgotten is asked again, and has one row if it joins", async () => {
    await onBench("full leave", async (_bench, sql) => {
      const storage = fillable(sql);
      const bench = createBench(storage.sql);
      const scope = join(bench, "a", ["a"]);
      scope.clients = 0;
      storage.full = "DELETE FROM route";
      append(bench, [count("a", 1)]);
      bench.calls[0]?.settle("done");
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(bench.relay.gauges()).toMatchObject({ routes: 1, routesFailed: 1 });
      storage.full = null;
      scope.clients = 1;
      bench.relay.join(joinOf(scope));
      expect(sql.exec("SELECT * FROM route").toArray()).toHaveLength(1);
      scope.clients = 0;
      await settle(bench);
      bench.relay.leave(scope.ref);
      await settle(bench);
      expect(sql.exec("SELECT * FROM route").toArray()).toEqual([]);
    });
  });

  it("positions that cannot be saved stop neither the site's alarm nor the next call", async () => {
    await onBench("full positions", async (_bench, sql) => {
      const storage = fillable(sql);
      const bench = createBench(storage.sql);
      const scope = join(bench, "a", ["a"]);
      storage.full = "INSERT OR REPLACE INTO positions";
      append(bench, [count("a", 1)]);
      bench.calls[0]?.settle("lost");
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(bench.ended).toEqual([false]);
      expect(bench.relay.dueAt()).not.toBeNull();
      bench.relay.onAlarm(Date.now());
      await settle(bench);
      expect(bench.ended).toEqual([false, true]);
      expect(scope.seen).toEqual([count("a", 1)]);
    });
  });
});

it("the end of a grant survives an eviction, an answer that is stored, and a join that is late", async () => {
  await onBench("ends", async (bench) => {
    const scope = join(bench, "a", []);
    const due = () => bench.relay.dueAt();
    const rejoin = (endsAt: number | null) => bench.relay.join(joinOf({ ...scope, endsAt }));
    const first = Date.now() + 1_000_000;
    rejoin(first);
    rejoin(null);
    rejoin(first + 1_000);
    expect(due()).toBe(first);
    bench.relay = wake(bench);
    expect(due()).toBe(first);
    scope.endsAt = first + 2_000;
    bench.relay.pump(first);
    for (const call of [...bench.calls]) call.settle("done");
    await expect.poll(due).toBe(first + 2_000);
    bench.relay = wake(bench);
    expect(due()).toBe(first + 2_000);
  });
});
