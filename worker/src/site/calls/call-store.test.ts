/** The list of calls in the storage of a Site object that nobody else uses. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { SiteEvent } from "@pbxis/shared";
import fc from "fast-check";
import { expect, it } from "vitest";
import { complete, ended } from "../../testing/events.ts";
import type { CallQuery } from "../api.ts";
import type { LoggedRow } from "../log/log-rows.ts";
import { CallStore } from "./call-store.ts";

const start = 1_763_889_990_000;
const day = 24 * 3_600_000;
const kept = 35 * day;
const all: CallQuery = {
  ...{ from: null, to: null, queues: "*", agents: null, outcomes: null, number: null, limit: 500, after: null },
};

/** `log` has what was recorded, one row each; `open` is a site that wakes. */
type Bench = Readonly<{
  open: (limits?: { calls: number; scanned: number }) => CallStore;
  record: (store: CallStore, event: SiteEvent, at: number) => void;
  log: LoggedRow[];
  sql: SqlStorage;
}>;

const onStore = (name: string, test: (bench: Bench) => void) =>
  runInDurableObject(env.SITE.getByName(`calls ${name}`), (_site, { storage: { sql } }) => {
    const log: LoggedRow[] = [];
    const open: Bench["open"] = (limits) => {
      const store = new CallStore(sql, name, kept, limits);
      store.load(log.length, (position) => log.filter(({ first }) => first > position));
      return store;
    };
    const record: Bench["record"] = (store, event, at) => {
      log.push({ first: log.length + 1, at, items: [event] });
      store.record([event], at);
    };
    test({ sql, open, log, record });
  });

const answered = (uniqueId: string, at: number, more: object = {}) =>
  ended("support", uniqueId, { outcome: "answered", agent: "1001", since: at - 7_000, at, ...more });
const talked = (uniqueId: string, at: number, more: object = {}) =>
  SiteEvent.parse({ ...complete("1001", uniqueId), recording: `/${uniqueId}.wav`, talkTime: 60, at, ...more });
const ids = (store: CallStore, query: Partial<CallQuery> = {}) =>
  store.find({ ...all, ...query }).calls.map(({ uniqueId }) => uniqueId);

const rowsOf = (sql: SqlStorage) => sql.exec<{ rows: number }>("SELECT count(*) AS rows FROM call").one().rows;

it("AP13 one row a call, of EV16 and EV6 in any order, also over restarts and checkpoints between the two", async () => {
  await onStore("order", ({ open, sql, log, record }) => {
    const events = [answered("1", start), talked("1", start + 60_000)];
    const row = {
      ...{ queue: "support", uniqueId: "1", callId: "1", outcome: "answered", agent: "1001", number: "+14155550100" },
      ...{ name: "Alice", joinedAt: start - 7_000, answeredAt: start, endedAt: start + 60_000, waitTime: 7_000 },
      ...{ talkTime: 60_000, position: 1, originalPosition: 2, recording: "/1.wav", reason: "caller" },
    };
    const woken: Record<string, (store: CallStore) => CallStore> = {
      never: (store) => store,
      restarted: () => open(),
      saved: (store) => {
        store.save(log.length);
        return open();
      },
    };
    for (const order of [events, events.toReversed()])
      for (const wake of Object.values(woken)) {
        let store = open();
        for (const [index, event] of order.entries()) {
          expect(rowsOf(sql)).toBe(0);
          if (index === 1 && event === events[1])
            expect(store.find(all).calls).toEqual([
              { ...row, endedAt: null, talkTime: null, recording: null, reason: null },
            ]);
          record(store, event, start + 61_000);
          store = wake(store);
        }
        expect(store.find(all)).toEqual({ calls: [row], next: null });
        expect(rowsOf(sql)).toBe(1);
        sql.exec("DELETE FROM call");
      }
  });
});

