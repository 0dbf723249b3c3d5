import { describe, expect, it } from "vitest";
import { createTestModel, facts, member, queueCall, queueParams, type Untimed } from "../testing/model-samples.ts";
import { createLookup } from "./lookup.ts";

const hint = (exten: string, devices: string): Untimed => {
  return { kind: "extensionStatus", exten, context: "agents", hint: devices, status: 0 };
};
const device = (name: string, state = "NOT_INUSE"): Untimed => ({ kind: "deviceStateChange", device: name, state });
const enters = (bridgeId: string, channel: string, more: Parameters<typeof facts>[1] = {}): Untimed => {
  return { kind: "bridgeEnter", bridgeId, bridgeType: "basic", ...facts(channel, more) };
};
const phone = "PJSIP/1001-00000001";
const trunk = "PJSIP/trunk-00000002";

const initial = [
  queueParams("support"),
  queueParams("sales"),
  member("PJSIP/1001", "support", { name: "Ann" }),
  member("PJSIP/1002", "support"),
];
function testModelWith(...events: Untimed[]) {
  const tested = createTestModel(initial);
  tested.receive(...events);
  return { ...tested, lookup: createLookup(tested.model) };
}

describe("CM10 an agent's calls", () => {
  it("an agent without a call has none, and neither has an unknown agent", () => {
    const { lookup } = testModelWith();
    expect(lookup.callsOf("1001")).toEqual([]);
    expect(lookup.callsOf("9999")).toEqual([]);
  });

  it("a queue call rings, then talks", () => {
    const call = queueCall("support", "1001");
    const { lookup, receive } = testModelWith(call.join, call.ring);
    const agentChannel = call.agentFacts.channel;
    const ids = { callId: call.callerFacts.linkedId, uniqueId: call.callerFacts.uniqueId };
    expect(lookup.callsOf("1001")).toEqual([{ agentChannel, bridgedChannel: null, callerId: "+14155550100", ...ids }]);
    receive(call.leave, call.agentEnters, call.callerEnters);
    const talks = { agentChannel, bridgedChannel: call.callerFacts.channel, callerId: "+14155550100", ...ids };
    expect(lookup.callsOf("1001")).toEqual([talks]);
    receive(call.agentLeaves, call.agentEnds);
    expect(lookup.callsOf("1001")).toEqual([]);
  });

  it("a withheld number is null", () => {
    const { lookup } = testModelWith(enters("b", phone), enters("b", trunk));
    expect(lookup.callsOf("1001")).toMatchObject([{ agentChannel: phone, bridgedChannel: trunk, callerId: null }]);
  });

  it("two calls are two, even if one is held; a conference counts once for each other party", () => {
    const { lookup, receive } = testModelWith(
      enters("b1", phone, { linkedId: "1" }),
      enters("b1", trunk, { linkedId: "1", callerNumber: "111" }),
      enters("b2", "PJSIP/1001-00000003", { linkedId: "2" }),
      enters("b2", "PJSIP/1002-00000004", { linkedId: "2", callerNumber: "1002" }),
      { kind: "hold", ...facts(phone, { linkedId: "1" }) },
    );
    expect(lookup.callsOf("1001").map(({ bridgedChannel }) => bridgedChannel)).toEqual([trunk, "PJSIP/1002-00000004"]);
    expect(lookup.callsOf("1002")).toHaveLength(1);
    receive(enters("b2", "PJSIP/trunk-00000005", { linkedId: "2" }));
    expect(lookup.callsOf("1002")).toHaveLength(2);
  });

  it("a call is followed through Local channels to the far party, and listed by the phone's own channel", () => {
    const local = { linkedId: "1" };
    const { lookup } = testModelWith(
      member("Local/1001@agents/n", "sales"),
      {
        kind: "agentCalled",
        queue: "sales",
        memberInterface: "Local/1001@agents/n",
        memberName: null,
        caller: facts(trunk, { ...local, callerNumber: "555" }),
        dest: facts("Local/1001@agents-00000001;1", local),
      },
      enters("inner", "Local/1001@agents-00000001;2", local),
      enters("inner", phone, local),
      enters("outer", "Local/1001@agents-00000001;1", local),
      enters("outer", trunk, { ...local, callerNumber: "555" }),
    );
    expect(lookup.callsOf("1001")).toEqual([
      { agentChannel: phone, bridgedChannel: trunk, callerId: "555", callId: "1", uniqueId: trunk },
    ]);
    expect(lookup.channel(trunk)).toMatchObject({ owner: null, parties: [{ channel: phone, owner: "1001" }] });
    expect(lookup.channel("Local/1001@agents-00000001;1")).toMatchObject({
      owner: "1001",
      parties: [{ channel: trunk }],
    });
  });

  it("a parked channel talks to nobody", () => {
    const { lookup } = testModelWith(
      { ...enters("lot", phone), bridgeType: "parking" } as Untimed,
      { ...enters("lot", trunk), bridgeType: "parking" } as Untimed,
    );
    expect(lookup.callsOf("1001")).toEqual([]);
    expect(lookup.channel(trunk)?.parties).toEqual([]);
  });
});

describe("CM14 the owner of a channel", () => {
  it("is its own agent; agents include those of its parties; a trunk has no agent", () => {
    const { lookup } = testModelWith(enters("b", phone), enters("b", trunk));
    expect(lookup.channel(phone)).toMatchObject({ owner: "1001", parties: [{ channel: trunk, owner: null }] });
    expect(lookup.channel(trunk)?.agents).toContain("1001");
    expect(lookup.channel(trunk.toLowerCase())?.channel).toBe(trunk);
    expect(lookup.channel("PJSIP/1002-00000001")).toBeNull();
  });
});

describe("what to dial", () => {
  it.each([
    ["a hint's first device", [hint("1001", "PJSIP/1001&Custom:DND1001"), device("SIP/1001")], "PJSIP/1001"],
    ["the hint of the agent's own extension", [hint("100", "SIP/1001"), hint("1001", "PJSIP/1001")], "PJSIP/1001"],
    ["a hint that has changed", [hint("1001", "SIP/1001"), hint("1001", "PJSIP/1001")], "PJSIP/1001"],
    ["the device that can be reached", [device("PJSIP/1001", "UNAVAILABLE"), device("SIP/1001")], "SIP/1001"],
    ["a device that cannot be reached, if there is no other", [device("SIP/1001", "UNAVAILABLE")], "SIP/1001"],
    ["a channel's device", [enters("b", phone), enters("b", trunk)], "PJSIP/1001"],
    ["nothing", [], null],
  ] as [string, Untimed[], string | null][])("%s", (_title, events, expected) => {
    expect(testModelWith(...events).lookup.phoneOf("1001")).toBe(expected);
  });

  it("memberships in order, names and queues", () => {
    const { lookup } = testModelWith(member("Local/1001@agents/n", "sales"));
    expect(lookup.membershipsOf("1001")).toEqual([
      { queue: "sales", memberInterface: "Local/1001@agents/n" },
      { queue: "support", memberInterface: "PJSIP/1001" },
    ]);
    expect([lookup.nameOf("1001"), lookup.nameOf("1002"), lookup.nameOf("9999")]).toEqual(["Ann", null, null]);
    expect([lookup.hasQueue("sales"), lookup.hasQueue("Sales"), lookup.queues()]).toEqual([
      true,
      false,
      ["support", "sales"],
    ]);
  });
});
