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

  it("a hint wins over the device, and the device over the membership", () => {
    const ofTwo = (status: number) => hint(status, "1001", "PJSIP/ann&Custom:DND1001");
    const tested = createTestModel([member("PJSIP/ann", "support", { status: 5 })]);
    expect(extensionStates(tested)).toEqual([["ann", "unavailable"]]);
    expect(tested.receive(device("RINGING", "PJSIP/ann"))).toMatchObject([
      { type: "extensionStatus", status: "ringing" },
    ]);
    expect(tested.receive(ofTwo(1))).toMatchObject([{ type: "extensionStatus", status: "inuse" }]);
    expect(tested.receive(device("NOT_INUSE", "PJSIP/ann"))).toEqual([]);
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