it("AP13 a call that is over writes one row, also in the place of one that is too old: the platform bills rows", async () => {
  await onStore("bill", ({ open, sql }) => {
    let rows = 0;
    const counting = new Proxy(sql, {
      get: (_sql, name) =>
        name !== "exec"
          ? Reflect.get(sql, name)
          : (query: string, ...values: SqlStorageValue[]) => {
              const cursor = sql.exec(query, ...values);
              rows += cursor.rowsWritten;
              return cursor;
            },
    });
    const store = new CallStore(counting as SqlStorage, "bill", kept);
    rows = 0;
    const play = (uniqueId: string, at: number) => {
      store.record([answered(uniqueId, at)], at);
      store.record([talked(uniqueId, at + 60_000)], at + 60_000);
      return rows;
    };
    expect([play("1", start), play("2", start + day), play("3", start + kept + 1)]).toEqual([1, 2, 3]);
    expect([ids(open()), rowsOf(sql)]).toEqual([["3", "2"], 2]);
  });
});

it("AP13 a call whose talk nobody reports is over after a day", async () => {
  await onStore("endless", ({ open, sql, record }) => {
    const store = open();
    record(store, answered("1", start), start);
    record(store, ended("support", "2", { at: start + day - 1 }), start + day - 1);
    expect([ids(store), rowsOf(sql)]).toEqual([["2", "1"], 1]);
    record(store, ended("support", "3", { at: start + day }), start + day);
    for (const one of [store, open()]) expect([ids(one), rowsOf(sql)]).toEqual([["3", "2", "1"], 3]);
  });
});

it("AP13 a site that has lost its log still has the calls that were saved", async () => {
  await onStore("lost", ({ open, log, record }) => {
    const store = open();
    record(store, answered("1", start), start);
    store.save(7);
    log.length = 0;
    const woken = open();
    expect(ids(woken)).toEqual(["1"]);
    woken.saveIfChanged(0);
    record(woken, talked("1", start + 60_000), start + 60_000);
    expect(open().find(all).calls).toMatchObject([{ talkTime: 60_000 }]);
  });
});

it("AP13 a call that nobody answered, and one whose talk goes on", async () => {
  await onStore("outcomes", ({ open }) => {
    const store = open();
    const lost = ended("support", "1", { outcome: "unknown", waitTime: null, since: null, at: start });
    store.record([lost, answered("2", start + 1)], start + 1);
    store.record([ended("sales", "3", { at: start + 2 })], start + 2);
    expect(store.find(all).calls).toMatchObject([
      { uniqueId: "3", outcome: "abandoned", answeredAt: null, endedAt: start + 2, talkTime: null },
      { uniqueId: "2", outcome: "answered", answeredAt: start + 1, endedAt: null, talkTime: null },
      { uniqueId: "1", outcome: "unknown", answeredAt: null, endedAt: start, agent: null, joinedAt: null },
    ]);
    store.record([talked("1", start + 90_000)], start + 90_000);
    expect(store.find(all).calls[2]).toMatchObject({ agent: "1001", talkTime: 60_000, endedAt: start });
  });
});

it("AP13 a clock that is ahead puts no call into the future, where it would be kept for ever", async () => {
  await onStore("future", ({ open }) => {
    const store = open();
    store.record([answered("1", start + 1e12)], start);
    expect(store.find(all).calls[0]).toMatchObject({ answeredAt: start });
  });
});

