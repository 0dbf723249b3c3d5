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
import type { Delivery, LogItem, ScopeApi, ScopeRef, Sequenced } from "../api.ts";
import { itemMatcher, selectItems } from "../log/read.ts";
import { Relay } from "./relay.ts";
import { routingLimits } from "./routing.ts";

// Calls fail by the hundred here, and each failure is a line.
beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
});

type Call = Readonly<{ scope: Scope; delivery: Delivery; settle: (outcome: "done" | "lost" | "answerLost") => void }>;

/** A scope with clients that all see what it sees. */
type Scope = { ref: ScopeRef; interest: Filter; epoch: string; position: number; seen: LogItem[]; clients: number };

type World = {
  sql: SqlStorage;
  epoch: string;
  floor: number;
  items: LogItem[];
  scopes: Map<string, Scope>;
  calls: Call[];
  reads: number;
  /** How each call ended, as the site is told. */
  ended: boolean[];
  relay: Relay;
};

const readAfter = (world: World, after: number): Sequenced[] =>
  world.items.map((item, index): Sequenced => [index + 1, item]).filter(([sequence]) => sequence > after);

function wake(world: Omit<World, "relay">): Relay {
  world.calls = [];
  const position = () => ({ epoch: world.epoch, sequence: world.items.length, floor: world.floor });
  const relay = new Relay({
    sql: world.sql,
    site: "relay",
    position,
    scopeOf: (ref) => scopeApi(world, ref),
    onCallEnded: (isDone) => world.ended.push(isDone),
  });
  relay.load((after) => readAfter({ ...world, relay }, after));
  return relay;
}

function scopeApi(world: Omit<World, "relay">, ref: ScopeRef): ScopeApi {
  const scope = world.scopes.get(ref.name);
  if (!scope) throw new Error(`nobody knows ${ref.name}`);
  return {
    deliver: (delivery) =>
      new Promise((resolve, reject) => {
        const settle: Call["settle"] = (outcome) => {
          world.calls = world.calls.filter((call) => call.settle !== settle);
          if (outcome !== "lost") takeDelivery(world, scope, delivery);
          if (outcome === "done") resolve({ clients: scope.clients });
          else reject(new Error(outcome));
        };
        world.calls.push({ scope, delivery, settle });
      }),
  };
}

/** What `api.ts` asks of a receiver: it drops what it has, and asks the log where something is missing. */
function takeDelivery(world: Omit<World, "relay">, scope: Scope, delivery: Delivery): void {
  const news = delivery.parts.filter(({ last }) => last > scope.position);
  const isWhole = news.every(({ first }) => first > scope.position);
  if (delivery.epoch === scope.epoch && scope.position >= delivery.after && isWhole) {
    scope.seen.push(...news.flatMap(({ text }): LogItem[] => JSON.parse(`[${text}]`)));
    scope.position = Math.max(scope.position, delivery.through);
    return;
  }
  world.reads += 1;
  const from = delivery.epoch === scope.epoch ? scope.position : world.items.length;
  const log = world.items.map((item, index): Sequenced => [index + 1, item]).slice(from);
  scope.seen.push(...selectItems(log, scope.interest).map(([, item]) => item));
  scope.epoch = world.epoch;
  scope.position = world.items.length;
}

const interestIn = (queues: Filter["queues"]): Filter => ({ agents: "*", queues, summary: false, about: "queue" });

function createWorld(sql: SqlStorage): World {
  for (const table of ["route", "positions"]) sql.exec(`DROP TABLE IF EXISTS ${table}`);
  const world = { sql, epoch: "e1", floor: 0, items: [], scopes: new Map(), calls: [], reads: 0, ended: [] };
  return Object.assign(world, { relay: wake(world) });
}

function join(world: World, name: string, queues: Filter["queues"]): Scope {
  const scope: Scope = {
    ref: { kind: "queue", name },
    interest: interestIn(queues),
    epoch: world.epoch,
    position: world.items.length,
    seen: [],
    clients: 1,
  };
  world.scopes.set(name, scope);
  world.relay.join(scope.ref, scope.interest);
  return scope;
}

function append(world: World, items: readonly LogItem[]): void {
  const first = world.items.length + 1;
  world.items.push(...items);
  world.relay.gather(logged(items.map((item, offset): Sequenced => [first + offset, item])));
  world.relay.pump(Date.now());
}

