import { describe, expect, it } from "vitest";
import { createBench, listsCompleted, member, memberFacts, type Untimed } from "../../testing/model-samples.ts";

function hint(status: number, exten = "1001", text = `PJSIP/${exten}`): Untimed {
  return { kind: "extensionStatus", exten, context: "agents", hint: text, status };
}
function device(state: string, name = "PJSIP/1001"): Untimed {
  return { kind: "deviceStateChange", device: name, state };
}
function extensionStates(bench: ReturnType<typeof createBench>) {
  return bench.collator
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
    expect(extensionStates(createBench([hint(number)]))).toEqual([["1001", status]]);
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
    expect(extensionStates(createBench([device(state)]))).toEqual([["1001", status]]);
  });

  it("the hint is trusted before the device, the device before the membership", () => {
    const ofTwo = (status: number) => hint(status, "1001", "PJSIP/ann&Custom:DND1001");
    const bench = createBench([member("PJSIP/ann", "support", { status: 5 })]);
    expect(extensionStates(bench)).toEqual([["ann", "unavailable"]]);
    expect(bench.tell(device("RINGING", "PJSIP/ann"))).toMatchObject([{ type: "extensionStatus", status: "ringing" }]);
    expect(bench.tell(ofTwo(1))).toMatchObject([{ type: "extensionStatus", status: "inuse" }]);
    expect(bench.tell(device("NOT_INUSE", "PJSIP/ann"))).toEqual([]);
    expect(bench.tell(ofTwo(-2))).toMatchObject([{ type: "extensionStatus", status: "not_inuse" }]);
  });

  it("a hint of one phone is as that phone says, whichever comes first; not if it is out of order", () => {
    const bench = createBench([hint(0)]);
    expect(bench.tell(device("RINGING"))).toMatchObject([{ status: "ringing" }]);
    expect(bench.tell(hint(8), device("INUSE"), hint(1))).toMatchObject([{ status: "inuse" }]);
    expect(bench.tell(device("NOT_INUSE"))).toMatchObject([{ status: "not_inuse" }]);
    expect(bench.tell(hint(1))).toEqual([]);
    expect(bench.tell(hint(-1))).toMatchObject([{ status: "unavailable" }]);
    expect(bench.tell(device("INUSE"))).toMatchObject([{ status: "inuse" }]);
  });

  it("a list's word on a hint is newer than what its phone said before", () => {
    const bench = createBench([hint(0)]);
    bench.tell(device("RINGING"));
    const listed = { ...hint(1), listed: true } as Untimed;
    const refused = { kind: "listCompleted", list: "devices", refused: true } as const;
    const others = listsCompleted.filter((one) => one.kind === "listCompleted" && one.list !== "devices");
    expect(bench.tell({ kind: "regenerationStarted" }, listed, ...others, refused)).toMatchObject([
      { status: "inuse" },
    ]);
  });

  it("a group's hint that begins with this phone does not speak for it", () => {
    const bench = createBench([hint(8, "1000", "PJSIP/1001&PJSIP/1002"), hint(0)]);
    expect(extensionStates(bench)).toEqual([["1001", "not_inuse"]]);
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
    const snapshot = createBench(events).collator.snapshot();
    const found = snapshot.filter((event) => event.type === "agentName").map(({ agent }) => agent);
    expect(found).toEqual(agents);
  });

  it("an agent who has logged off everywhere stays while the phone is known", () => {
    const bench = createBench([member("PJSIP/1001", "support", { name: "Ann" }), device("NOT_INUSE")]);
    const told = bench.tell({ kind: "queueMemberRemoved", queue: "support", memberInterface: "PJSIP/1001" });
    expect(told).toMatchObject([{ status: "loggedoff" }, { type: "agentName", name: "1001" }]);
    expect(bench.tell(device("INUSE"))).toMatchObject([{ type: "extensionStatus", status: "inuse" }]);
  });

  it("a hint that moves to another phone changes whose it is", () => {
    const bench = createBench([hint(0, "1001", "PJSIP/1001")]);
    const told = bench.tell(hint(1, "1001", "PJSIP/1002"));
    expect(told).toContainEqual(
      expect.objectContaining({ type: "extensionStatus", agent: "1001", status: "unavailable" }),
    );
    expect(extensionStates(bench)).toEqual([["1002", "inuse"]]);
  });
});

it("a membership whose device is told anew does not disturb the hint's word", () => {
  const bench = createBench([member("PJSIP/1001", "support"), hint(0)]);
  const told = bench.tell({ kind: "queueMemberStatus", ...memberFacts("PJSIP/1001", "support", { status: 6 }) });
  expect(told.map(({ type }) => type)).toEqual(["queueMemberStatus"]);
});