it("AP13 every filter, and pages that together are the list, whatever they ask for", async () => {
  await onStore("pages", ({ open }) => {
    const store = open({ calls: 1_000, scanned: 7 });
    const outcomes = ["answered", "abandoned", "exited"] as const;
    const calls = Array.from({ length: 60 }, (_, index) => ({
      ...{ uniqueId: `${index}`, queue: index % 4 === 0 ? "sales" : "support", outcome: outcomes[index % 3] ?? "" },
      // Several in one millisecond.
      ...{ at: start + Math.floor(index / 3), agent: index % 3 === 0 ? `100${index % 2}` : null },
      number: index % 10 === 0 ? "+1" : `${index}`,
    }));
    for (const { queue, uniqueId, ...more } of calls) store.record([ended(queue, uniqueId, more)], start + day);
    // Those that are answered have a talk only in part, so some are in rows and some are not.
    for (let index = 0; index < 60; index += 6)
      store.record(
        [talked(`${index}`, start + 60_000, { agent: `100${index % 2}`, queueName: calls[index]?.queue })],
        start + day,
      );
    const query = fc.record({
      from: fc.option(fc.integer({ min: start - 1, max: start + 25 })),
      to: fc.option(fc.integer({ min: start - 1, max: start + 25 })),
      queues: fc.constantFrom<CallQuery["queues"]>("*", ["sales"], ["sales", "support"], []),
      agents: fc.constantFrom<CallQuery["agents"]>(null, "*", ["1001"], ["1002"]),
      outcomes: fc.constantFrom<CallQuery["outcomes"]>(null, ["answered"], ["abandoned", "exited"], ["moved"]),
      number: fc.constantFrom(null, "+1", "17"),
      limit: fc.integer({ min: 1, max: 10 }),
    });
    fc.assert(
      fc.property(query, (asked) => {
        const expected = calls
          .filter(({ at }) => (asked.from === null || at >= asked.from) && (asked.to === null || at < asked.to))
          .filter(({ queue }) => asked.queues === "*" || asked.queues.includes(queue))
          .filter(({ agent }) => {
            if (asked.agents === null) return true;
            return agent !== null && (asked.agents === "*" || asked.agents.includes(agent));
          })
          .filter(({ outcome }) => asked.outcomes === null || asked.outcomes.includes(outcome))
          .filter(({ number }) => asked.number === null || number === asked.number)
          .map(({ uniqueId }) => uniqueId);
        const found: string[] = [];
        let after: CallQuery["after"] = null;
        do {
          const page = store.find({ ...asked, after });
          expect(page.calls.length).toBeLessThanOrEqual(asked.limit);
          found.push(...page.calls.map(({ uniqueId }) => uniqueId));
          after = page.next;
        } while (after);
        expect(found).toEqual(expected.toReversed());
      }),
      { numRuns: 200 },
    );
  });
});

it("AP13 calls are kept as long as they may be, and no more of them than there is room for", async () => {
  await onStore("age", ({ open, sql }) => {
    const store = open({ calls: 3_000, scanned: 1_000 });
    expect(store.oldestAt()).toBeNull();
    for (let index = 0; index < 12_000; index++) {
      const event = ended("support", `${index}`, { at: start + (index < 10_500 ? 1 : index) });
      store.record([event], start + day);
    }
    expect(rowsOf(sql)).toBe(3_000);
    expect(store.oldestAt()).toBe(start + 1);
    store.record([answered("open", start + 11_998)], start + day);
    store.deleteBefore(start + 11_998, 0);
    expect(ids(store)).toEqual(["11999", "open", "11998"]);
    expect(store.oldestAt()).toBe(start + 11_998);
    store.deleteBefore(start + 11_999, 0);
    for (const one of [store, open()]) expect(ids(one)).toEqual(["11999"]);
    store.deleteBefore(start + day, 0);
    expect(store.oldestAt()).toBeNull();
  });
});

it("AP13 a great many old calls do not go at once", async () => {
  await onStore("many", ({ open, sql }) => {
    const store = open();
    sql.exec(`INSERT INTO call (ended, id, queue, unique_id, call_id, outcome)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000)
      SELECT ${start} + i / 20000, i, 'support', i, i, 'abandoned' FROM n`);
    const steps: (number | null)[] = [];
    for (; store.oldestAt() !== null; store.deleteBefore(start + day, 0)) steps.push(store.oldestAt());
    expect(steps).toEqual([start, start + 1]);
  });
});

it("AP13 nothing is stored with 0 days", async () => {
  await onStore("none", ({ sql }) => {
    const store = new CallStore(sql, "none", 0);
    store.record([answered("1", start), talked("2", start)], start);
    expect([store.find(all).calls, store.oldestAt()]).toEqual([[], null]);
  });
});

it("AP13 calls that the first version has stored stay, and no number has an index of its own", async () => {
  await onStore("first version", ({ open, sql }) => {
    open().record([ended("support", "1", { at: start })], start);
    sql.exec("DROP TABLE call_state");
    sql.exec("CREATE TABLE early_talk (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL)");
    sql.exec("CREATE INDEX call_number ON call (number, ended) WHERE number IS NOT NULL");
    sql.exec("UPDATE stored_version SET version = 1 WHERE name = 'calls'");
    expect(ids(open())).toEqual(["1"]);
    const left = "SELECT name FROM sqlite_master WHERE name IN ('early_talk', 'call_number')";
    expect(sql.exec(left).toArray()).toEqual([]);
  });
});
