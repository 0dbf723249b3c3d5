import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { applyEvent, type SiteEvent, type StateMap, stateMapOf } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { count, failed, member, named, waiting } from "../../testing/events.ts";
import type { LogItem, Sequenced } from "../api.ts";
import type { SiteMeta } from "../meta.ts";
import { duplicateSpanMs } from "../uplink/duplicates.ts";
import type { Commit } from "../uplink/ingress.ts";
import { inOrder, latestFirst } from "./latest.ts";
import { SiteLog } from "./log.ts";
import { type LogLimits, logLimits } from "./log-plan.ts";

/** A log under test beside what it should hold; in the storage of a Site object that nobody else uses. */
type Bench = { storage: DurableObjectStorage; limits: LogLimits; log: SiteLog; meta: SiteMeta; states: StateMap };

const onStorage = (name: string, limits: Partial<LogLimits>, test: (bench: Bench) => void) =>
  runInDurableObject(env.SITE.getByName(`log ${name}`), (_site, { storage }) => {
    for (const table of ["meta", "log", "checkpoint", "part", "latest"]) storage.sql.exec(`DELETE FROM ${table}`);
    const log = new SiteLog(storage, { limits: { ...logLimits, ...limits } });
    const { meta, states } = log.load("e1");
    test({ storage, limits: { ...logLimits, ...limits }, log, meta, states });
  });

function put(bench: Bench, given: readonly LogItem[], rest: Partial<Commit> = {}, at = 7): void {
  const items = latestFirst(given);
  for (const item of items) if (item.type !== "link") applyEvent(bench.states, item);
  if (rest.replaceStates) bench.states = rest.replaceStates;
  const meta = { ...bench.meta, sequence: bench.meta.sequence + items.length };
  const commit: Commit = { meta, items, replaceStates: null, parts: "keep", newEpoch: false, ...rest };
  bench.meta = bench.log.commit(commit, bench.states, at).meta;
}

