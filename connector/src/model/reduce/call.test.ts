import type { SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import type { ChannelFacts } from "../../ami/event/event.ts";
import {
  createTestModel,
  entersBridge,
  facts,
  hangsUp,
  leavesBridge,
  member,
  pickupOf,
  queueCall,
  queueParams,
  type Untimed,
} from "../../testing/model-samples.ts";

const agents = ["1001", "1002", "1003"].map((id) => member(`PJSIP/${id}`, "support", { name: `Agent ${id}` }));
const initial = [queueParams("support"), ...agents];

function phone(agent: string, more: Partial<ChannelFacts> = {}): ChannelFacts {
  return facts(`PJSIP/${agent}-00000009`, { callerNumber: agent, callerName: `Agent ${agent}`, ...more });
}
const outside = facts("PJSIP/trunk-00000001", { callerNumber: "+1555", callerName: "Alice" });

/** The agents' calls in the events: `agent number name queue`. */
function calls(events: readonly SiteEvent[]): string[] {
  return events
    .filter((event) => event.type === "phoneNumber")
    .map(({ agent, number, name, queueName }) => [agent, number, name, queueName].map((part) => part ?? "-").join(" "));
}

describe("EV13 phoneNumber of a queue call", () => {
  const call = queueCall("support", "1001");

  it("is set by the ring, stays through the answer without a gap, and is null when the channel ends", () => {
    const tested = createTestModel(initial);
    expect(calls(tested.receive(call.join, call.ring))).toEqual(["1001 +14155550100 Alice support"]);
    expect(calls(tested.receive(call.leave, call.agentEnters))).toEqual([]);
    expect(calls(tested.receive(call.callerEnters))).toEqual([]);
    expect(calls(tested.receive(call.callerLeaves, call.agentLeaves))).toEqual([]);
    expect(calls(tested.receive(call.agentEnds))).toEqual(["1001 - - -"]);
  });

  const picker = phone("1002", { linkedId: "caller", connectedNumber: "+14155550100", connectedName: "Alice" });
  const picks = pickupOf(call, picker);

  it("is the picking agent's, with the queue, also when the pickup is reported after the answer", () => {
    const tested = createTestModel(initial);
    tested.receive(call.join, call.ring, call.leave, entersBridge("bridge-caller", picker), call.callerEnters);
    tested.wait(2000);
    const published = tested.receive(picks, call.agentEnds);
    expect(calls(published)).toContain("1002 +14155550100 Alice support");
    const done = tested.receive({ ...call.complete, dest: picker }, hangsUp(picker));
    expect(done).toContainEqual(expect.objectContaining({ type: "agentComplete", uniqueId: "caller", talkTime: 4 }));
  });

  it("keeps the call's id when an event that was made before the answer comes after it", () => {
    const tested = createTestModel(initial);
    const ids = { uniqueId: "1763890000.1", linkedId: "1763890000.1" };
    const caller = facts("PJSIP/trunk-00000001", { ...ids, callerNumber: "+14155550100" });
    const own = phone("1002", { uniqueId: "a1002-pbxis-5f2c-1763890004", linkedId: "a1002-pbxis-5f2c-1763890004" });
    tested.receive(entersBridge("one", caller), entersBridge("one", own));
    const published = tested.receive({ kind: "newConnectedLine", ...own, connectedNumber: "+14155550100" });
    const callIds = [...published, ...tested.receive(hangsUp(caller))].flatMap((event) =>
      event.type === "phoneNumber" ? [event.callId] : [],
    );
    expect(callIds).not.toContain(own.linkedId);
  });

  it("is the picking agent's, with the queue, when another agent picks up the ringing call", () => {
    const tested = createTestModel(initial);
    tested.receive(call.join, call.ring);
    const { agentEnds, leave, callerEnters } = call;
    expect(calls(tested.receive(picks, agentEnds, leave))).toEqual(["1001 - - -"]);
    const published = tested.receive(entersBridge("bridge-caller", picker), callerEnters);
    expect(calls(published)).toEqual(["1002 +14155550100 Alice support"]);
    expect(calls(tested.receive(hangsUp(picker)))).toEqual(["1002 - - -"]);
  });

  it("is null when the ring ends without an answer", () => {
    const tested = createTestModel(initial);
    tested.receive(call.join, call.ring);
    expect(calls(tested.receive(call.agentEnds))).toEqual(["1001 - - -"]);
  });

  it("is `unknown` when the caller withholds the number", () => {
    const { ring } = call;
    const hidden = { callerNumber: null, callerName: null, connectedNumber: null, connectedName: null };
    const published = createTestModel(initial).receive({
      ...ring,
      caller: { ...ring.caller, ...hidden },
      dest: { ...ring.dest, ...hidden },
    });
    expect(calls(published)).toEqual(["1001 unknown - support"]);
  });

  it("an event that arrives after the Hangup does not bring the call back", () => {
    const tested = createTestModel(initial);
    tested.receive(call.ring);
    tested.receive(call.agentEnds);
    expect(
      calls(tested.receive({ kind: "newConnectedLine", ...call.agentFacts }, call.agentEnters, call.ring)),
    ).toEqual([]);
    expect(tested.model.channels.size).toBe(0);
  });

  it("with a Local member the phone behind it is the same call, even after the Local channel is optimized away", () => {
    const tested = createTestModel([queueParams("vip"), member("Local/1005@agents", "vip")]);
    const outer = facts("Local/1005@agents-00000000;1", { callerNumber: "1005", linkedId: "caller" });
    const inner = facts("Local/1005@agents-00000000;2", { callerNumber: "+14155550100", linkedId: "caller" });
    const own = phone("1005", { linkedId: "caller", connectedNumber: "+14155550100" });
    const { callerFacts, join, leave } = queueCall("vip", "1005");
    const shown = "1005 +14155550100 Alice vip";
    tested.receive({ ...join });
    expect(
      calls(
        tested.receive({
          kind: "agentCalled",
          queue: "vip",
          memberInterface: "Local/1005@agents",
          memberName: null,
          caller: callerFacts,
          dest: { ...outer, connectedNumber: "+14155550100", connectedName: "Alice" },
        }),
      ),
    ).toEqual([shown]);
    const published = tested.receive(
      leave,
      entersBridge("b1", own),
      entersBridge("b1", inner),
      entersBridge("b2", outer),
      entersBridge("b2", callerFacts),
    );
    expect(calls(published)).toEqual([]);
    expect(
      calls(
        tested.receive(
          leavesBridge("b1", own),
          leavesBridge("b2", outer),
          entersBridge("b2", own),
          leavesBridge("b1", inner),
          hangsUp(outer),
          hangsUp(inner),
        ),
      ),
    ).toEqual([]);
    expect(calls(tested.receive(hangsUp(callerFacts), hangsUp(own)))).toEqual(["1005 - - -"]);
    expect([tested.model.channels.size, tested.model.bridges.size, tested.model.locals.size]).toEqual([0, 0, 0]);
  });
});

describe("EV13 phoneNumber of other calls", () => {
  it.each([
    ["in", phone("1001", { connectedNumber: "+1555" }), "1001 +1555 Alice -"],
    ["out", phone("1001", { connectedNumber: "+1555", connectedName: null }), "1001 +1555 Alice -"],
  ])("a call %s is published once it is bridged", (_way, own, shown) => {
    const tested = createTestModel(initial);
    expect(calls(tested.receive(entersBridge("b", own)))).toEqual([]);
    expect(calls(tested.receive(entersBridge("b", outside)))).toEqual([shown]);
    expect(calls(tested.receive(leavesBridge("b", own), hangsUp(own)))).toEqual(["1001 - - -"]);
  });

  it("two agents in a call see each other", () => {
    const published = createTestModel(initial).receive(
      entersBridge("b", phone("1001")),
      entersBridge("b", phone("1002")),
    );
    expect(calls(published).sort()).toEqual(["1001 1002 Agent 1002 -", "1002 1001 Agent 1001 -"]);
  });

  it("an agent who is called on behalf of another agent sees that agent's number", () => {
    // Originated to 1002: the first leg bears the called number as its caller id.
    const first = phone("1001", { callerNumber: "1002", callerName: "Click To Call", connectedNumber: "1002" });
    const second = phone("1002", { connectedNumber: "1002", connectedName: "Click To Call" });
    const published = createTestModel(initial).receive(entersBridge("b", second), entersBridge("b", first));
    expect(calls(published).sort()).toEqual(["1001 1002 Agent 1002 -", "1002 1001 Agent 1001 -"]);
  });

  it("a connected line that Asterisk reports later wins over the caller id, until the other party changes", () => {
    const tested = createTestModel(initial);
    const own = phone("1001");
    tested.receive(entersBridge("b", own), entersBridge("b", outside));
    const connected = { ...own, connectedNumber: "+1777", connectedName: "Forwarded" };
    expect(calls(tested.receive({ kind: "newConnectedLine", ...connected }))).toEqual(["1001 +1777 Forwarded -"]);
    const published = tested.receive(leavesBridge("b", outside), hangsUp(outside), entersBridge("b", phone("1002")));
    expect(calls(published)).toContain("1001 1002 Agent 1002 -");
  });

  it("a channel alone in a bridge, parked, or only with the same agent's channel is no call", () => {
    const tested = createTestModel(initial);
    const own = phone("1001");
    const second = facts("PJSIP/1001-00000010", { callerNumber: "1001" });
    expect(calls(tested.receive(entersBridge("b", own)))).toEqual([]);
    expect(calls(tested.receive(entersBridge("b", second)))).toEqual([]);
    expect(
      calls(tested.receive(entersBridge("p", phone("1002"), "parking"), entersBridge("p", outside, "parking"))),
    ).toEqual([]);
  });
});

describe("EV13 transfers", () => {
  const call = queueCall("support", "1001");
  const answered = [call.join, call.ring, call.leave, call.agentEnters, call.callerEnters];

  it("a blind transfer moves the number to the next agent, without the queue", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered);
    tested.receive(call.callerLeaves, call.agentLeaves, call.agentEnds);
    const next = phone("1002", { linkedId: "caller" });
    expect(calls(tested.receive(entersBridge("b2", next), entersBridge("b2", call.callerFacts)))).toEqual([
      "1002 +14155550100 Alice -",
    ]);
  });

  it("an attended transfer over a Local channel shows the consultation, then the caller to the agent who stays", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered);
    const near = facts("Local/1002@agents-00000000;1", { linkedId: "caller" });
    const far = facts("Local/1002@agents-00000000;2", { linkedId: "caller", callerNumber: "1001" });
    const second = phone("1002", { linkedId: "caller", connectedNumber: "1001" });
    const consulting = tested.receive(entersBridge("c", near), call.agentLeaves, entersBridge("c", call.agentFacts));
    expect(calls(consulting)).toEqual(["1001 1002 Agent 1002 -"]);
    const talking = tested.receive(entersBridge("d", second), entersBridge("d", far));
    // The number was known before, the channel was not.
    expect(calls(talking)).toEqual(["1002 1001 Agent 1001 -", "1001 1002 Agent 1002 -"]);
    const transferred = tested.receive(
      leavesBridge("c", call.agentFacts),
      leavesBridge("c", near),
      entersBridge(call.agentEnters.bridgeId, near),
      call.agentEnds,
    );
    expect(calls(transferred).sort()).toEqual(["1001 - - -", "1002 +14155550100 Alice -"]);
  });

  it("a call picked up by another phone moves to that phone's agent", () => {
    const tested = createTestModel(initial);
    tested.receive(call.join, call.ring);
    const picked = { ...call.agentFacts, channel: "PJSIP/1002-00000003" };
    const published = tested.receive(entersBridge("b", picked), entersBridge("b", call.callerFacts));
    expect(calls(published).sort()).toEqual(["1001 - - -", "1002 +14155550100 Alice support"]);
    expect(calls(tested.receive(hangsUp(picked)))).toEqual(["1002 - - -"]);
  });
});

