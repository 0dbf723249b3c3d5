import { type SiteEvent, stateKey } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import {
  createBench,
  facts,
  listsCompleted,
  member,
  memberFacts,
  queueCall,
  queueParams,
  type Untimed,
} from "../../testing/model-samples.ts";
import { reduce } from "../reduce/reduce.ts";
import { createAgentRule } from "../state/agent.ts";
import { createModel } from "../state/state.ts";
import { createCollator } from "./collate.ts";
import { projectAll } from "./project.ts";

const initial = [queueParams("support"), member("PJSIP/1001", "support", { name: "Ann" })];
const call = queueCall("support", "1001");

function status(number: number): Untimed {
  return { kind: "queueMemberStatus", ...memberFacts("PJSIP/1001", "support", { name: "Ann", status: number }) };
}
function types(events: readonly SiteEvent[]): string[] {
  return events.map(({ type }) => type);
}

describe("EV11 states and occurrences", () => {
  it("of a state only the last value is told, and nothing when it is what was told", () => {
    const bench = createBench(initial);
    expect(bench.tell(status(6), status(2)).filter(({ type }) => type === "queueMemberStatus")).toMatchObject([
      { status: "inuse" },
    ]);
    expect(bench.tell(status(6), status(2))).toEqual([]);
  });

  it("occurrences are all told, in the order of what happened", () => {
    const parked: Untimed = { kind: "parkedCall", channel: "c", callerId: null, parkingSpace: "701" };
    const told = createBench(initial).tell(parked, status(2), call.complete, parked);
    expect(types(told)).toEqual(["parkedCall", "queueMemberStatus", "extensionStatus", "agentComplete", "parkedCall"]);
  });
});

it("two collators over one model publish the same, whenever each of them ticks", () => {
  const model = createModel(createAgentRule());
  const collators = [createCollator(model), createCollator(model)] as const;
  const published: SiteEvent[][] = [[], []];
  const apply = (at: number, ...events: readonly Untimed[]) => {
    for (const event of events) {
      const changes = reduce(model, { ...event, at } as never);
      for (const collator of collators) collator.add(changes);
    }
  };
  const tick = (index: 0 | 1, now: number) => published[index]?.push(...collators[index].tick(now));
  apply(0, { kind: "regenerationStarted" }, ...initial, ...listsCompleted);
  tick(0, 0);
  tick(1, 0);
  apply(1, status(6), call.join);
  // The second collator still has these changes to publish, and its summaries wait, when the first one has done both.
  tick(0, 2000);
  apply(2, status(2));
  tick(0, 4000);
  tick(1, 4000);
  const states = (events: readonly SiteEvent[]) =>
    new Map(events.map((event) => [stateKey(event), { ...event, at: 0 }]));
  expect(states(published[1] ?? [])).toEqual(states(published[0] ?? []));
  expect(states(collators[1].snapshot())).toEqual(states(published[1] ?? []));
  expect(collators.map((collator) => collator.nextDueAt())).toEqual([undefined, undefined]);
});

describe("EV12 the account of what was told", () => {
  it("nothing is told before the first regeneration is through, but occurrences", () => {
    const model = createModel(createAgentRule());
    const collator = createCollator(model);
    const pipeline = (event: Untimed) => collator.add(reduce(model, { ...event, at: 5 } as never));
    pipeline(status(1));
    pipeline(call.complete);
    expect(types(collator.tick(5))).toEqual(["agentComplete"]);
    expect(collator.snapshot()).toEqual([]);
    expect(collator.nextDueAt()).toBeUndefined();
  });

  it("the snapshot is the projection of the whole model, each under its own key", () => {
    const bench = createBench(initial, true);
    const all = new Map(projectAll(bench.model, bench.now()).map((event) => [stateKey(event), event]));
    const snapshot = new Map(bench.collator.snapshot().map((event) => [stateKey(event), event]));
    expect(snapshot).toEqual(all);
    expect([...snapshot.keys()].sort()).toEqual([
      "agentName,1001",
      "extensionStatus,1001",
      "memberSummary,1001,support",
      "phoneNumber,1001",
      "queueCount,support",
      "queueMemberStatus,1001,support",
      "queueSummary,support",
    ]);
  });

  it("during a regeneration states are held back; at its end the differences are told once", () => {
    const bench = createBench(initial);
    const [first, ...rest] = listsCompleted as readonly [Untimed, ...Untimed[]];
    expect(bench.tell({ kind: "regenerationStarted" }, queueParams("support"), status(2), call.join)).toEqual([]);
    expect(
      bench.tell({ kind: "queueEntry", queue: "support", channel: "c", uniqueId: "caller", waitSeconds: 9 }, first),
    ).toEqual([]);
    expect(types(bench.tell(call.complete))).toEqual(["agentComplete"]);
    expect(types(bench.tell(...rest)).sort()).toEqual(["extensionStatus", "queueCount", "queueMemberStatus"]);
  });
});

