import { describe, expect, it } from "vitest";
import type { QueueParams } from "../../ami/event/event.ts";
import { createBench, member, memberFacts, queueCall, queueParams, type Untimed } from "../../testing/model-samples.ts";

function params(more: Partial<QueueParams>): Untimed {
  return { ...queueParams("support"), ...more } as Untimed;
}
function summary(bench: ReturnType<typeof createBench>) {
  bench.wait(1000);
  return bench.collator.snapshot().find(({ type }) => type === "queueSummary");
}
/** A call from the wait to its end. */
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
      "the calls answered in time are got back from the percentage",
      { completed: 3, serviceLevelPerf: 66.7 },
      call(1, 1),
      { completed: 4, serviceLevelPerf: 75 },
    ],
    ["an abandoned call", {}, [join, abandon, leave], { abandoned: 1, completed: 0, calls: 0 }],
  ] as [string, Partial<QueueParams>, Untimed[], object][])("%s", (_title, before, events, after) => {
    const bench = createBench([params(before)], true);
    bench.tell(...events);
    expect(summary(bench)).toMatchObject(after);
  });

  it("a hold time that a list told since the answer is not counted again", () => {
    const bench = createBench([params({})], true);
    const [joins, leaves, completes] = call(7, 2) as [Untimed, Untimed, Untimed];
    bench.tell(joins, leaves, params({ holdTime: 7 }), completes);
    expect(summary(bench)).toMatchObject({ completed: 1, holdTime: 7, talkTime: 2 });
  });

  it("who can be reached is logged in, who is idle and not paused is available", () => {
    const statuses = [0, 1, 2, 4, 5, 6];
    const members = statuses.map((status) => member(`PJSIP/100${status}`, "support", { status }));
    const paused = member("PJSIP/1009", "support", { paused: true });
    expect(summary(createBench([params({}), ...members, paused], true))).toMatchObject({ loggedIn: 5, available: 2 });
  });

  it("CM5 a reset clears the counts, not the service level", () => {
    const bench = createBench([params({}), member("PJSIP/1001", "support", { callsTaken: 3 })], true);
    bench.tell(...call(7, 2), { kind: "queueStatsReset", queue: "support" });
    expect(summary(bench)).toMatchObject({ completed: 0, holdTime: 0, talkTime: 0, serviceLevel: 20 });
    expect(bench.collator.snapshot()).toContainEqual(expect.objectContaining({ type: "memberSummary", callsTaken: 0 }));
  });
});

it("EV9 memberSummary tells the calls taken and whether the agent is in one of this queue's", () => {
  const bench = createBench([params({}), member("PJSIP/1001", "support"), member("PJSIP/1001", "sales")], true);
  const talk = queueCall("support", "1001");
  const summaries = () =>
    bench.collator.snapshot().flatMap((event) => (event.type === "memberSummary" ? [[event.queue, event.inCall]] : []));
  bench.wait(1000);
  bench.tell(talk.ring, talk.agentEnters, talk.callerEnters);
  expect(summaries()).toEqual([
    ["support", true],
    ["sales", false],
  ]);
  bench.tell({ kind: "queueMemberStatus", ...memberFacts("PJSIP/1001", "support", { callsTaken: 1, lastCall: 5 }) });
  bench.tell(talk.agentLeaves);
  bench.wait(1000);
  expect(summaries()).toContainEqual(["support", false]);
  expect(bench.collator.snapshot()).toContainEqual(
    expect.objectContaining({ memberInterface: "PJSIP/1001", callsTaken: 1, lastCall: 5 }),
  );
});
