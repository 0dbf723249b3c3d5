import { describe, expect, it } from "vitest";
import type { QueueParams } from "../../ami/event/event.ts";
import {
  createTestModel,
  member,
  memberFacts,
  queueCall,
  queueParams,
  type TestModel,
  type Untimed,
} from "../../testing/model-samples.ts";

function params(more: Partial<QueueParams>): Untimed {
  return { ...queueParams("support"), ...more } as Untimed;
}
function summary(tested: TestModel) {
  tested.wait(1000);
  return tested.collator.snapshot().find(({ type }) => type === "queueSummary");
}
/** A call from the beginning of its wait to its end. */
function call(holdTime: number, talkTime: number): Untimed[] {
  const { join, leave, complete } = queueCall("support", "1001");
  return [join, leave, { ...complete, holdTime, talkTime }];
}
const { join, abandon, leave } = queueCall("support", "1001");

describe("EV9 queueSummary continues app_queue's counts", () => {
  it.each([
    ["the first call sets the averages", {}, call(7, 2), { completed: 1, holdTime: 7, talkTime: 2 }],
    [
      "later calls count a quarter, in whole seconds",
      { completed: 2, holdTime: 2, talkTime: 3, serviceLevelPerf: 100 },
      call(1, 5),
      { completed: 3, holdTime: 1, talkTime: 3 },
    ],
    ["after an abandoned call the first hold time is averaged too", { abandoned: 1 }, call(7, 2), { holdTime: 1 }],
    ["a call answered in time", {}, call(20, 2), { serviceLevelPerf: 100 }],
    ["a call answered too late", {}, call(21, 2), { serviceLevelPerf: 0 }],
    [
      "the calls answered in time are computed from the percentage",
      { completed: 3, serviceLevelPerf: 66.7 },
      call(1, 1),
      { completed: 4, serviceLevelPerf: 75 },
    ],
    ["an abandoned call", {}, [join, abandon, leave], { abandoned: 1, completed: 0, calls: 0 }],
  ] as [string, Partial<QueueParams>, Untimed[], object][])("%s", (_title, before, events, after) => {
    const tested = createTestModel([params(before)], true);
    tested.receive(...events);
    expect(summary(tested)).toMatchObject(after);
  });

  it("a hold time that a list included after the answer is not counted again", () => {
    const tested = createTestModel([params({})], true);
    const [joins, leaves, completes] = call(7, 2) as [Untimed, Untimed, Untimed];
    tested.receive(joins, leaves, params({ holdTime: 7 }), completes);
    expect(summary(tested)).toMatchObject({ completed: 1, holdTime: 7, talkTime: 2 });
  });

  it("reachable members are logged in; idle members without a pause are available", () => {
    const statuses = [0, 1, 2, 4, 5, 6];
    const members = statuses.map((status) => member(`PJSIP/100${status}`, "support", { status }));
    const paused = member("PJSIP/1009", "support", { paused: true });
    expect(summary(createTestModel([params({}), ...members, paused], true))).toMatchObject({
      loggedIn: 5,
      available: 2,
    });
  });

  it("CM5 a reset clears the counts but not the service level", () => {
    const tested = createTestModel([params({}), member("PJSIP/1001", "support", { callsTaken: 3 })], true);
    tested.receive(...call(7, 2), { kind: "queueStatsReset", queue: "support" });
    expect(summary(tested)).toMatchObject({ completed: 0, holdTime: 0, talkTime: 0, serviceLevel: 20 });
    expect(tested.collator.snapshot()).toContainEqual(
      expect.objectContaining({ type: "memberSummary", callsTaken: 0 }),
    );
  });
});

it("EV9 memberSummary has the calls taken, and whether the agent is in a call of this queue", () => {
  const tested = createTestModel([params({}), member("PJSIP/1001", "support"), member("PJSIP/1001", "sales")], true);
  const talk = queueCall("support", "1001");
  const summaries = () =>
    tested.collator
      .snapshot()
      .flatMap((event) => (event.type === "memberSummary" ? [[event.queue, event.inCall]] : []));
  tested.wait(1000);
  tested.receive(talk.ring, talk.agentEnters, talk.callerEnters);
  expect(summaries()).toEqual([
    ["support", true],
    ["sales", false],
  ]);
  tested.receive({
    kind: "queueMemberStatus",
    ...memberFacts("PJSIP/1001", "support", { callsTaken: 1, lastCall: 5 }),
  });
  tested.receive(talk.agentLeaves);
  tested.wait(1000);
  expect(summaries()).toContainEqual(["support", false]);
  expect(tested.collator.snapshot()).toContainEqual(
    expect.objectContaining({ memberInterface: "PJSIP/1001", callsTaken: 1, lastCall: 5 }),
  );
});
