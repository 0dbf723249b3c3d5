import { describe, expect, it } from "vitest";
import {
  createTestModel,
  facts,
  listsCompleted,
  member,
  pickupOf,
  queueCall,
  queueParams,
  type TestModel,
  type Untimed,
} from "../../testing/model-samples.ts";
import { originatedChannelId } from "../state/originated.ts";

const initial = [queueParams("support"), member("PJSIP/1001", "support")];
const call = queueCall("support", "1001");
const answered = [call.join, call.ring, call.leave, call.agentEnters, call.callerEnters];

function recorded(uniqueId: string, linkedId = "caller"): Untimed {
  return { kind: "mixMonitorStart", ...facts("PJSIP/any-00000001", { uniqueId, linkedId }) };
}
function hasPath(uniqueId: string, path: string | null): Untimed {
  return { kind: "recordingPath", uniqueId, path };
}
function completed(tested: TestModel, complete: Untimed = call.complete) {
  return tested.receive(complete).filter(({ type }) => type === "agentComplete");
}

describe("EV6 agentComplete", () => {
  it("is published once for each AgentComplete, with the caller's wait and the talk time", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered);
    const expected = { agent: "1001", uniqueId: "caller", talkTime: 4, holdTime: 2, queueName: "support" };
    expect(completed(tested)).toMatchObject([{ ...expected, recording: null, reason: "caller" }]);
    expect(completed(tested)).toHaveLength(1);
  });

  it.each([
    [
      "the caller's channel",
      [recorded("caller"), hasPath("caller", "/a.wav"), recorded("agent"), hasPath("agent", "/b.wav")],
    ],
    ["the agent's channel", [recorded("caller-1001"), hasPath("caller-1001", "/a.wav")]],
    ["another channel of the call", [recorded("other"), hasPath("other", "/a.wav")]],
    [
      "a path named before the start",
      [{ kind: "recordingNamed", uniqueId: "caller", path: "/a.wav" }, recorded("caller")],
    ],
  ] as [string, Untimed[]][])("finds the recording of %s", (_title, events) => {
    const tested = createTestModel(initial);
    tested.receive(...answered, ...events);
    expect(completed(tested)).toMatchObject([{ recording: "/a.wav" }]);
  });

  it("a recording of another call is not taken", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered, recorded("other", "another call"), hasPath("other", "/a.wav"));
    expect(completed(tested)).toMatchObject([{ recording: null }]);
  });

  it("the path is requested once for each start, unless it was just named", () => {
    const tested = createTestModel(initial);
    tested.receive(
      recorded("caller"),
      { kind: "recordingNamed", uniqueId: "agent", path: "/b.wav" },
      recorded("agent"),
    );
    expect(tested.effects).toMatchObject([{ kind: "askRecording", uniqueId: "caller" }]);
    tested.receive(recorded("agent"));
    expect(tested.effects).toMatchObject([{ uniqueId: "caller" }, { uniqueId: "agent" }]);
  });

  it.each([
    ["after both channels' end", [call.agentEnds, call.callerEnds]],
    ["after the caller's", [call.callerEnds]],
    ["after the bridge's", [{ kind: "bridgeDestroy", bridgeId: call.agentEnters.bridgeId }]],
  ] as [string, Untimed[]][])("finds the call if AgentComplete names no channel, %s", (_when, ends) => {
    const tested = createTestModel(initial);
    tested.receive(...answered, recorded("caller"), hasPath("caller", "/a.wav"));
    tested.wait(3600);
    tested.receive(...ends);
    const withoutChannels = { ...call.complete, caller: null, dest: null, talkTime: 4 } as Untimed;
    expect(completed(tested, withoutChannels)).toMatchObject([
      { uniqueId: "caller", recording: "/a.wav", talkTime: 4 },
    ]);
  });

  it("finds the call if AgentComplete names no channel, and another agent picked the call up", () => {
    const tested = createTestModel([...initial, member("PJSIP/1002", "other")]);
    const picker = facts("PJSIP/1002-00000003", { uniqueId: "picker", linkedId: "caller" });
    const picks = pickupOf(call, picker);
    tested.receive(call.join, call.ring, picks, call.agentEnds, call.leave);
    tested.receive({ ...call.agentEnters, ...picker }, call.callerEnters);
    tested.wait(4000);
    tested.receive({ kind: "hangup", cause: 16, ...picker }, call.callerEnds);
    const withoutChannels = { ...call.complete, caller: null, dest: null } as Untimed;
    expect(completed(tested, withoutChannels)).toMatchObject([{ agent: "1002", uniqueId: "caller", talkTime: 4 }]);
  });

  it("one without channels is not assigned to a call that was completed before its channels ended", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered, call.complete, call.agentEnds, call.callerEnds);
    const withoutChannels = { ...call.complete, caller: null, dest: null } as Untimed;
    expect(completed(tested, withoutChannels)).toMatchObject([{ uniqueId: "" }]);
  });

  it.each([
    ["whose channels' end was reported, but not its completion", [call.agentEnds, call.callerEnds]],
    ["that ended while AMI was down", [{ kind: "regenerationStarted" }, ...initial, ...listsCompleted]],
  ] as [string, Untimed[]][])(
    "one without channels is not assigned to an earlier call of the agent %s",
    (_which, ends) => {
      const tested = createTestModel(initial);
      tested.receive(...answered);
      tested.wait(7000);
      tested.receive(...ends);
      const next = queueCall("support", "1001", "+14155550101", "next");
      tested.receive(next.join, next.ring, next.leave, next.agentEnters, next.callerEnters);
      tested.wait(4000);
      tested.receive(next.agentEnds, next.callerEnds);
      const withoutChannels = { ...next.complete, caller: null, dest: null } as Untimed;
      expect(completed(tested, withoutChannels)).toMatchObject([{ uniqueId: "next", talkTime: 4 }]);
    },
  );

  it("one without channels is not assigned to a call that still goes on", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered);
    tested.wait(4000);
    const withoutChannels = { ...call.complete, caller: null, dest: null, talkTime: 34 } as Untimed;
    expect(completed(tested, withoutChannels)).toMatchObject([{ uniqueId: "" }]);
  });

  it("a withoutChannels one is published without a Uniqueid rather than with that of a call that ended while AMI was down", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered);
    tested.receive({ kind: "regenerationStarted" }, ...initial, ...listsCompleted);
    expect(completed(tested, { ...call.complete, caller: null, dest: null } as Untimed)).toMatchObject([
      { uniqueId: "" },
    ]);
  });

  it("one without channels is assigned to the call that began when its talk did, even if another was left before", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered, call.callerLeaves, call.agentLeaves, call.agentEnds);
    tested.wait(30_000);
    const next = queueCall("support", "1001", "+14155550101", "next");
    tested.receive(next.join, next.ring, next.leave, next.agentEnters, next.callerEnters);
    tested.wait(4000);
    tested.receive(next.callerEnds);
    const withoutChannels = { ...next.complete, caller: null, dest: null } as Untimed;
    expect(completed(tested, withoutChannels)).toMatchObject([{ uniqueId: "next" }]);
    tested.receive(call.callerEnds);
    expect(completed(tested, { ...withoutChannels, talkTime: 34 } as Untimed)).toMatchObject([{ uniqueId: "caller" }]);
  });

  it("late after a redirect, its talk time ends when the agent left", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered);
    tested.wait(3000);
    tested.receive(call.callerLeaves, call.agentLeaves, call.agentEnds);
    tested.wait(60_000);
    expect(completed(tested, { ...call.complete, dest: null, talkTime: 63 })).toMatchObject([{ talkTime: 3 }]);
  });

  it("late and without channels, its talk time ends when the agent left", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered);
    tested.wait(3000);
    tested.receive(call.callerLeaves, call.agentLeaves, call.agentEnds);
    tested.wait(60_000);
    tested.receive(call.callerEnds);
    const withoutChannels = { ...call.complete, caller: null, dest: null, talkTime: 63 } as Untimed;
    expect(completed(tested, withoutChannels)).toMatchObject([{ uniqueId: "caller", talkTime: 3 }]);
  });

  it("EV9 late after a list that counted it, it is not counted again", () => {
    const tested = createTestModel(initial, true);
    tested.receive(...answered);
    tested.wait(3000);
    tested.receive(call.callerLeaves, call.agentLeaves, call.agentEnds);
    const params = { ...queueParams("support"), completed: 1 } as Untimed;
    tested.receive({ kind: "regenerationStarted" }, params, member("PJSIP/1001", "support"), ...listsCompleted);
    const published = [...tested.receive({ ...call.complete, dest: null }), ...tested.wait(2000)];
    expect(published.some(({ type }) => type === "agentComplete")).toBe(true);
    expect(published.filter((event) => event.type === "queueSummary" && event.completed !== 1)).toEqual([]);
  });

  it("a consultation in between does not end the talk time", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered);
    tested.wait(1000);
    tested.receive(call.agentLeaves, { ...call.agentEnters, bridgeId: "consultation" });
    tested.wait(1000);
    tested.receive(call.agentEnds);
    tested.wait(60_000);
    expect(completed(tested, { ...call.complete, dest: null, talkTime: 62 })).toMatchObject([{ talkTime: 2 }]);
  });

  it("the end of one agent's ring does not end another agent's talk time", () => {
    const tested = createTestModel([...initial, member("PJSIP/1002", "support")]);
    const other = queueCall("support", "1002");
    tested.receive(call.join, call.ring, other.ring, call.leave, call.agentEnters, call.callerEnters, other.agentEnds);
    tested.wait(5000);
    expect(completed(tested, { ...call.complete, dest: null, talkTime: 5 })).toMatchObject([{ talkTime: 5 }]);
  });
});

