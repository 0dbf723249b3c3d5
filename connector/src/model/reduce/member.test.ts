import { describe, expect, it } from "vitest";
import { createBench, member, memberFacts, queueCall, startOfTime, type Untimed } from "../../testing/model-samples.ts";

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
    const bench = createBench([member("PJSIP/1001", "support")]);
    const told = bench.tell(status("PJSIP/1001", "support", { status: number }));
    expect(told.filter(({ type }) => type === "queueMemberStatus")).toMatchObject([
      { agent: "1001", queue: "support", status: expected, deviceStatus: expected, since: start },
    ]);
  });

  it("while paused the device's status is told beside the pause", () => {
    const bench = createBench([member("PJSIP/1001", "support")]);
    expect(bench.tell(pause("support", { pausedReason: "Lunch", lastPause: start / 1000 + 5 }))).toMatchObject([
      { status: "paused", deviceStatus: "not_inuse", pausedReason: "Lunch", since: start + 5000 },
    ]);
    expect(bench.tell(pause("support", { pausedReason: "Lunch", status: 2 }))).toMatchObject([
      { status: "paused", deviceStatus: "inuse" },
      { type: "extensionStatus", status: "inuse" },
    ]);
  });

  it("a reason is told only while paused, penalty always", () => {
    const bench = createBench([member("PJSIP/1001", "support", { paused: true, pausedReason: "Lunch" })]);
    expect(bench.tell(pause("support", { paused: false, pausedReason: "Lunch", penalty: 3 }))).toMatchObject([
      { status: "not_inuse", pausedReason: null, penalty: 3 },
    ]);
  });

  it("`since` stays while the same status is told again", () => {
    const bench = createBench([member("PJSIP/1001", "support")]);
    bench.wait(1000);
    bench.tell(status("PJSIP/1001", "support", { callsTaken: 1 }));
    bench.wait(1000);
    expect(bench.tell(status("PJSIP/1001", "support", { penalty: 1 }))).toMatchObject([{ penalty: 1, since: start }]);
  });

  it("log off is told as such, and the agent goes with his last membership", () => {
    const bench = createBench([member("PJSIP/1001", "support", { name: "Ann" })]);
    expect(bench.tell({ kind: "queueMemberRemoved", queue: "support", memberInterface: "PJSIP/1001" })).toMatchObject([
      { type: "queueMemberStatus", status: "loggedoff", deviceStatus: null, penalty: null },
      { type: "extensionStatus", status: "unavailable" },
    ]);
    expect(bench.collator.snapshot().filter((event) => "agent" in event)).toEqual([]);
    expect(bench.model.agents.size).toBe(0);
  });

  it("a member that a reload brought is heard of when it is called", () => {
    const bench = createBench();
    const told = bench.tell(queueCall("support", "1001").ring);
    expect(told.find(({ type }) => type === "queueMemberStatus")).toMatchObject({ agent: "1001", status: "unknown" });
    expect(bench.tell(status("PJSIP/1001", "support", { status: 6 }))).toContainEqual(
      expect.objectContaining({ type: "queueMemberStatus", status: "ringing" }),
    );
  });

  it("a member whose interface rings nobody is not shown", () => {
    const bench = createBench([member("hint:1001@agents", "support")]);
    expect(bench.collator.snapshot().filter((event) => "agent" in event)).toEqual([]);
  });

  it("two interfaces of one agent in one queue are told as one, whichever is heard of last", () => {
    const bench = createBench([member("PJSIP/1001", "support", { status: 2 }), member("Local/1001@a/n", "support")]);
    expect(bench.tell(status("PJSIP/1001", "support", { status: 3 }))).toEqual([]);
    expect(bench.tell(status("Local/1001@a/n", "support", { status: 6 }))).toContainEqual(
      expect.objectContaining({ type: "queueMemberStatus", status: "ringing" }),
    );
  });
});

describe("EV3 a phone that tells its states itself", () => {
  const device = (state: string, name = "PJSIP/1001"): Untimed => ({ kind: "deviceStateChange", device: name, state });
  const both = [member("PJSIP/1001", "sales"), member("PJSIP/1001", "support")];
  const members = (told: readonly { type: string }[]) => told.filter(({ type }) => type === "queueMemberStatus");

  it("does so for all memberships at once", () => {
    expect(members(createBench(both).tell(device("RINGING")))).toMatchObject([
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
    expect(members(createBench(both.slice(1)).tell(device(state)))).toMatchObject([{ deviceStatus: expected }]);
  });

  it("is newer than what app_queue says of it, which still tells the rest", () => {
    const bench = createBench(both.slice(1));
    bench.tell(device("NOT_INUSE"), device("RINGING"));
    expect(members(bench.tell(status("PJSIP/1001", "support", { status: 1, penalty: 3 })))).toMatchObject([
      { status: "ringing", penalty: 3 },
    ]);
  });

  it("is older than a list", () => {
    const bench = createBench(both.slice(1));
    bench.tell(device("RINGING"));
    expect(members(bench.tell(member("PJSIP/1001", "support", { status: 2 })))).toMatchObject([{ status: "inuse" }]);
    expect(members(bench.tell(status("PJSIP/1001", "support", { status: 1 })))).toMatchObject([
      { status: "not_inuse" },
    ]);
  });

  it("may be another than the interface, and no agent's", () => {
    const bench = createBench([member("Local/5@x/n", "support", { stateInterface: "SIP/77" })]);
    expect(members(bench.tell(device("INUSE", "SIP/77")))).toMatchObject([{ agent: "5", status: "inuse" }]);
    bench.tell(status("Local/5@x/n", "support", { stateInterface: "SIP/78", status: 1 }));
    expect(members(bench.tell(device("RINGING", "SIP/77")))).toEqual([]);
    expect(members(bench.tell(device("RINGING", "SIP/78")))).toMatchObject([{ agent: "5", status: "ringing" }]);
    bench.tell({ kind: "queueMemberRemoved", queue: "support", memberInterface: "Local/5@x/n" });
    expect(bench.model.followers.size).toBe(0);
  });

  it("is named by a number; another's states are app_queue's to tell", () => {
    const bench = createBench([member("PJSIP/ann", "support")]);
    expect(members(bench.tell(device("INUSE", "PJSIP/ann")))).toEqual([]);
    expect(members(bench.tell(status("PJSIP/ann", "support", { status: 6 })))).toMatchObject([{ status: "ringing" }]);
  });
});

describe("EV14 what is per queue and what is per device", () => {
  const both = [member("PJSIP/1001", "sales"), member("PJSIP/1001", "support")];

  it("a pause in one queue does not show in another", () => {
    const told = createBench(both).tell(pause("support"));
    expect(told).toMatchObject([{ queue: "support", status: "paused" }]);
  });

  it("leaving one queue is no log-off from all", () => {
    const bench = createBench(both);
    const told = bench.tell({ kind: "queueMemberRemoved", queue: "support", memberInterface: "PJSIP/1001" });
    expect(told).toMatchObject([{ queue: "support", status: "loggedoff" }]);
    expect(bench.collator.snapshot()).toContainEqual(expect.objectContaining({ queue: "sales", status: "not_inuse" }));
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
    expect(createBench(members).collator.snapshot()).toContainEqual(
      expect.objectContaining({ type: "agentName", agent: "1001", name }),
    );
  });
});