const reload = ({ storage, limits }: Bench) => {
  const log = new SiteLog(storage, { limits });
  return { log, ...log.load("never") };
};
const rowsIn = ({ storage }: Bench, table: string) =>
  storage.sql.exec<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`).one().rows;
const allAfter = (log: SiteLog, after: number) => [...inOrder(log.readAfter(after), log.latestAfter(after))];
const sequences = (items: Iterable<Sequenced>) => [...items].map(([sequence]) => sequence);

it("wakes with everything that was committed, in the same order", async () => {
  await onStorage("wake", { checkpointRows: 3 }, (bench) => {
    for (let turn = 1; turn <= 7; turn++) {
      put(bench, [count(`q${turn % 3}`, turn), failed(String(turn)), { type: "link", link: "down", asOf: turn }]);
      put(bench, [member("1001", "a", turn % 2 ? "inuse" : "loggedoff"), named("1001", `Ann ${turn}`)]);
      const woken = reload(bench);
      expect(woken.meta).toEqual(bench.meta);
      expect([...woken.states]).toEqual([...bench.states]);
      expect([...woken.log.readAfter(0)]).toEqual([...bench.log.readAfter(0)]);
    }
    expect(rowsIn(bench, "checkpoint")).toBe(1);
    expect(sequences(bench.log.readAfter(0))).toEqual(Array.from({ length: 35 }, (_, index) => index + 1));
  });
});

it("reads from any position, also within a row and across the rows of one frame", async () => {
  await onStorage("read", { rowUnits: 200 }, (bench) => {
    put(bench, [failed("1"), failed("2"), failed("3")]);
    put(bench, [failed("4")]);
    put(
      bench,
      Array.from({ length: 6 }, (_, index) => failed(String(5 + index))),
    );
    expect(rowsIn(bench, "log")).toBeGreaterThan(3);
    for (let after = 0; after <= 10; after++)
      expect([...bench.log.readAfter(after)]).toEqual(
        Array.from({ length: 10 - after }, (_, index) => [after + index + 1, failed(String(after + index + 1))]),
      );
  });
});

it.each<[string, Partial<LogLimits>]>([
  ["events", { events: 20 }],
  ["units", { units: 20 * JSON.stringify(count("q0", 100)).length }],
])("is bounded by %s: the oldest go, the states stay", async (title, limits) => {
  await onStorage(`trim ${title}`, limits, (bench) => {
    put(bench, [named("1001", "set once, long ago")]);
    for (let turn = 100; turn < 200; turn++) {
      put(bench, [count(`q${turn % 3}`, turn)], {}, turn * duplicateSpanMs);
      expect(bench.meta.sequence - bench.meta.floor).toBeLessThanOrEqual(20);
    }
    expect(bench.meta.floor).toBeGreaterThan(75);
    expect(sequences(bench.log.readAfter(bench.meta.floor))[0]).toBe(bench.meta.floor + 1);
    expect(rowsIn(bench, "log")).toBe(bench.meta.sequence - bench.meta.floor);
    const woken = reload(bench);
    expect([...woken.states]).toEqual([...bench.states]);
    expect(woken.meta).toEqual(bench.meta);
    put(bench, [count("q0", 1)]);
    expect(reload(bench).meta.floor).toBe(bench.meta.floor);
  });
});

it("a commit larger than the log's limit is dropped with the next one", async () => {
  await onStorage("huge", { events: 50, rowUnits: 500 }, (bench) => {
    put(
      bench,
      Array.from({ length: 400 }, (_, index) => count(String(index), 1)),
    );
    put(bench, [failed("after")]);
    expect(bench.meta.sequence - bench.meta.floor).toBeLessThanOrEqual(50);
    expect(reload(bench).states.size).toBe(400);
  });
});

it("SC3 a frame writes one row, also when the oldest is dropped: the platform bills rows", async () => {
  await onStorage("bill", { events: 20 }, (bench) => {
    put(bench, [], { replaceStates: stateMapOf([count("a", 0)]) });
    let at = 8;
    const keptMs = 2 * duplicateSpanMs;
    const written = () => {
      let rows = 0;
      const { sql } = bench.storage;
      const counting = new Proxy(sql, {
        get: (_sql, name) =>
          name !== "exec"
            ? Reflect.get(sql, name)
            : (query: string, ...values: SqlStorageValue[]) => {
                const cursor = sql.exec(query, ...values);
                const list = cursor.toArray();
                rows += cursor.rowsWritten;
                return { toArray: () => list, [Symbol.iterator]: () => list[Symbol.iterator]() };
              },
      });
      const storage = { sql: counting, transactionSync: (run: () => unknown) => run() };
      const log = new SiteLog(storage as unknown as DurableObjectStorage, { limits: bench.limits, keptMs });
      log.load("never");
      rows = 0;
      const counted = { ...bench, log };
      put(counted, [count("a", bench.meta.sequence)], {}, at);
      bench.meta = counted.meta;
      return rows;
    };
    expect(written()).toBe(1);
    bench.log = reload(bench).log;
    for (let turn = 0; turn < 20; turn++) put(bench, [count("a", turn)]);
    at += duplicateSpanMs + 1;
    expect([written(), rowsIn(bench, "log")]).toEqual([1, 20]);
    at += keptMs + 1;
    // By age. Waking would need the dropped rows, so there are two more for a checkpoint.
    expect([written(), rowsIn(bench, "log"), bench.meta.sequence - bench.meta.floor]).toEqual([3, 20, 1]);
    expect(sequences(reload(bench).log.readAfter(bench.meta.floor))).toEqual([bench.meta.sequence]);
  });
});

it("UP3 rows of an epoch that has ended are overwritten only when no duplicate of them may come", async () => {
  await onStorage("spent", {}, (bench) => {
    put(bench, [failed("x")], {}, 10);
    bench.meta = { ...bench.meta, floor: bench.meta.sequence };
    put(bench, [failed("y")], { newEpoch: true, replaceStates: new Map() }, 10);
    put(bench, [failed("z")], {}, 10 + duplicateSpanMs);
    expect(sequences(bench.log.readAfter(-1))).toEqual([1, 2, 3]);
    put(bench, [failed("z")], {}, 11 + duplicateSpanMs);
    expect(sequences(bench.log.readAfter(-1))).toEqual([2, 3, 4]);
  });
});

it("UP4 replaced states are checkpointed at once, so removed states do not come back", async () => {
  await onStorage("replace", {}, (bench) => {
    put(bench, [count("a", 1), named("1001", "Ann")]);
    put(bench, [count("b", 1)], { replaceStates: stateMapOf([count("b", 1)]) });
    put(bench, [count("c", 1)]);
    expect([...reload(bench).states.values()]).toEqual([count("b", 1), count("c", 1)]);
  });
});

it("UP5 parts are kept until they are dropped", async () => {
  await onStorage("parts", {}, (bench) => {
    const parts: SiteEvent[][] = [[count("a", 1)], [], [count("b", 1)]];
    for (const [sequence, events] of parts.entries()) put(bench, [], { parts: { sequence, events } });
    expect(reload(bench).parts).toEqual(parts);
    put(bench, [], { parts: "drop" });
    expect(reload(bench).parts).toEqual([]);
  });
});

it("UP6 a new epoch voids the log and keeps the states; UP3 occurrences before it are still known", async () => {
  await onStorage("epoch", { events: 3 }, (bench) => {
    put(bench, [count("a", 1), failed("x")]);
    bench.meta = { ...bench.meta, epoch: "e2", floor: 2 };
    put(bench, [], { newEpoch: true, replaceStates: stateMapOf([count("a", 2)]) });
    put(bench, [failed("y")]);
    const woken = reload(bench);
    expect([...woken.log.readAfter(2)]).toEqual([[3, failed("y")]]);
    expect([...woken.states.values()]).toEqual([count("a", 2)]);
    expect([...woken.log.occurrences(0, 2)]).toEqual([failed("x")]);
    for (const id of ["z", "u", "v"]) put(bench, [failed(id)]);
    expect(bench.meta.floor).toBe(3);
    expect(sequences(reload(bench).log.readAfter(3))).toEqual([4, 5, 6]);
  });
});

it("a commit that fails half-way leaves nothing", async () => {
  await onStorage("atomic", {}, (bench) => {
    const before = [bench.meta, [...bench.log.readAfter(0)]];
    const meta = { ...bench.meta, sequence: 1 };
    const commit: Commit = { meta, items: [failed("x")], replaceStates: null, parts: "keep", newEpoch: false };
    const fail = () => {
      bench.storage.sql.exec("INSERT INTO part VALUES (1, '[]')");
      throw new Error("no");
    };
    expect(() => bench.log.commit(commit, bench.states, 7, fail)).toThrow("no");
    const woken = reload(bench);
    expect([woken.meta, [...woken.log.readAfter(0)], woken.parts]).toEqual([...before, []]);
  });
});

it("deletes by age, with what waking needs in a checkpoint", async () => {
  await onStorage("age", {}, (bench) => {
    for (let at = 10; at <= 50; at += 10) put(bench, [count(`q${at}`, at), failed(String(at))], {}, at);
    const { logUnits } = bench.log.gauges();
    const deleteBefore = (before: number) => {
      const meta = bench.log.deleteBefore(before, bench.meta, bench.states);
      bench.meta = meta ?? bench.meta;
      const woken = reload(bench);
      expect([...woken.states]).toEqual([...bench.states]);
      expect(woken.meta).toEqual(bench.meta);
      expect(woken.log.gauges().logUnits).toBe(bench.log.gauges().logUnits);
      return meta?.floor ?? null;
    };
    expect([bench.log.oldestAt(), deleteBefore(10), bench.log.oldestAt()]).toEqual([10, null, 10]);
    expect([deleteBefore(21), bench.log.oldestAt()]).toEqual([4, 30]);
    expect(sequences(bench.log.readAfter(4))).toEqual([5, 6, 7, 8, 9, 10]);
    expect(bench.log.gauges().logUnits).toBeLessThan(logUnits);
    expect([deleteBefore(99), bench.log.oldestAt(), bench.log.gauges().logUnits]).toEqual([10, null, 0]);
    put(bench, [count("q", 1)], {}, 60);
    expect([sequences(bench.log.readAfter(10)), bench.log.oldestAt()]).toEqual([[11], 60]);
    expect([...reload(bench).states]).toEqual([...bench.states]);
  });
});

it("deletes by age what an epoch that has ended left for duplicates, and does not count it twice", async () => {
  await onStorage("age of an epoch", {}, (bench) => {
    put(bench, [failed("1")], {}, 10);
    bench.meta = { ...bench.meta, floor: 1 };
    put(bench, [failed("2")], { replaceStates: new Map(), newEpoch: true }, 20);
    const { logUnits } = bench.log.gauges();
    expect(bench.log.deleteBefore(15, bench.meta, bench.states)).toMatchObject({ floor: 1 });
    expect(bench.log.gauges().logUnits).toBe(logUnits);
    expect(sequences(bench.log.readAfter(-1))).toEqual([2]);
  });
});

describe("EV20 of callers who wait the log keeps the last list of each queue", () => {
  it("in its place in the order, in no row, over an eviction", async () => {
    await onStorage("latest", { checkpointRows: 2 }, (bench) => {
      put(bench, [count("a", 1), waiting("a", "1")]);
      put(bench, [waiting("b", "7")]);
      for (const id of ["2", "3", "4"]) put(bench, [failed(id), waiting("a", "1", id)]);
      put(bench, [count("b", 0)]);
      const read = [
        [2, count("a", 1)],
        [3, waiting("b", "7")],
        [5, failed("2")],
        [7, failed("3")],
        [8, waiting("a", "1", "4")],
        [9, failed("4")],
        [10, count("b", 0)],
      ];
      for (const { log } of [bench, reload(bench)])
        for (const after of [0, 3, 7, 8, 10])
          expect(allAfter(log, after)).toEqual(read.filter(([sequence]) => Number(sequence) > after));
      expect(new Map(reload(bench).states)).toEqual(new Map(bench.states));
      for (const table of ["log", "checkpoint"])
        expect(bench.storage.sql.exec<{ body: string }>(`SELECT body FROM ${table}`).toArray()).toEqual(
          expect.not.arrayContaining([{ body: expect.stringContaining("queueCallers") }]),
        );
      expect(rowsIn(bench, "latest")).toBe(1);
    });
  });

  it("so that they push nothing out of it", async () => {
    await onStorage("latest limit", { events: 5 }, (bench) => {
      put(bench, [failed("first")]);
      for (let turn = 0; turn < 50; turn++) put(bench, [waiting("a", String(turn))]);
      expect([bench.meta.floor, ...allAfter(reload(bench).log, 0)]).toEqual([
        0,
        [1, failed("first")],
        [51, waiting("a", "49")],
      ]);
      for (const id of ["2", "3", "4", "5", "6"]) put(bench, [failed(id)]);
      expect(bench.meta.floor).toBe(1);
    });
  });

  it("a snapshot replaces them; the end of a queue is read once more and then forgotten", async () => {
    await onStorage("latest replaced", { events: 2 }, (bench) => {
      put(bench, [waiting("a", "1"), waiting("b", "2"), waiting("c", "3")]);
      const after = stateMapOf([waiting("a", "1", "5"), waiting("c", "3")]);
      put(bench, [waiting("b"), waiting("a", "1", "5")], { replaceStates: after });
      expect(allAfter(reload(bench).log, 2)).toEqual([
        [3, waiting("c", "3")],
        [4, waiting("b")],
        [5, waiting("a", "1", "5")],
      ]);
      expect(new Map(reload(bench).states)).toEqual(new Map(after));
      for (const id of ["1", "2", "3"]) put(bench, [failed(id)], {}, Number(id) * 2 * duplicateSpanMs);
      put(bench, [waiting("c")]);
      expect(sequences(allAfter(reload(bench).log, 0))).toEqual([5, 7, 8, 9]);
    });
  });

  it("UP6 in a new epoch they have the values of its snapshot", async () => {
    await onStorage("latest epoch", {}, (bench) => {
      put(bench, [waiting("a", "1"), failed("x")]);
      bench.meta = { ...bench.meta, epoch: "e2", floor: 2 };
      put(bench, [], { newEpoch: true, replaceStates: stateMapOf([waiting("a", "2")]) });
      const woken = reload(bench);
      expect([[...woken.states.values()], allAfter(woken.log, 2)]).toEqual([[waiting("a", "2")], []]);
    });
  });
});
