import { describe, expect, it } from "vitest";
import {
  createBench,
  facts,
  listsCompleted,
  member,
  queueCall,
  queueParams,
  type Untimed,
} from "../../testing/model-samples.ts";

const initial = [queueParams("support"), member("PJSIP/1001", "support")];
const call = queueCall("support", "1001");
const answered = [call.join, call.ring, call.leave, call.agentEnters, call.callerEnters];

function recorded(uniqueId: string, linkedId = "caller"): Untimed {
  return { kind: "mixMonitorStart", ...facts("PJSIP/any-00000001", { uniqueId, linkedId }) };
}
function told(uniqueId: string, path: string | null): Untimed {
  return { kind: "recordingPath", uniqueId, path };
}
function completed(bench: ReturnType<typeof createBench>, complete: Untimed = call.complete) {
  return bench.tell(complete).filter(({ type }) => type === "agentComplete");
}

describe("EV6 agentComplete", () => {
  it("is one for each AgentComplete, with the caller's wait and the talk", () => {
    const bench = createBench(initial);
    bench.tell(...answered);
    const expected = { agent: "1001", uniqueId: "caller", talkTime: 4, holdTime: 2, queueName: "support" };
    expect(completed(bench)).toMatchObject([{ ...expected, recording: null, reason: "caller" }]);
    expect(completed(bench)).toHaveLength(1);
  });

  it.each([
    [
      "the caller's channel",
      [recorded("caller"), told("caller", "/a.wav"), recorded("agent"), told("agent", "/b.wav")],
    ],
    ["the agent's channel", [recorded("caller-1001"), told("caller-1001", "/a.wav")]],
    ["another channel of the call", [recorded("other"), told("other", "/a.wav")]],
    [
      "a name told before the start",
      [{ kind: "recordingNamed", uniqueId: "caller", path: "/a.wav" }, recorded("caller")],
    ],
  ] as [string, Untimed[]][])("finds the recording of %s", (_title, events) => {
    const bench = createBench(initial);
    bench.tell(...answered, ...events);
    expect(completed(bench)).toMatchObject([{ recording: "/a.wav" }]);
  });

  it("a recording of another call is not taken", () => {
    const bench = createBench(initial);
    bench.tell(...answered, recorded("other", "another call"), told("other", "/a.wav"));
    expect(completed(bench)).toMatchObject([{ recording: null }]);
  });

  it("the path is asked once for each start, unless it has just been named", () => {
    const bench = createBench(initial);
    bench.tell(recorded("caller"), { kind: "recordingNamed", uniqueId: "agent", path: "/b.wav" }, recorded("agent"));
    expect(bench.effects).toMatchObject([{ kind: "askRecording", uniqueId: "caller" }]);
    bench.tell(recorded("agent"));
    expect(bench.effects).toMatchObject([{ uniqueId: "caller" }, { uniqueId: "agent" }]);
  });

  it.each([
    ["after both channels' end", [call.agentEnds, call.callerEnds]],
    ["after the caller's", [call.callerEnds]],
    ["after the bridge's", [{ kind: "bridgeDestroy", bridgeId: call.agentEnters.bridgeId }]],
  ] as [string, Untimed[]][])("finds the call that Asterisk no longer names, %s", (_when, ends) => {
    const bench = createBench(initial);
    bench.tell(...answered, recorded("caller"), told("caller", "/a.wav"));
    bench.wait(3600);
    bench.tell(...ends);
    const nameless = { ...call.complete, caller: null, dest: null, talkTime: 4 } as Untimed;
    expect(completed(bench, nameless)).toMatchObject([{ uniqueId: "caller", recording: "/a.wav", talkTime: 4 }]);
  });

  it("a nameless one is not taken for a call that was completed before its channels ended", () => {
    const bench = createBench(initial);
    bench.tell(...answered, call.complete, call.agentEnds, call.callerEnds);
    const nameless = { ...call.complete, caller: null, dest: null } as Untimed;
    expect(completed(bench, nameless)).toMatchObject([{ uniqueId: "" }]);
  });

  it.each([
    ["whose end Asterisk told, but not that it was completed", [call.agentEnds, call.callerEnds]],
    ["that ended while AMI was away", [{ kind: "regenerationStarted" }, ...initial, ...listsCompleted]],
  ] as [string, Untimed[]][])("a nameless one is not taken for an earlier call of the agent %s", (_which, ends) => {
    const bench = createBench(initial);
    bench.tell(...answered);
    bench.wait(7000);
    bench.tell(...ends);
    const next = queueCall("support", "1001", "+14155550101", "next");
    bench.tell(next.join, next.ring, next.leave, next.agentEnters, next.callerEnters);
    bench.wait(4000);
    bench.tell(next.agentEnds, next.callerEnds);
    const nameless = { ...next.complete, caller: null, dest: null } as Untimed;
    expect(completed(bench, nameless)).toMatchObject([{ uniqueId: "next", talkTime: 4 }]);
  });

  it("a nameless one is not taken for a call that still goes on", () => {
    const bench = createBench(initial);
    bench.tell(...answered);
    bench.wait(4000);
    const nameless = { ...call.complete, caller: null, dest: null, talkTime: 34 } as Untimed;
    expect(completed(bench, nameless)).toMatchObject([{ uniqueId: "" }]);
  });

  it("a nameless one is told without a Uniqueid rather than with that of a call that ended while AMI was away", () => {
    const bench = createBench(initial);
    bench.tell(...answered);
    bench.tell({ kind: "regenerationStarted" }, ...initial, ...listsCompleted);
    expect(completed(bench, { ...call.complete, caller: null, dest: null } as Untimed)).toMatchObject([
      { uniqueId: "" },
    ]);
  });

  it("a nameless one belongs to the call that began when its talk did, though another was left before", () => {
    const bench = createBench(initial);
    bench.tell(...answered, call.callerLeaves, call.agentLeaves, call.agentEnds);
    bench.wait(30_000);
    const next = queueCall("support", "1001", "+14155550101", "next");
    bench.tell(next.join, next.ring, next.leave, next.agentEnters, next.callerEnters);
    bench.wait(4000);
    bench.tell(next.callerEnds);
    const nameless = { ...next.complete, caller: null, dest: null } as Untimed;
    expect(completed(bench, nameless)).toMatchObject([{ uniqueId: "next" }]);
    bench.tell(call.callerEnds);
    expect(completed(bench, { ...nameless, talkTime: 34 } as Untimed)).toMatchObject([{ uniqueId: "caller" }]);
  });

  it("comes late after a redirect: the talk ended when the agent left", () => {
    const bench = createBench(initial);
    bench.tell(...answered);
    bench.wait(3000);
    bench.tell(call.callerLeaves, call.agentLeaves, call.agentEnds);
    bench.wait(60_000);
    expect(completed(bench, { ...call.complete, dest: null, talkTime: 63 })).toMatchObject([{ talkTime: 3 }]);
  });

  it("comes late and nameless: the talk ended when the agent left", () => {
    const bench = createBench(initial);
    bench.tell(...answered);
    bench.wait(3000);
    bench.tell(call.callerLeaves, call.agentLeaves, call.agentEnds);
    bench.wait(60_000);
    bench.tell(call.callerEnds);
    const nameless = { ...call.complete, caller: null, dest: null, talkTime: 63 } as Untimed;
    expect(completed(bench, nameless)).toMatchObject([{ uniqueId: "caller", talkTime: 3 }]);
  });

  it("EV9 comes late after a list that has counted it: it is not counted again", () => {
    const bench = createBench(initial, true);
    bench.tell(...answered);
    bench.wait(3000);
    bench.tell(call.callerLeaves, call.agentLeaves, call.agentEnds);
    const params = { ...queueParams("support"), completed: 1 } as Untimed;
    bench.tell({ kind: "regenerationStarted" }, params, member("PJSIP/1001", "support"), ...listsCompleted);
    const told = [...bench.tell({ ...call.complete, dest: null }), ...bench.wait(2000)];
    expect(told.some(({ type }) => type === "agentComplete")).toBe(true);
    expect(told.filter((event) => event.type === "queueSummary" && event.completed !== 1)).toEqual([]);
  });

  it("a consultation in between is no end of the talk", () => {
    const bench = createBench(initial);
    bench.tell(...answered);
    bench.wait(1000);
    bench.tell(call.agentLeaves, { ...call.agentEnters, bridgeId: "consultation" });
    bench.wait(1000);
    bench.tell(call.agentEnds);
    bench.wait(60_000);
    expect(completed(bench, { ...call.complete, dest: null, talkTime: 62 })).toMatchObject([{ talkTime: 2 }]);
  });

  it("one agent's ring that ended does not end another's talk", () => {
    const bench = createBench([...initial, member("PJSIP/1002", "support")]);
    const other = queueCall("support", "1002");
    bench.tell(call.join, call.ring, other.ring, call.leave, call.agentEnters, call.callerEnters, other.agentEnds);
    bench.wait(5000);
    expect(completed(bench, { ...call.complete, dest: null, talkTime: 5 })).toMatchObject([{ talkTime: 5 }]);
  });
});