/** Rings the alarm so late that every repetition is due, until nothing is under way any more. */
async function settle(world: World): Promise<void> {
  for (let round = 0; round < 100; round++) {
    // Ahead by more than the longest back-off, and by less than would make calls of this very round late.
    const now = Date.now() + 120_000;
    world.relay.pump(now);
    if (world.calls.length === 0) return;
    for (const call of [...world.calls]) call.settle("done");
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

const inWorld = (name: string, test: (world: World, sql: SqlStorage) => Promise<void>) =>
  runInDurableObject(env.SITE.getByName(`relay ${name}`), (_site, { storage }) =>
    test(createWorld(storage.sql), storage.sql),
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

async function play(world: World, one: Move): Promise<void> {
  switch (one.kind) {
    case "append":
      append(
        world,
        one.queues.map((name) => count(name, world.items.length)),
      );
      break;
    case "evict":
      world.relay = wake(world);
      break;
    case "alarm":
      world.relay.onAlarm(Date.now());
      world.relay.pump(Date.now() + 120_000);
      break;
    case "join": {
      const known = world.scopes.get(one.queue);
      if (known) world.relay.join(known.ref, known.interest);
      else join(world, one.queue, [one.queue]);
      break;
    }
    default:
      world.calls[one.pick % world.calls.length]?.settle(one.kind);
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
}

it("ST1 EV11 whatever happens to calls and to the site's memory: every scope sees each match once, in order", async () => {
  await inWorld("any", async (_world, sql) => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 40, size: "max" }), async (moves) => {
        const world = createWorld(sql);
        const all = join(world, "all", "*");
        const starts = new Map<string, number>([["all", 0]]);
        for (const one of moves) {
          await play(world, one);
          for (const name of world.scopes.keys()) if (!starts.has(name)) starts.set(name, world.items.length);
        }
        await settle(world);
        for (const [name, scope] of world.scopes) {
          const matches = itemMatcher(scope.interest);
          const missed = readAfter(world, starts.get(name) ?? 0)
            .map(([, item]) => item)
            .filter(matches);
          expect(scope.seen).toEqual(missed);
        }
        expect(all.seen).toHaveLength(world.items.length);
      }),
      { numRuns: 150 },
    );
  });
});

it("what was delivered and saved is not delivered again after an eviction, and needs no read", async () => {
  await inWorld("quiet", async (world) => {
    const scope = join(world, "a", ["a"]);
    append(world, [count("a", 1)]);
    await settle(world);
    append(world, [count("b", 1)]);
    world.relay = wake(world);
    world.relay.pump(Date.now());
    expect(world.calls).toEqual([]);
    append(world, [count("a", 2)]);
    expect(world.calls[0]?.delivery).toMatchObject({ after: 1, through: 3, parts: parts([[3, count("a", 2)]]) });
    await settle(world);
    expect(scope.seen).toEqual([count("a", 1), count("a", 2)]);
    expect(world.reads).toBe(0);
  });
});

it("a call that was under way at an eviction is made again", async () => {
  await inWorld("under way", async (world) => {
    const scope = join(world, "a", ["a"]);
    append(world, [count("a", 1)]);
    expect(world.calls).toHaveLength(1);
    world.relay = wake(world);
    await settle(world);
    expect(scope.seen).toEqual([count("a", 1)]);
  });
});

it("after an eviction with more missed than the log still has, scopes are told to look", async () => {
  await inWorld("trimmed", async (world) => {
    join(world, "a", ["a"]);
    append(world, [count("a", 1), count("a", 2)]);
    world.floor = 1;
    world.relay = wake(world);
    world.relay.pump(Date.now());
    expect(world.calls.map(({ delivery }) => delivery)).toEqual([{ epoch: "e1", after: 2, through: 2, parts: [] }]);
  });
});

it("UP6 a new epoch reaches every scope, also after an eviction", async () => {
  await inWorld("epoch", async (world) => {
    const scope = join(world, "a", ["a"]);
    world.epoch = "e2";
    world.relay.gapAll(Date.now());
    world.relay = wake(world);
    await settle(world);
    expect(scope.epoch).toBe("e2");
  });
});

it("a scope without clients is forgotten, in storage too", async () => {
  await inWorld("empty", async (world, sql) => {
    const scope = join(world, "a", ["a"]);
    scope.clients = 0;
    append(world, [count("a", 1)]);
    await settle(world);
    append(world, [count("a", 2)]);
    world.relay = wake(world);
    world.relay.pump(Date.now());
    expect(world.calls).toEqual([]);
    expect(sql.exec("SELECT * FROM route").toArray()).toEqual([]);
  });
});

it("an interest that changed holds after an eviction", async () => {
  await inWorld("interest", async (world) => {
    const scope = join(world, "a", ["a"]);
    scope.interest = interestIn(["a", "b"]);
    world.relay.join(scope.ref, scope.interest);
    world.relay = wake(world);
    append(world, [count("b", 1)]);
    expect(world.calls).toHaveLength(1);
  });
});