describe("a call that seems to end", () => {
  const answered = [call.join, call.ring, call.leave, call.agentEnters, call.callerEnters];

  it("is kept for a moment while its channel lives on, for channels swap bridges by leaving one", () => {
    const bench = createBench(initial);
    bench.tell(...answered);
    expect(bench.tell(call.agentLeaves)).toEqual([]);
    bench.wait(10);
    expect(bench.tell({ ...call.agentEnters, bridgeId: "b2" }, { ...call.callerEnters, bridgeId: "b2" })).toEqual([]);
    expect(bench.wait(1000)).toEqual([]);
  });

  it("is told after that moment", () => {
    const bench = createBench(initial);
    bench.tell(...answered);
    expect(bench.tell(call.callerLeaves)).toEqual([]);
    expect(bench.collator.nextDueAt()).toBe(bench.now() + 50);
    expect(bench.wait(50)).toMatchObject([{ type: "phoneNumber", number: null }]);
  });

  it("is told at once when the channel ends", () => {
    const bench = createBench(initial);
    bench.tell(...answered);
    bench.tell(call.callerLeaves);
    expect(bench.tell(call.agentEnds)).toMatchObject([{ type: "phoneNumber", number: null }]);
  });
});

describe("EV9 at most one summary a second and queue, the last value surely", () => {
  const joins = (count: number): Untimed => ({
    kind: "queueCallerJoin",
    queue: "support",
    count,
    ...facts("c", { uniqueId: `c${count}` }),
  });
  const summaries = (events: readonly SiteEvent[]) =>
    events.flatMap((event) => (event.type === "queueSummary" ? [event.calls] : []));

  it("paces", () => {
    const bench = createBench(initial, true);
    bench.wait(1000);
    expect(summaries(bench.tell(joins(1)))).toEqual([1]);
    bench.wait(400);
    expect(summaries(bench.tell(joins(2)))).toEqual([]);
    expect(summaries(bench.tell(joins(3)))).toEqual([]);
    expect(bench.collator.nextDueAt()).toBe(bench.now() + 600);
    expect(summaries(bench.wait(599))).toEqual([]);
    expect(summaries(bench.wait(1))).toEqual([3]);
    expect(bench.collator.nextDueAt()).toBeUndefined();
  });

  it("one queue does not wait for another", () => {
    const bench = createBench([...initial, queueParams("sales")], true);
    bench.wait(1000);
    bench.tell(joins(1));
    expect(bench.tell(queueCall("sales", "1001").join)).toContainEqual(
      expect.objectContaining({ type: "queueSummary", queue: "sales" }),
    );
  });

  it("waiting longer is no change by itself", () => {
    const bench = createBench(initial, true);
    bench.wait(1000);
    bench.tell(joins(1));
    bench.wait(5000);
    const entry: Untimed = { kind: "queueEntry", queue: "support", channel: "c", uniqueId: "c1", waitSeconds: 5 };
    expect(bench.tell({ kind: "regenerationStarted" }, ...initial, entry, ...listsCompleted)).toEqual([]);
  });
});