describe("EV7 originateFailed", () => {
  const failed = {
    kind: "originateResponse",
    actionId: "a-1",
    success: false,
    reason: 0,
    namedChannel: false,
  } as const;
  const ended = (cause: number): Untimed => ({ kind: "hangup", cause, ...facts("PJSIP/1001-1", { uniqueId: "a-1" }) });

  it("success is no event", () => {
    expect(createBench().tell({ ...failed, success: true, reason: 4 })).toEqual([]);
  });

  it("who still rang at the end did not answer", () => {
    expect(createBench().tell({ ...failed, reason: 3 })).toMatchObject([{ actionId: "a-1", reason: "noAnswer" }]);
  });

  it.each([
    [17, "busy"],
    [19, "noAnswer"],
    [20, "unreachable"],
    [21, "declined"],
    [38, "failed"],
  ])("the cause %i of the channel's end makes it %s, before or after", (cause, reason) => {
    expect(createBench().tell(failed, ended(cause))).toMatchObject([{ actionId: "a-1", reason }]);
    expect(createBench().tell(ended(cause), failed)).toMatchObject([{ actionId: "a-1", reason }]);
  });

  it("without a channel it is told as failed after a moment, once", () => {
    const bench = createBench();
    expect(bench.tell(failed)).toEqual([]);
    expect(bench.collator.nextDueAt()).toBe(bench.now() + 50);
    expect(bench.wait(49)).toEqual([]);
    expect(bench.wait(1)).toMatchObject([{ actionId: "a-1", reason: "failed" }]);
    expect(bench.wait(1000)).toEqual([]);
  });

  it("a channel that would be recognised and never was there: unreachable", () => {
    const bench = createBench();
    bench.tell({ ...failed, namedChannel: true });
    expect(bench.wait(50)).toMatchObject([{ actionId: "a-1", reason: "unreachable" }]);
    bench.tell({ ...failed, actionId: "b-2", namedChannel: true });
    const late = { kind: "hangup" as const, cause: 17, ...facts("PJSIP/1001-2", { uniqueId: "b-2" }) };
    expect(bench.tell(late)).toMatchObject([{ actionId: "b-2", reason: "busy" }]);
  });

  it("a Hangup that comes later than that does not tell it a second time", () => {
    const bench = createBench();
    bench.tell(failed);
    expect(bench.wait(50)).toMatchObject([{ reason: "failed" }]);
    expect(bench.tell(ended(17))).toEqual([]);
  });
});

it("EV8 parking is told as it is", () => {
  const parked = { channel: "PJSIP/trunk-00000001", callerId: null, parkingSpace: "701" };
  const kinds = ["parkedCall", "unParkedCall", "parkedCallTimeOut", "parkedCallGiveUp"] as const;
  const events = createBench().tell(...kinds.map((kind): Untimed => ({ kind, ...parked })));
  expect(events).toMatchObject(kinds.map((type) => ({ type, ...parked })));
});
