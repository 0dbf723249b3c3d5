import { describe, expect, it } from "vitest";
import {
  createTestModel,
  member,
  memberFacts,
  queueCall,
  startOfTime,
  type Untimed,
} from "../../testing/model-samples.ts";

const start = startOfTime();

function status(memberInterface: string, queue: string, more = {}): Untimed {
  return { kind: "queueMemberStatus", ...memberFacts(memberInterface, queue, more) };
}
function pause(queue: string, more = {}): Untimed {
  return { kind: "queueMemberPause", ...memberFacts("PJSIP/1001", queue, { paused: true, ...more }) };
}

describe("EV3 queueMemberStatus", () => {
  it.each([
    [0, "unknown"],
    [2, "inuse"],
    [3, "busy"],
    [4, "unavailable"],
    [5, "unavailable"],
    [6, "ringing"],
    [7, "ringinuse"],
    [8, "onhold"],
    [99, "unknown"],
  ])("app_queue's status %i is %s", (number, expected) => {
    const tested = createTestModel([member("PJSIP/1001", "support")]);
    const published = tested.receive(status("PJSIP/1001", "support", { status: number }));
    expect(published.filter(({ type }) => type === "queueMemberStatus")).toMatchObject([
      { agent: "1001", queue: "support", status: expected, deviceStatus: expected, since: start },
    ]);
  });

  it("while paused the device's status is published beside the pause", () => {
    const tested = createTestModel([member("PJSIP/1001", "support")]);
    expect(tested.receive(pause("support", { pausedReason: "Lunch", lastPause: start / 1000 + 5 }))).toMatchObject([
      { status: "paused", deviceStatus: "not_inuse", pausedReason: "Lunch", since: start + 5000 },
    ]);
    expect(tested.receive(pause("support", { pausedReason: "Lunch", status: 2 }))).toMatchObject([
      { status: "paused", deviceStatus: "inuse" },
      { type: "extensionStatus", status: "inuse" },
    ]);
  });

  it("the reason is published only while paused, the penalty always", () => {
    const tested = createTestModel([member("PJSIP/1001", "support", { paused: true, pausedReason: "Lunch" })]);
    expect(tested.receive(pause("support", { paused: false, pausedReason: "Lunch", penalty: 3 }))).toMatchObject([
      { status: "not_inuse", pausedReason: null, penalty: 3 },
    ]);
  });

  it("`since` stays when the same status is reported again", () => {
    const tested = createTestModel([member("PJSIP/1001", "support")]);
    tested.wait(1000);
    tested.receive(status("PJSIP/1001", "support", { callsTaken: 1 }));
    tested.wait(1000);
    expect(tested.receive(status("PJSIP/1001", "support", { penalty: 1 }))).toMatchObject([
      { penalty: 1, since: start },
    ]);
  });

  it("a log-off is published as such, and the agent ceases to exist with the last membership", () => {
    const tested = createTestModel([member("PJSIP/1001", "support", { name: "Ann" })]);
    expect(
      tested.receive({ kind: "queueMemberRemoved", queue: "support", memberInterface: "PJSIP/1001" }),
    ).toMatchObject([
      { type: "queueMemberStatus", status: "loggedoff", deviceStatus: null, penalty: null },
      { type: "extensionStatus", status: "unavailable" },
    ]);
    expect(tested.collator.snapshot().filter((event) => "agent" in event)).toEqual([]);
    expect(tested.model.agents.size).toBe(0);
  });

  it("a member that a reload added becomes known when it is called", () => {
    const tested = createTestModel();
    const published = tested.receive(queueCall("support", "1001").ring);
    expect(published.find(({ type }) => type === "queueMemberStatus")).toMatchObject({
      agent: "1001",
      status: "unknown",
    });
    expect(tested.receive(status("PJSIP/1001", "support", { status: 6 }))).toContainEqual(
      expect.objectContaining({ type: "queueMemberStatus", status: "ringing" }),
    );
  });

  it("a member that a reload brought has its phone's state, where that is known", () => {
    const ring = queueCall("support", "1001").ring;
    const tested = createTestModel([{ kind: "deviceStateChange", device: "PJSIP/1001", state: "INUSE" }]);
    expect(tested.receive(ring)).toContainEqual(
      expect.objectContaining({ type: "queueMemberStatus", agent: "1001", status: "inuse" }),
    );
    expect(tested.collator.snapshot()).toContainEqual(
      expect.objectContaining({ type: "extensionStatus", agent: "1001", status: "inuse" }),
    );
  });

  it("a member whose interface rings nobody is not published", () => {
    const tested = createTestModel([member("hint:1001@agents", "support")]);
    expect(tested.collator.snapshot().filter((event) => "agent" in event)).toEqual([]);
  });

  it("two interfaces of one agent in one queue are published as one membership, whichever was seen last", () => {
    const tested = createTestModel([
      member("PJSIP/1001", "support", { status: 2 }),
      member("Local/1001@a/n", "support"),
    ]);
    expect(tested.receive(status("PJSIP/1001", "support", { status: 3 }))).toEqual([]);
    expect(tested.receive(status("Local/1001@a/n", "support", { status: 6 }))).toContainEqual(
      expect.objectContaining({ type: "queueMemberStatus", status: "ringing" }),
    );
  });
});