describe("EV13 two calls of one agent", () => {
  const one = facts("PJSIP/1001-00000001", { linkedId: "one" });
  const two = facts("PJSIP/1001-00000002", { linkedId: "two" });
  const bob = facts("PJSIP/trunk-00000002", { linkedId: "two", callerNumber: "+1666", callerName: "Bob" });

  function withTwoCalls() {
    const tested = createTestModel(initial);
    tested.receive(entersBridge("b1", one), entersBridge("b1", outside));
    tested.receive({ kind: "hold", ...one });
    expect(calls(tested.receive(entersBridge("b2", two), entersBridge("b2", bob)))).toEqual(["1001 +1666 Bob -"]);
    return tested;
  }

  it("the later one is shown, and the other one again when it ends", () => {
    expect(calls(withTwoCalls().receive(hangsUp(bob), hangsUp(two)))).toEqual(["1001 +1555 Alice -"]);
  });

  it("a call taken off hold is shown", () => {
    expect(calls(withTwoCalls().receive({ kind: "unhold", ...one }))).toEqual(["1001 +1555 Alice -"]);
  });

  it("a ring is shown, and the call again when it ends", () => {
    const tested = createTestModel(initial);
    tested.receive(entersBridge("b1", one), entersBridge("b1", outside));
    const call = queueCall("support", "1001");
    expect(calls(tested.receive(call.ring))).toEqual(["1001 +14155550100 Alice support"]);
    expect(calls(tested.receive(call.agentEnds))).toEqual(["1001 +1555 Alice -"]);
  });
});

