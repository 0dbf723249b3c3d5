import { describe, expect, it } from "vitest";
import {
  createTestModel,
  listsCompleted,
  member,
  memberFacts,
  type TestModel,
  type Untimed,
} from "../../testing/model-samples.ts";

function hint(status: number, exten = "1001", text = `PJSIP/${exten}`): Untimed {
  return { kind: "extensionStatus", exten, context: "agents", hint: text, status };
}
function device(state: string, name = "PJSIP/1001"): Untimed {
  return { kind: "deviceStateChange", device: name, state };
}
function extensionStates(tested: TestModel) {
  return tested.collator
    .snapshot()
    .filter((event) => event.type === "extensionStatus")
    .map(({ agent, status }) => [agent, status]);
}

describe("EV2 extensionStatus", () => {
  it.each([
    [0, "not_inuse"],
    [1, "inuse"],
    [2, "busy"],
    [4, "unavailable"],
    [8, "ringing"],
    [9, "ringinuse"],
    [16, "onhold"],
    [17, "inuse"],
    [-1, "unavailable"],
  ])("a hint's status %i is %s", (number, status) => {
    expect(extensionStates(createTestModel([hint(number)]))).toEqual([["1001", status]]);
  });

  it.each([
    ["NOT_INUSE", "not_inuse"],
    ["INUSE", "inuse"],
    ["BUSY", "busy"],
    ["INVALID", "unavailable"],
    ["UNAVAILABLE", "unavailable"],
    ["RINGING", "ringing"],
    ["RINGINUSE", "ringinuse"],
    ["ONHOLD", "onhold"],
    ["UNKNOWN", "not_inuse"],
    ["toString", "not_inuse"],
  ])("a device's state %s is %s", (state, status) => {
    expect(extensionStates(createTestModel([device(state)]))).toEqual([["1001", status]]);
  });

  it("a hint wins over the device, and the device over a membership that leads to it", () => {
    const ofTwo = (status: number) => hint(status, "1001", "PJSIP/1001&Custom:DND1001");
    const tested = createTestModel([member("Local/1001@agents/n", "support", { status: 5 })]);
    expect(extensionStates(tested)).toEqual([["1001", "unavailable"]]);
    expect(tested.receive(device("RINGING"))).toMatchObject([{ type: "extensionStatus", status: "ringing" }]);
    expect(tested.receive(ofTwo(1))).toMatchObject([{ type: "extensionStatus", status: "inuse" }]);
    expect(tested.receive(device("NOT_INUSE"))).toEqual([]);
    expect(tested.receive(ofTwo(-2))).toMatchObject([{ type: "extensionStatus", status: "not_inuse" }]);
  });

  it("a hint of a single phone has that phone's state, whichever arrives first, unless the hint is out of order", () => {
    const tested = createTestModel([hint(0)]);
    expect(tested.receive(device("RINGING"))).toMatchObject([{ status: "ringing" }]);
    expect(tested.receive(hint(8), device("INUSE"), hint(1))).toMatchObject([{ status: "inuse" }]);
    expect(tested.receive(device("NOT_INUSE"))).toMatchObject([{ status: "not_inuse" }]);
    expect(tested.receive(hint(1))).toEqual([]);
    expect(tested.receive(hint(-1))).toMatchObject([{ status: "unavailable" }]);
    expect(tested.receive(device("INUSE"))).toMatchObject([{ status: "inuse" }]);
  });

  it("a hint's state in a list is newer than its phone's earlier state", () => {
    const tested = createTestModel([hint(0)]);
    tested.receive(device("RINGING"));
    const listed = { ...hint(1), listed: true } as Untimed;
    const refused = { kind: "listCompleted", list: "devices", refused: true } as const;
    const others = listsCompleted.filter((one) => one.kind === "listCompleted" && one.list !== "devices");
    expect(tested.receive({ kind: "regenerationStarted" }, listed, ...others, refused)).toMatchObject([
      { status: "inuse" },
    ]);
  });

  it("a group's hint that begins with this phone does not decide its status", () => {
    const tested = createTestModel([hint(8, "1000", "PJSIP/1001&PJSIP/1002"), hint(0)]);
    expect(extensionStates(tested)).toEqual([["1001", "not_inuse"]]);
  });
});