it("leave is idempotent, and nothing follows it once the scope has said the same", async () => {
  await inWorld("leave", async (world, sql) => {
    const scope = join(world, "a", ["a"]);
    scope.clients = 0;
    world.relay.leave(scope.ref);
    world.relay.leave(scope.ref);
    world.relay.pump(Date.now());
    expect(world.calls).toHaveLength(1);
    await settle(world);
    world.relay.leave(scope.ref);
    append(world, [count("a", 1), failed("x")]);
    expect(world.calls).toEqual([]);
    expect(sql.exec("SELECT * FROM route").toArray()).toEqual([]);
  });
});

it("a leave that was overtaken by the next life's join changes nothing", async () => {
  await inWorld("overtaken", async (world) => {
    const scope = join(world, "a", ["a"]);
    world.relay.leave(scope.ref);
    world.relay.pump(Date.now());
    await settle(world);
    append(world, [count("a", 1)]);
    await settle(world);
    expect(scope.seen).toHaveLength(1);
  });
});

it("more routes than a site may have are refused, and the known ones may still join", async () => {
  await inWorld("routes", async (world) => {
    for (let route = 0; route < routingLimits.routes; route++)
      world.relay.join({ kind: "channel", name: String(route) }, interestIn([]));
    expect(() => world.relay.join({ kind: "channel", name: "one more" }, interestIn([]))).toThrow(/routes already/);
    world.relay.join({ kind: "channel", name: "7" }, interestIn(["a"]));
  });
});

it("more names than a token may list are refused", async () => {
  await inWorld("names", async (world) => {
    const queues = Array.from({ length: 10_001 }, (_, index) => String(index));
    expect(() => world.relay.join({ kind: "channel", name: "x" }, interestIn(queues))).toThrow(/more than 10000/);
  });
});

describe("full storage", () => {
  it("a join that failed is stored when it is repeated", async () => {
    await inWorld("full join", async (_world, sql) => {
      const storage = fillable(sql);
      const world = createWorld(storage.sql);
      storage.full = "INSERT INTO route";
      expect(() => join(world, "a", ["a"])).toThrow(/full/);
      expect(world.relay.gauges().routes).toBe(0);
      storage.full = null;
      join(world, "b", ["b"]);
      const scope = join(world, "a", ["a"]);
      world.relay = wake(world);
      append(world, [count("a", 1)]);
      await settle(world);
      expect(scope.seen).toEqual([count("a", 1)]);
    });
  });

  it("so is another interest", async () => {
    await inWorld("full interest", async (_world, sql) => {
      const storage = fillable(sql);
      const world = createWorld(storage.sql);
      const scope = join(world, "a", ["a"]);
      scope.interest = interestIn(["a", "b"]);
      storage.full = "UPDATE route";
      expect(() => world.relay.join(scope.ref, scope.interest)).toThrow(/full/);
      storage.full = null;
      world.relay.join(scope.ref, scope.interest);
      world.relay = wake(world);
      append(world, [count("b", 1)]);
      await settle(world);
      expect(scope.seen).toEqual([count("b", 1)]);
    });
  });

  it("a scope that could not be forgotten is asked again, and has one row if it joins", async () => {
    await inWorld("full leave", async (_world, sql) => {
      const storage = fillable(sql);
      const world = createWorld(storage.sql);
      const scope = join(world, "a", ["a"]);
      scope.clients = 0;
      storage.full = "DELETE FROM route";
      append(world, [count("a", 1)]);
      world.calls[0]?.settle("done");
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(world.relay.gauges()).toMatchObject({ routes: 1, routesFailed: 1 });
      storage.full = null;
      scope.clients = 1;
      world.relay.join(scope.ref, scope.interest);
      expect(sql.exec("SELECT * FROM route").toArray()).toHaveLength(1);
      scope.clients = 0;
      await settle(world);
      world.relay.leave(scope.ref);
      await settle(world);
      expect(sql.exec("SELECT * FROM route").toArray()).toEqual([]);
    });
  });

  it("positions that cannot be saved stop neither the site's alarm nor the next call", async () => {
    await inWorld("full positions", async (_world, sql) => {
      const storage = fillable(sql);
      const world = createWorld(storage.sql);
      const scope = join(world, "a", ["a"]);
      storage.full = "INSERT OR REPLACE INTO positions";
      append(world, [count("a", 1)]);
      world.calls[0]?.settle("lost");
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(world.ended).toEqual([false]);
      expect(world.relay.dueAt()).not.toBeNull();
      world.relay.onAlarm(Date.now());
      await settle(world);
      expect(world.ended).toEqual([false, true]);
      expect(scope.seen).toEqual([count("a", 1)]);
    });
  });
});
