import { type SiteEvent, stateKey } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import {
  createTestModel,
  facts,
  listsCompleted,
  member,
  memberFacts,
  parkingEvent,
  queueCall,
  queueParams,
  type Untimed,
} from "../../testing/model-samples.ts";
import { reduce } from "../reduce/reduce.ts";
import { createAgentRule } from "../state/agent.ts";
import { createModel } from "../state/create-model.ts";
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
  it("a state is published with its last value only, and not at all if that equals the last published value", () => {
    const tested = createTestModel(initial);
    expect(tested.receive(status(6), status(2)).filter(({ type }) => type === "queueMemberStatus")).toMatchObject([
      { status: "inuse" },
    ]);
    expect(tested.receive(status(6), status(2))).toEqual([]);
  });

  it("all occurrences are published, in the order in which they happened", () => {
    const parked = parkingEvent("parkedCall", "c");
    const again = parkingEvent("parkedCall", "c");
    const published = createTestModel(initial).receive(parked, status(2), call.complete, again);
    expect(types(published)).toEqual([
      "parkedCallState",
      "parkedCall",
      "queueMemberStatus",
      "extensionStatus",
      "agentComplete",
      "parkedCall",
    ]);
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

describe("EV12 the last published values", () => {
  it("before the first regeneration is complete only occurrences are published", () => {
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
    const tested = createTestModel(initial, true);
    const all = new Map(projectAll(tested.model, tested.now()).map((event) => [stateKey(event), event]));
    const snapshot = new Map(tested.collator.snapshot().map((event) => [stateKey(event), event]));
    expect(snapshot).toEqual(all);
    expect([...snapshot.keys()].sort()).toEqual([
      "agentName,1001",
      "extensionStatus,1001",
      "memberSummary,1001,support",
      "phoneNumber,1001",
      "queueCallers,support",
      "queueCount,support",
      "queueMemberStatus,1001,support",
      "queueSummary,support",
    ]);
  });

  it("states are held back during a regeneration, and their differences are published once at its end", () => {
    const tested = createTestModel(initial);
    const [first, ...rest] = listsCompleted as readonly [Untimed, ...Untimed[]];
    expect(tested.receive({ kind: "regenerationStarted" }, queueParams("support"), status(2), call.join)).toEqual([]);
    expect(
      tested.receive(
        {
          kind: "queueEntry",
          queue: "support",
          channel: "c",
          uniqueId: "caller",
          callerNumber: null,
          callerName: null,
          waitSeconds: 9,
          position: null,
          priority: 0,
        },
        first,
      ),
    ).toEqual([]);
    expect(types(tested.receive(call.complete))).toEqual(["agentComplete"]);
    expect(types(tested.receive(...rest)).sort()).toEqual(["extensionStatus", "queueCount", "queueMemberStatus"]);
  });
});

it("EV16 before a stop, occurrences that are held back are taken as they are", () => {
  const tested = createTestModel(initial);
  tested.receive(call.join, call.leave);
  expect(tested.collator.takeHeldBack()).toMatchObject([{ type: "queueCallEnded", outcome: "exited" }]);
  expect(types(tested.wait(2000))).toEqual([]);
});

describe("a call that seems to end", () => {
  const answered = [call.join, call.ring, call.leave, call.agentEnters, call.callerEnters];

  it("is held back for a moment while its channel lives on, because channels change bridges by leaving one first", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered);
    expect(tested.receive(call.agentLeaves)).toEqual([]);
    tested.wait(10);
    expect(tested.receive({ ...call.agentEnters, bridgeId: "b2" }, { ...call.callerEnters, bridgeId: "b2" })).toEqual(
      [],
    );
    expect(tested.wait(1000)).toEqual([]);
  });

  it("is published after that moment", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered);
    expect(tested.receive(call.callerLeaves)).toEqual([]);
    expect(tested.collator.nextDueAt()).toBe(tested.now() + 50);
    expect(tested.wait(50)).toMatchObject([{ type: "agentTalkEnded" }, { type: "phoneNumber", number: null }]);
  });

  it("is published at once when the channel ends", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered);
    tested.receive(call.callerLeaves);
    expect(tested.receive(call.agentEnds)).toMatchObject([{ type: "phoneNumber", number: null }]);
  });
});

describe("EV9 at most one summary a second per queue, and always the last value", () => {
  const joins = (count: number): Untimed => ({
    kind: "queueCallerJoin",
    position: null,
    queue: "support",
    count,
    ...facts("c", { uniqueId: `c${count}` }),
  });
  const summaries = (events: readonly SiteEvent[]) =>
    events.flatMap((event) => (event.type === "queueSummary" ? [event.calls] : []));

  it("keeps summaries a second apart", () => {
    const tested = createTestModel(initial, true);
    tested.wait(1000);
    expect(summaries(tested.receive(joins(1)))).toEqual([1]);
    tested.wait(400);
    expect(summaries(tested.receive(joins(2)))).toEqual([]);
    expect(summaries(tested.receive(joins(3)))).toEqual([]);
    // Then they go with other events, and alone a quarter of a second later.
    expect(tested.collator.nextDueAt()).toBe(tested.now() + 850);
    expect(summaries(tested.wait(599))).toEqual([]);
    expect(summaries(tested.wait(1))).toEqual([3]);
    expect(tested.collator.nextDueAt()).toBeUndefined();
  });

  it("one queue does not wait for another", () => {
    const tested = createTestModel([...initial, queueParams("sales")], true);
    tested.wait(1000);
    tested.receive(joins(1));
    expect(tested.receive(queueCall("sales", "1001").join)).toContainEqual(
      expect.objectContaining({ type: "queueSummary", queue: "sales" }),
    );
  });

  it("a longer wait alone is no change", () => {
    const tested = createTestModel(initial, true);
    tested.wait(1000);
    tested.receive(joins(1));
    tested.wait(5000);
    const entry: Untimed = {
      kind: "queueEntry",
      queue: "support",
      channel: "c",
      uniqueId: "c1",
      callerNumber: null,
      callerName: null,
      waitSeconds: 5,
      position: null,
      priority: 0,
    };
    expect(tested.receive({ kind: "regenerationStarted" }, ...initial, entry, ...listsCompleted)).toEqual([]);
  });
});
