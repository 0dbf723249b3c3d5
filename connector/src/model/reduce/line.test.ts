/** EV20: who waits in a queue, in which order, and when Asterisk is asked for it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createTestModel,
  facts,
  listsCompleted,
  queueCall,
  queueParams,
  type Untimed,
} from "../../testing/model-samples.ts";
import { createLookup } from "../lookup.ts";

const callerFacts = (id: string) => facts(`PJSIP/trunk-${id}`, { uniqueId: id, linkedId: id, callerNumber: id });
const joins = (id: string, position: number, count = position): Untimed => {
  return { kind: "queueCallerJoin", queue: "support", count, position, ...callerFacts(id) };
};
const leaves = (id: string, position: number, count: number): Untimed => {
  return { kind: "queueCallerLeave", queue: "support", count, position, ...callerFacts(id) };
};
const entry = (id: string, position: number, priority = 0): Untimed => {
  const caller = { channel: `PJSIP/trunk-${id}`, uniqueId: id, callerNumber: id, callerName: null };
  return { kind: "queueEntry", queue: "support", ...caller, waitSeconds: 3, position, priority };
};

function open(...events: readonly Untimed[]) {
  const tested = createTestModel([queueParams("support")]);
  tested.receive(...events);
  tested.wait(1000);
  const order = () => tested.callers("support")?.callers.map(({ uniqueId }) => uniqueId);
  const asked = () => tested.effects.filter(({ kind }) => kind === "askQueue").length;
  return { ...tested, order, asked };
}

describe("EV20 the order of callers", () => {
  it("follows the places of those who join, also with priority, and closes up when one leaves", () => {
    const queue = open(joins("a", 1), joins("b", 2), joins("vip", 1, 3), joins("d", 4));
    expect(queue.order()).toEqual(["vip", "a", "b", "d"]);
    queue.receive(leaves("a", 2, 3));
    queue.wait(1000);
    expect([queue.order(), queue.asked()]).toEqual([["vip", "b", "d"], 0]);
  });

  it("who leaves from another place than thought has the queue asked for, whose list mends the order", () => {
    const queue = open(joins("a", 1), joins("b", 2), joins("c", 3));
    queue.receive(leaves("b", 1, 2));
    expect(queue.asked()).toBe(1);
    queue.receive(queueParams("support"), entry("c", 1, 5), entry("a", 2));
    queue.wait(1000);
    expect(queue.callers("support")).toMatchObject({
      count: 2,
      callers: [
        { uniqueId: "c", priority: 5 },
        { uniqueId: "a", priority: 0 },
      ],
    });
    queue.receive(leaves("c", 1, 1), leaves("a", 1, 0));
    expect(queue.asked()).toBe(1);
  });

  it("whoever waits unseen is found, and counts before", () => {
    const queue = open(joins("b", 2));
    expect(queue.callers("support")).toMatchObject({ count: 2, callers: [{ uniqueId: "b" }] });
    queue.receive(joins("c", 3), leaves("b", 2, 2));
    expect(queue.asked()).toBe(1);
    queue.receive(entry("a", 1), entry("c", 2));
    queue.wait(1000);
    expect(queue.order()).toEqual(["a", "c"]);
  });

  it("a connection keeps the order of the list, and since when each waits", () => {
    const queue = open(joins("a", 1), joins("b", 2));
    const since = queue.now() - 3000;
    const lists = [queueParams("support"), entry("n", 1, 9), entry("b", 2), entry("a", 3)];
    queue.receive({ kind: "regenerationStarted" }, ...lists, ...listsCompleted);
    expect(queue.order()).toEqual(["n", "b", "a"]);
    expect(queue.callers("support")?.callers[0]).toMatchObject({ priority: 9, since });
    queue.receive({ kind: "regenerationStarted" }, queueParams("support"), entry("a", 1), ...listsCompleted);
    expect(queue.callers("support")).toMatchObject({ count: 1, callers: [{ uniqueId: "a" }] });
  });

  it("is Asterisk's, whatever joins and leaves", () => {
    const step = fc.record({ leave: fc.boolean(), place: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = open();
        const truth: string[] = [];
        for (const [index, { leave, place }] of steps.entries())
          if (leave && truth.length > 0) {
            const at = place % truth.length;
            const [id = ""] = truth.splice(at, 1);
            queue.receive(leaves(id, at + 1, truth.length));
          } else {
            const at = place % (truth.length + 1);
            truth.splice(at, 0, `${index}`);
            queue.receive(joins(`${index}`, at + 1, truth.length));
          }
        queue.wait(1000);
        expect([queue.order(), queue.asked()]).toEqual([truth, 0]);
      }),
      { numRuns: 50 },
    );
  });
});

it("EV20 a caller shows whom the queue rings, and leaves at the answer, or when taken without the queue's Leave", () => {
  const call = queueCall("support", "1001");
  const other = queueCall("support", "1002");
  const tested = createTestModel([queueParams("support")]);
  const shown = (...events: readonly Untimed[]) => {
    tested.receive(...events);
    tested.wait(1000);
    return tested.callers("support")?.callers.map(({ number, name, ringing }) => ({ number, name, ringing }));
  };
  const alice = { number: "+14155550100", name: "Alice" };
  expect(shown(call.join)).toEqual([{ ...alice, ringing: [] }]);
  expect(shown(call.ring, { ...other.ring, dest: { ...other.agentFacts, uniqueId: "x" } })).toEqual([
    { ...alice, ringing: ["1001", "1002"] },
  ]);
  expect(shown({ kind: "hangup", cause: 26, ...other.agentFacts, uniqueId: "x" })).toEqual([
    { ...alice, ringing: ["1001"] },
  ]);
  expect(shown(call.leave, call.agentEnters, call.callerEnters)).toEqual([]);
  const again = queueCall("support", "1001", "555", "again");
  expect(shown(again.join)).toHaveLength(1);
  expect(shown(again.callerEnters)).toEqual([]);
});

it("EV20 the lists of all queues are published together, at most once a second, with the last value", () => {
  const tested = createTestModel([queueParams("support"), queueParams("sales")], true);
  const join = (queue: string, id: string, position: number): Untimed => {
    return { kind: "queueCallerJoin", queue, count: position, position, ...callerFacts(id) };
  };
  const counts = () => ["support", "sales"].map((queue) => tested.callers(queue)?.count);
  tested.receive(join("support", "a", 1));
  expect(counts()).toEqual([1, 0]);
  tested.receive(join("support", "b", 2), join("sales", "c", 1));
  tested.wait(999);
  expect(counts()).toEqual([1, 0]);
  tested.wait(1);
  expect(counts()).toEqual([2, 1]);
});

it("CM7 a caller of higher priority behind one of lower is out of order, as Asterisk 16 leaves them", () => {
  const queue = open(entry("a", 1), entry("b", 2, 5), entry("c", 3, 0));
  const lookup = createLookup(queue.model);
  expect(lookup.waitingCaller("support", "b")).toMatchObject({ position: 2, isInOrder: false });
  queue.receive(entry("b", 1, 5), entry("a", 2), entry("c", 3));
  expect(lookup.waitingCaller("support", "b")).toMatchObject({ position: 1, isInOrder: true });
  expect(lookup.waitingCaller("support", "c")).toMatchObject({ position: 3, isInOrder: true });
  expect([lookup.waitingCaller("support", "x"), lookup.waitingCaller("nowhere", "a")]).toEqual([null, null]);
});