describe("EV3 a phone whose states DeviceStateChange reports", () => {
  const device = (state: string, name = "PJSIP/1001"): Untimed => ({ kind: "deviceStateChange", device: name, state });
  const both = [member("PJSIP/1001", "sales"), member("PJSIP/1001", "support")];
  const members = (published: readonly { type: string }[]) =>
    published.filter(({ type }) => type === "queueMemberStatus");

  it("changes all its memberships at once", () => {
    expect(members(createTestModel(both).receive(device("RINGING")))).toMatchObject([
      { queue: "sales", status: "ringing" },
      { queue: "support", status: "ringing" },
    ]);
  });

  it.each([
    ["UNKNOWN", "unknown"],
    ["INUSE", "inuse"],
    ["BUSY", "busy"],
    ["INVALID", "unavailable"],
    ["UNAVAILABLE", "unavailable"],
    ["RINGINUSE", "ringinuse"],
    ["ONHOLD", "onhold"],
  ])("a device's state %s is a member's status %s", (state, expected) => {
    expect(members(createTestModel(both.slice(1)).receive(device(state)))).toMatchObject([{ deviceStatus: expected }]);
  });

  it("has a newer status than app_queue's event, which still reports the rest", () => {
    const tested = createTestModel(both.slice(1));
    tested.receive(device("NOT_INUSE"), device("RINGING"));
    expect(members(tested.receive(status("PJSIP/1001", "support", { status: 1, penalty: 3 })))).toMatchObject([
      { status: "ringing", penalty: 3 },
    ]);
  });

  it("has an older status than a list", () => {
    const tested = createTestModel(both.slice(1));
    tested.receive(device("RINGING"));
    expect(members(tested.receive(member("PJSIP/1001", "support", { status: 2 })))).toMatchObject([
      { status: "inuse" },
    ]);
    expect(members(tested.receive(status("PJSIP/1001", "support", { status: 1 })))).toMatchObject([
      { status: "not_inuse" },
    ]);
  });

  it("may differ from the interface, and belong to no agent", () => {
    const tested = createTestModel([member("Local/5@x/n", "support", { stateInterface: "SIP/77" })]);
    expect(members(tested.receive(device("INUSE", "SIP/77")))).toMatchObject([{ agent: "5", status: "inuse" }]);
    tested.receive(status("Local/5@x/n", "support", { stateInterface: "SIP/78", status: 1 }));
    expect(members(tested.receive(device("RINGING", "SIP/77")))).toEqual([]);
    expect(members(tested.receive(device("RINGING", "SIP/78")))).toMatchObject([{ agent: "5", status: "ringing" }]);
    tested.receive({ kind: "queueMemberRemoved", queue: "support", memberInterface: "Local/5@x/n" });
    expect(tested.model.followers.size).toBe(0);
  });

  it("is named by a number; app_queue reports the states of others", () => {
    const tested = createTestModel([member("PJSIP/ann", "support")]);
    expect(members(tested.receive(device("INUSE", "PJSIP/ann")))).toEqual([]);
    expect(members(tested.receive(status("PJSIP/ann", "support", { status: 6 })))).toMatchObject([
      { status: "ringing" },
    ]);
  });
});

describe("EV14 what is per queue and what is per device", () => {
  const both = [member("PJSIP/1001", "sales"), member("PJSIP/1001", "support")];

  it("a pause in one queue is not shown in another", () => {
    const published = createTestModel(both).receive(pause("support"));
    expect(published).toMatchObject([{ queue: "support", status: "paused" }]);
  });

  it("leaving one queue does not log off from the others", () => {
    const tested = createTestModel(both);
    const published = tested.receive({ kind: "queueMemberRemoved", queue: "support", memberInterface: "PJSIP/1001" });
    expect(published).toMatchObject([{ queue: "support", status: "loggedoff" }]);
    expect(tested.collator.snapshot()).toContainEqual(expect.objectContaining({ queue: "sales", status: "not_inuse" }));
  });
});

describe("EV1 agentName", () => {
  it.each([
    ["the name that a queue was given", [member("PJSIP/1001", "support", { name: "Ann" })], "Ann"],
    ["the id where there is none", [member("PJSIP/1001", "support")], "1001"],
    ["the id where Asterisk repeats the interface", [member("PJSIP/1001", "a", { name: "PJSIP/1001" })], "1001"],
    [
      "the first queue's name of several",
      [member("PJSIP/1001", "support", { name: "Ann S." }), member("PJSIP/1001", "sales", { name: "Ann" })],
      "Ann",
    ],
    [
      "another queue's name where the first gives none",
      [member("PJSIP/1001", "support", { name: "Ann S." }), member("PJSIP/1001", "sales")],
      "Ann S.",
    ],
  ])("%s", (_title, members, name) => {
    expect(createTestModel(members).collator.snapshot()).toContainEqual(
      expect.objectContaining({ type: "agentName", agent: "1001", name }),
    );
  });
});