describe("EV2 on hold", () => {
  const call = queueCall("support", "1001");
  const inUse = { ...member("PJSIP/1001", "support"), status: 2 } as Untimed;
  const answered = [call.ring, call.agentEnters, call.callerEnters, inUse];

  function statuses(events: readonly SiteEvent[]): string[] {
    return events.flatMap((event) =>
      event.type === "extensionStatus" || event.type === "queueMemberStatus" ? [event.status] : [],
    );
  }

  it.each([
    ["Unhold", [call.unhold], "inuse"],
    ["leaving the bridge", [call.agentLeaves], "inuse"],
    ["the other party's hang-up, which sends no Unhold", [call.callerLeaves], "inuse"],
    ["the own hang-up", [call.agentEnds], "inuse"],
  ])("the agent's hold is shown in both statuses until %s", (_title, end, after) => {
    const tested = createTestModel(initial);
    tested.receive(...answered);
    expect(statuses(tested.receive(call.hold))).toEqual(["onhold", "onhold"]);
    expect(statuses(tested.receive(...end))).toEqual([after, after]);
  });

  it("Unhold without Hold, as REFER sends it, changes nothing", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered);
    expect(tested.receive(call.unhold)).toEqual([]);
  });

  it("an agent with an active call beside the held one is not on hold", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered, call.hold);
    const second = facts("PJSIP/1001-00000010", { linkedId: "two" });
    expect(statuses(tested.receive(entersBridge("b2", second), entersBridge("b2", outside)))).toEqual([
      "inuse",
      "inuse",
    ]);
    expect(statuses(tested.receive(hangsUp(second)))).toEqual(["onhold", "onhold"]);
  });

  it("hides neither a ringing phone nor a pause", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered, call.hold);
    const paused = { ...inUse, paused: true } as Untimed;
    expect(tested.receive(paused)).toMatchObject([{ status: "paused", deviceStatus: "onhold" }]);
    expect(statuses(tested.receive({ ...inUse, status: 7 } as Untimed))).toEqual(["ringinuse", "ringinuse"]);
  });
});