describe("EV2 a device whose changes AMI's filters leave out", () => {
  const bob = "PJSIP/bob.jones";
  const status = (number: number, memberInterface = bob, more = {}): Untimed => {
    return { kind: "queueMemberStatus", ...memberFacts(memberInterface, "words", { status: number, ...more }) };
  };
  const regenerate = (...lists: Untimed[]): Untimed[] => [{ kind: "regenerationStarted" }, ...lists, ...listsCompleted];

  it.each([["NOT_INUSE"], ["UNAVAILABLE"], ["INUSE"]])("listed as %s does not outrank app_queue's report", (state) => {
    const tested = createTestModel([member(bob, "words"), device(state, bob)]);
    expect(extensionStates(tested)).toEqual([["bob.jones", "not_inuse"]]);
    for (const [number, expected] of [
      [6, "ringing"],
      [2, "inuse"],
      [5, "unavailable"],
      [1, "not_inuse"],
    ] as const) {
      tested.receive(status(number));
      expect(extensionStates(tested)).toEqual([["bob.jones", expected]]);
    }
  });

  it("does not freeze what an audit or a reconnection lists during a call", () => {
    const tested = createTestModel([member(bob, "words"), device("NOT_INUSE", bob)]);
    tested.receive(...regenerate(member(bob, "words", { status: 2 }), device("INUSE", bob)));
    expect(extensionStates(tested)).toEqual([["bob.jones", "inuse"]]);
    tested.receive(status(1));
    expect(extensionStates(tested)).toEqual([["bob.jones", "not_inuse"]]);
  });

  it("shows by the membership of that device, not by one of a Local channel", () => {
    const local = member("Local/bob.jones@from-queue/n", "a", { status: 4 });
    const tested = createTestModel([local, member(bob, "words"), device("UNAVAILABLE", bob)]);
    expect(extensionStates(tested)).toEqual([["bob.jones", "not_inuse"]]);
    tested.receive(status(6));
    expect(extensionStates(tested)).toEqual([["bob.jones", "ringing"]]);
  });

  it("does not outrank its hint, nor keep a removed hint's agent", () => {
    const tested = createTestModel([hint(0, "3001", bob), device("INUSE", bob)]);
    expect(extensionStates(tested)).toEqual([["bob.jones", "not_inuse"]]);
    expect(tested.receive(hint(8, "3001", bob))).toMatchObject([{ status: "ringing" }]);
    tested.receive(hint(-2, "3001", bob));
    expect(extensionStates(tested)).toEqual([]);
  });

  it("alone makes no agent, whatever the agent pattern", () => {
    const pattern = "^PJSIP/([0-9]+)(?:-office)?$";
    expect(extensionStates(createTestModel([device("INUSE", "PJSIP/1009-office")], false, pattern))).toEqual([]);
    expect(extensionStates(createTestModel([device("INUSE", "PJSIP/1009")], false, pattern))).toEqual([
      ["1009", "inuse"],
    ]);
  });

  it.each([["PJSIP/10001234"], ["IAX2/1"]])("may be named by a number that is too long or too short: %s", (name) => {
    const tested = createTestModel([member(name, "words"), device("UNAVAILABLE", name)]);
    tested.receive(status(6, name));
    expect(extensionStates(tested)).toEqual([[name.split("/")[1], "ringing"]]);
  });
});

it("EV2 a reported device that a reconnection's lists lack gives way to its membership", () => {
  const refused = { kind: "listCompleted", list: "devices", refused: true } as const;
  const others = listsCompleted.filter((one) => one.kind === "listCompleted" && one.list !== "devices");
  const tested = createTestModel([member("PJSIP/1001", "support"), device("INUSE")]);
  tested.receive({ kind: "regenerationStarted" }, member("PJSIP/1001", "support"), ...others, refused);
  expect(extensionStates(tested)).toEqual([["1001", "not_inuse"]]);
});

describe("which agents there are", () => {
  it.each([
    ["a member", [member("Local/1001@agents/n", "support")], ["1001"]],
    ["the owner of a hint, also with a name", [hint(0, "500", "PJSIP/ann&Custom:DND500")], ["ann"]],
    ["a bare device that looks like an extension", [device("INUSE")], ["1001"]],
    ["not a trunk", [device("INUSE", "PJSIP/trunk")], []],
    ["not a hint of something else than a phone", [hint(1, "701", "park:701@parkedcalls")], []],
    [
      "not a device of a queue or a Local channel",
      [device("INUSE", "Queue:support"), device("INUSE", "Local/1001@a")],
      [],
    ],
  ])("%s", (_title, events, agents) => {
    const snapshot = createTestModel(events).collator.snapshot();
    const found = snapshot.filter((event) => event.type === "agentName").map(({ agent }) => agent);
    expect(found).toEqual(agents);
  });

  it("an agent who has logged off everywhere exists while the phone is known", () => {
    const tested = createTestModel([member("PJSIP/1001", "support", { name: "Ann" }), device("NOT_INUSE")]);
    const published = tested.receive({ kind: "queueMemberRemoved", queue: "support", memberInterface: "PJSIP/1001" });
    expect(published).toMatchObject([{ status: "loggedoff" }, { type: "agentName", name: "1001" }]);
    expect(tested.receive(device("INUSE"))).toMatchObject([{ type: "extensionStatus", status: "inuse" }]);
  });

  it("a hint that moves to another phone changes its agent", () => {
    const tested = createTestModel([hint(0, "1001", "PJSIP/1001")]);
    const published = tested.receive(hint(1, "1001", "PJSIP/1002"));
    expect(published).toContainEqual(
      expect.objectContaining({ type: "extensionStatus", agent: "1001", status: "unavailable" }),
    );
    expect(extensionStates(tested)).toEqual([["1002", "inuse"]]);
  });
});

it("a membership's new device status does not change a status that a hint decides", () => {
  const tested = createTestModel([member("PJSIP/1001", "support"), hint(0)]);
  const published = tested.receive({
    kind: "queueMemberStatus",
    ...memberFacts("PJSIP/1001", "support", { status: 6 }),
  });
  expect(published.map(({ type }) => type)).toEqual(["queueMemberStatus"]);
});