describe("EV7 originateFailed", () => {
  const failed = {
    kind: "originateResponse",
    actionId: "a-1",
    success: false,
    reason: 0,
    uniqueId: null,
  } as const;
  const ended = (cause: number): Untimed => ({ kind: "hangup", cause, ...facts("PJSIP/1001-1", { uniqueId: "a-1" }) });

  it("a success is not published", () => {
    expect(createTestModel().receive({ ...failed, success: true, reason: 4 })).toEqual([]);
  });

  it("a phone that still rang at the end did not answer", () => {
    expect(createTestModel().receive({ ...failed, reason: 3 })).toMatchObject([
      { actionId: "a-1", reason: "noAnswer" },
    ]);
  });

  it.each([
    [17, "busy"],
    [19, "noAnswer"],
    [20, "unreachable"],
    [21, "declined"],
    [38, "failed"],
  ])("the cause %i of the channel's end makes it %s, before or after", (cause, reason) => {
    expect(createTestModel().receive(failed, ended(cause))).toMatchObject([{ actionId: "a-1", reason }]);
    expect(createTestModel().receive(ended(cause), failed)).toMatchObject([{ actionId: "a-1", reason }]);
  });

  it("without a channel it is published as failed after a moment, once", () => {
    const tested = createTestModel();
    expect(tested.receive(failed)).toEqual([]);
    expect(tested.collator.nextDueAt()).toBe(tested.now() + 50);
    expect(tested.wait(49)).toEqual([]);
    expect(tested.wait(1)).toMatchObject([{ actionId: "a-1", reason: "failed" }]);
    expect(tested.wait(1000)).toEqual([]);
  });

  it("without the channel that would have had our Uniqueid it is unreachable", () => {
    const tested = createTestModel();
    tested.receive({ ...failed, uniqueId: "a-1" });
    expect(tested.wait(50)).toMatchObject([{ actionId: "a-1", reason: "unreachable" }]);
    tested.receive({ ...failed, actionId: "b-2", uniqueId: "b-2" });
    const late = { kind: "hangup" as const, cause: 17, ...facts("PJSIP/1001-2", { uniqueId: "b-2" }) };
    expect(tested.receive(late)).toMatchObject([{ actionId: "b-2", reason: "busy" }]);
  });

  it("CM1 the connector's own Uniqueid has the ActionID, and the agent is not published", () => {
    const own = { ...failed, actionId: "pbxis-1", uniqueId: originatedChannelId("pbxis-1", "1001") };
    const channel = facts("PJSIP/1001-1", { uniqueId: own.uniqueId });
    const busy = { kind: "hangup" as const, cause: 17, ...channel };
    for (const events of [
      [busy, own],
      [own, busy],
    ]) {
      const [published, ...more] = createTestModel().receive(...events);
      expect([published, more]).toMatchObject([{ actionId: "pbxis-1", reason: "busy" }, []]);
    }
    const tested = createTestModel();
    tested.receive(own);
    expect(tested.wait(50)).toMatchObject([{ actionId: "pbxis-1", reason: "unreachable" }]);
  });

  it("a Hangup that arrives after that moment does not publish it again", () => {
    const tested = createTestModel();
    tested.receive(failed);
    expect(tested.wait(50)).toMatchObject([{ reason: "failed" }]);
    expect(tested.receive(ended(17))).toEqual([]);
  });
});
