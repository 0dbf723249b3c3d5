import { describe, expect, it } from "vitest";
import {
  createTestModel,
  facts,
  listsCompleted,
  member,
  queueCall,
  queueParams,
  type Untimed,
} from "../../testing/model-samples.ts";

const initial = [
  queueParams("support"),
  queueParams("sales"),
  member("PJSIP/1001", "support"),
  member("PJSIP/1002", "support"),
  member("PJSIP/1002", "sales"),
];

/** The same caller is served, each time on another channel of the agent. */
function served(queue: string, agent: string, uniqueId: string) {
  const call = queueCall(queue, agent);
  const dest = { ...call.agentFacts, uniqueId };
  const begins = [call.join, { ...call.ring, dest }, call.leave, { ...call.agentEnters, uniqueId }, call.callerEnters];
  const ends = [call.callerLeaves, { ...call.agentLeaves, uniqueId }, { ...call.agentEnds, uniqueId }];
  return { begins, ends, complete: { ...call.complete, dest } };
}
const { callerEnds } = queueCall("support", "1001");

/**
 * Served for 60 s, redirected into a queue again, served for 10 s until the caller's end. Returns what is published
 * from then on.
 */
function servedTwice(
  [one, other]: readonly ReturnType<typeof served>[],
  isNamed: boolean,
  order: (late: Untimed, last: Untimed) => Untimed[],
) {
  const tested = createTestModel(initial, true);
  tested.receive(...(one?.begins ?? []));
  tested.wait(60_000);
  tested.receive(...(one?.ends ?? []));
  tested.wait(21_000);
  tested.receive(...(other?.begins ?? []));
  tested.wait(10_000);
  const late = { ...one?.complete, dest: null, talkTime: 91, holdTime: 2 } as Untimed;
  const last = { ...other?.complete, talkTime: 10, holdTime: 7 } as Untimed;
  const named = order(late, last);
  const withoutChannels = named.map((complete) => ({ ...complete, caller: null, dest: null }) as Untimed);
  const ends = [...(other?.ends ?? []), callerEnds];
  return [...tested.receive(...(isNamed ? [...named, ...ends] : [...ends, ...withoutChannels])), ...tested.wait(2000)];
}

describe.each([
  ["the late AgentComplete arrives first", (late: Untimed, last: Untimed) => [late, last]],
  ["the late AgentComplete arrives last", (late: Untimed, last: Untimed) => [last, late]],
])("EV6 a caller who is redirected into a queue again is served twice, %s", (_title, order) => {
  describe.each([
    ["with channels", true],
    ["without channels", false],
  ])("%s", (_name, isNamed) => {
    it.each([
      ["another queue", "support", "1001", "sales", "1002"],
      ["another queue, by the same agent", "support", "1002", "sales", "1002"],
      ["the same queue, by another agent", "support", "1001", "support", "1002"],
      ["the same queue, by the same agent", "support", "1001", "support", "1001"],
    ])("in %s", (_where, oneQueue, oneAgent, otherQueue, otherAgent) => {
      const calls = [served(oneQueue, oneAgent, "first"), served(otherQueue, otherAgent, "second")];
      const published = servedTwice(calls, isNamed, order).filter(({ type }) => type === "agentComplete");
      const one = { agent: oneAgent, queueName: oneQueue, talkTime: 60, holdTime: 2, uniqueId: "caller" };
      const other = { agent: otherAgent, queueName: otherQueue, talkTime: 10, holdTime: 7, uniqueId: "caller" };
      expect(published).toHaveLength(2);
      expect(published).toEqual(expect.arrayContaining([one, other].map((each) => expect.objectContaining(each))));
    });

    it("EV9 each queue counts its own", () => {
      const calls = [served("support", "1001", "first"), served("sales", "1002", "second")];
      const published = servedTwice(calls, isNamed, order).filter(({ type }) => type === "queueSummary");
      expect(published.findLast((event) => "queue" in event && event.queue === "support")).toMatchObject({
        completed: 1,
        talkTime: 60,
        holdTime: 2,
      });
      expect(published.findLast((event) => "queue" in event && event.queue === "sales")).toMatchObject({
        completed: 1,
        talkTime: 10,
        holdTime: 7,
      });
    });
  });
});

describe("EV6 a caller is served again while AMI is down", () => {
  it.each([
    ["in another queue", "sales"],
    ["in the same queue, by another agent", "support"],
  ])("%s: each AgentComplete, even without channels, is assigned to its own call", (_where, queue) => {
    const [one, other] = [served("support", "1001", "first"), queueCall(queue, "1002")];
    const listed = { kind: "coreShowChannel", durationSeconds: 0, bridgeId: "b", state: 6 } as const;
    const channels = [
      { ...listed, ...other.agentFacts, application: "AppQueue", applicationData: "(Outgoing Line)" },
      { ...listed, ...other.callerFacts, application: "Queue", applicationData: `${queue},tT,,,40` },
    ];
    const tested = createTestModel(initial);
    tested.receive(...one.begins);
    tested.wait(60_000);
    tested.receive(...one.ends);
    tested.wait(21_000);
    tested.receive({ kind: "regenerationStarted" }, ...initial, ...channels, ...listsCompleted);
    tested.wait(10_000);
    tested.receive(other.agentEnds, other.callerEnds);
    const withoutChannels = { caller: null, dest: null };
    const last = { ...other.complete, ...withoutChannels, talkTime: 12 } as Untimed;
    const late = { ...one.complete, ...withoutChannels, talkTime: 91 } as Untimed;
    const uniqueId = "caller";
    expect(tested.receive(last, late).filter(({ type }) => type === "agentComplete")).toMatchObject([
      { agent: "1002", queueName: queue, uniqueId },
      { agent: "1001", queueName: "support", uniqueId, talkTime: 60 },
    ]);
  });
});

it("EV6 a call to which an AgentComplete without channels was assigned still gets its own", () => {
  const tested = createTestModel(initial);
  const call = served("support", "1001", "first");
  tested.receive(...call.begins);
  tested.wait(5000);
  tested.receive(...call.ends);
  tested.wait(60_000);
  tested.receive({ ...call.complete, caller: null, dest: null } as Untimed);
  const late = { ...call.complete, dest: null, talkTime: 65 } as Untimed;
  expect(tested.receive(late)).toMatchObject([{ uniqueId: "caller", talkTime: 5 }]);
});

it.each([true, false])(
  "EV6 the agent's second channel named as the caller's, the first one is there: %s",
  (isThere) => {
    const call = queueCall("support", "1001");
    const caller = facts("PJSIP/1001-00000003", { uniqueId: "second", linkedId: "second", callerNumber: "1001" });
    const tested = createTestModel(initial);
    tested.receive(call.join, call.ring, call.leave, call.agentEnters, call.callerEnters);
    const complete = { ...call.complete, caller, dest: isThere ? call.agentFacts : null };
    const left = isThere ? [] : [call.agentLeaves, call.agentEnds];
    expect(tested.receive(call.callerLeaves, ...left, complete)).toContainEqual(
      expect.objectContaining({ type: "agentComplete", agent: "1001", queueName: "support", uniqueId: "caller" }),
    );
  },
);

it("EV6 only the last times are remembered of a caller who is served without end", () => {
  const tested = createTestModel(initial);
  const { join, leave } = queueCall("support", "1001");
  for (let time = 1; time <= 1000; time++) tested.receive(join, leave);
  expect(tested.model.served.get("caller")).toHaveLength(20);
});
