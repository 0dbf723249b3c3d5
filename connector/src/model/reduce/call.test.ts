import type { SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import type { ChannelFacts } from "../../ami/event/event.ts";
import { createBench, facts, member, queueCall, queueParams, type Untimed } from "../../testing/model-samples.ts";

const agents = ["1001", "1002", "1003"].map((id) => member(`PJSIP/${id}`, "support", { name: `Agent ${id}` }));
const initial = [queueParams("support"), ...agents];

function enters(bridgeId: string, channel: ChannelFacts, bridgeType = "basic"): Untimed {
  return { kind: "bridgeEnter", bridgeId, bridgeType, ...channel };
}
function leaves(bridgeId: string, channel: ChannelFacts): Untimed {
  return { kind: "bridgeLeave", bridgeId, bridgeType: "basic", last: false, ...channel };
}
function hangup(channel: ChannelFacts): Untimed {
  return { kind: "hangup", cause: 16, ...channel };
}
function phone(agent: string, more: Partial<ChannelFacts> = {}): ChannelFacts {
  return facts(`PJSIP/${agent}-00000009`, { callerNumber: agent, callerName: `Agent ${agent}`, ...more });
}
const outside = facts("PJSIP/trunk-00000001", { callerNumber: "+1555", callerName: "Alice" });

/** What is shown as the agents' calls: `agent number name queue`. */
function calls(events: readonly SiteEvent[]): string[] {
  return events
    .filter((event) => event.type === "phoneNumber")
    .map(({ agent, number, name, queueName }) => [agent, number, name, queueName].map((part) => part ?? "-").join(" "));
}

describe("EV13 phoneNumber of a queue call", () => {
  const call = queueCall("support", "1001");

  it("is set by the ring, kept without a gap through the answer, and gone with the channel", () => {
    const bench = createBench(initial);
    expect(calls(bench.tell(call.join, call.ring))).toEqual(["1001 +14155550100 Alice support"]);
    expect(calls(bench.tell(call.leave, call.agentEnters))).toEqual([]);
    expect(calls(bench.tell(call.callerEnters))).toEqual([]);
    expect(calls(bench.tell(call.callerLeaves, call.agentLeaves))).toEqual([]);
    expect(calls(bench.tell(call.agentEnds))).toEqual(["1001 - - -"]);
  });

  it("is gone when the ring ends without an answer", () => {
    const bench = createBench(initial);
    bench.tell(call.join, call.ring);
    expect(calls(bench.tell(call.agentEnds))).toEqual(["1001 - - -"]);
  });

  it("is `unknown` when the caller withholds his number", () => {
    const { ring } = call;
    const hidden = { callerNumber: null, callerName: null, connectedNumber: null, connectedName: null };
    const told = createBench(initial).tell({
      ...ring,
      caller: { ...ring.caller, ...hidden },
      dest: { ...ring.dest, ...hidden },
    });
    expect(calls(told)).toEqual(["1001 unknown - support"]);
  });

  it("an event that straggles behind the Hangup brings nothing back", () => {
    const bench = createBench(initial);
    bench.tell(call.ring);
    bench.tell(call.agentEnds);
    expect(calls(bench.tell({ kind: "newConnectedLine", ...call.agentFacts }, call.agentEnters, call.ring))).toEqual(
      [],
    );
    expect(bench.model.channels.size).toBe(0);
  });

  it("with a Local member the phone behind it is the same call, also once the Local channel is optimized away", () => {
    const bench = createBench([queueParams("vip"), member("Local/1005@agents", "vip")]);
    const outer = facts("Local/1005@agents-00000000;1", { callerNumber: "1005", linkedId: "caller" });
    const inner = facts("Local/1005@agents-00000000;2", { callerNumber: "+14155550100", linkedId: "caller" });
    const own = phone("1005", { linkedId: "caller", connectedNumber: "+14155550100" });
    const { callerFacts, join, leave } = queueCall("vip", "1005");
    const shown = "1005 +14155550100 Alice vip";
    bench.tell({ ...join });
    expect(
      calls(
        bench.tell({
          kind: "agentCalled",
          queue: "vip",
          memberInterface: "Local/1005@agents",
          memberName: null,
          caller: callerFacts,
          dest: { ...outer, connectedNumber: "+14155550100", connectedName: "Alice" },
        }),
      ),
    ).toEqual([shown]);
    const told = bench.tell(
      leave,
      enters("b1", own),
      enters("b1", inner),
      enters("b2", outer),
      enters("b2", callerFacts),
    );
    expect(calls(told)).toEqual([]);
    expect(
      calls(
        bench.tell(
          leaves("b1", own),
          leaves("b2", outer),
          enters("b2", own),
          leaves("b1", inner),
          hangup(outer),
          hangup(inner),
        ),
      ),
    ).toEqual([]);
    expect(calls(bench.tell(hangup(callerFacts), hangup(own)))).toEqual(["1005 - - -"]);
    expect([bench.model.channels.size, bench.model.bridges.size, bench.model.locals.size]).toEqual([0, 0, 0]);
  });
});

describe("EV13 phoneNumber of other calls", () => {
  it.each([
    ["in", phone("1001", { connectedNumber: "+1555" }), "1001 +1555 Alice -"],
    ["out", phone("1001", { connectedNumber: "+1555", connectedName: null }), "1001 +1555 Alice -"],
  ])("a call %s shows once it is bridged", (_way, own, shown) => {
    const bench = createBench(initial);
    expect(calls(bench.tell(enters("b", own)))).toEqual([]);
    expect(calls(bench.tell(enters("b", outside)))).toEqual([shown]);
    expect(calls(bench.tell(leaves("b", own), hangup(own)))).toEqual(["1001 - - -"]);
  });

  it("two agents who talk see each other", () => {
    const told = createBench(initial).tell(enters("b", phone("1001")), enters("b", phone("1002")));
    expect(calls(told).sort()).toEqual(["1001 1002 Agent 1002 -", "1002 1001 Agent 1001 -"]);
  });

  it("an agent who is called on another's behalf sees that agent, not himself", () => {
    // Originated to 1002: the first leg bears the called number as its caller id.
    const first = phone("1001", { callerNumber: "1002", callerName: "Click To Call", connectedNumber: "1002" });
    const second = phone("1002", { connectedNumber: "1002", connectedName: "Click To Call" });
    const told = createBench(initial).tell(enters("b", second), enters("b", first));
    expect(calls(told).sort()).toEqual(["1001 1002 Agent 1002 -", "1002 1001 Agent 1001 -"]);
  });

  it("the connected line that Asterisk has since told goes before the caller id, until the other party changes", () => {
    const bench = createBench(initial);
    const own = phone("1001");
    bench.tell(enters("b", own), enters("b", outside));
    const connected = { ...own, connectedNumber: "+1777", connectedName: "Forwarded" };
    expect(calls(bench.tell({ kind: "newConnectedLine", ...connected }))).toEqual(["1001 +1777 Forwarded -"]);
    const told = bench.tell(leaves("b", outside), hangup(outside), enters("b", phone("1002")));
    expect(calls(told)).toContain("1001 1002 Agent 1002 -");
  });

  it("alone in a bridge, parked, or with only oneself is no call", () => {
    const bench = createBench(initial);
    const own = phone("1001");
    const second = facts("PJSIP/1001-00000010", { callerNumber: "1001" });
    expect(calls(bench.tell(enters("b", own)))).toEqual([]);
    expect(calls(bench.tell(enters("b", second)))).toEqual([]);
    expect(calls(bench.tell(enters("p", phone("1002"), "parking"), enters("p", outside, "parking")))).toEqual([]);
  });
});

describe("EV13 transfers", () => {
  const call = queueCall("support", "1001");
  const answered = [call.join, call.ring, call.leave, call.agentEnters, call.callerEnters];

  it("a blind transfer moves the number to the next agent, without the queue", () => {
    const bench = createBench(initial);
    bench.tell(...answered);
    bench.tell(call.callerLeaves, call.agentLeaves, call.agentEnds);
    const next = phone("1002", { linkedId: "caller" });
    expect(calls(bench.tell(enters("b2", next), enters("b2", call.callerFacts)))).toEqual([
      "1002 +14155550100 Alice -",
    ]);
  });

  it("an attended transfer over a Local channel: consultation, then the caller for the agent who stays", () => {
    const bench = createBench(initial);
    bench.tell(...answered);
    const near = facts("Local/1002@agents-00000000;1", { linkedId: "caller" });
    const far = facts("Local/1002@agents-00000000;2", { linkedId: "caller", callerNumber: "1001" });
    const second = phone("1002", { linkedId: "caller", connectedNumber: "1001" });
    const consulting = bench.tell(enters("c", near), call.agentLeaves, enters("c", call.agentFacts));
    expect(calls(consulting)).toEqual(["1001 1002 Agent 1002 -"]);
    const talking = bench.tell(enters("d", second), enters("d", far));
    expect(calls(talking)).toEqual(["1002 1001 Agent 1001 -"]);
    const transferred = bench.tell(
      leaves("c", call.agentFacts),
      leaves("c", near),
      enters(call.agentEnters.bridgeId, near),
      call.agentEnds,
    );
    expect(calls(transferred).sort()).toEqual(["1001 - - -", "1002 +14155550100 Alice -"]);
  });

  it("a call picked up by another phone goes to that phone's agent", () => {
    const bench = createBench(initial);
    bench.tell(call.join, call.ring);
    const picked = { ...call.agentFacts, channel: "PJSIP/1002-00000003" };
    const told = bench.tell(enters("b", picked), enters("b", call.callerFacts));
    expect(calls(told).sort()).toEqual(["1001 - - -", "1002 +14155550100 Alice support"]);
    expect(calls(bench.tell(hangup(picked)))).toEqual(["1002 - - -"]);
  });
});

describe("EV13 two calls of one agent", () => {
  const one = facts("PJSIP/1001-00000001", { linkedId: "one" });
  const two = facts("PJSIP/1001-00000002", { linkedId: "two" });
  const bob = facts("PJSIP/trunk-00000002", { linkedId: "two", callerNumber: "+1666", callerName: "Bob" });

  function withTwoCalls() {
    const bench = createBench(initial);
    bench.tell(enters("b1", one), enters("b1", outside));
    bench.tell({ kind: "hold", ...one });
    expect(calls(bench.tell(enters("b2", two), enters("b2", bob)))).toEqual(["1001 +1666 Bob -"]);
    return bench;
  }

  it("the later one shows, and the other again when it ends", () => {
    expect(calls(withTwoCalls().tell(hangup(bob), hangup(two)))).toEqual(["1001 +1555 Alice -"]);
  });

  it("the one taken off hold shows", () => {
    expect(calls(withTwoCalls().tell({ kind: "unhold", ...one }))).toEqual(["1001 +1555 Alice -"]);
  });

  it("a ring comes to the fore and goes again", () => {
    const bench = createBench(initial);
    bench.tell(enters("b1", one), enters("b1", outside));
    const call = queueCall("support", "1001");
    expect(calls(bench.tell(call.ring))).toEqual(["1001 +14155550100 Alice support"]);
    expect(calls(bench.tell(call.agentEnds))).toEqual(["1001 +1555 Alice -"]);
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
    ["the other's hang-up, which sends no Unhold", [call.callerLeaves], "inuse"],
    ["the own hang-up", [call.agentEnds], "inuse"],
  ])("the agent's hold shows in both statuses until %s", (_title, end, after) => {
    const bench = createBench(initial);
    bench.tell(...answered);
    expect(statuses(bench.tell(call.hold))).toEqual(["onhold", "onhold"]);
    expect(statuses(bench.tell(...end))).toEqual([after, after]);
  });

  it("Unhold without Hold, as REFER sends it, changes nothing", () => {
    const bench = createBench(initial);
    bench.tell(...answered);
    expect(bench.tell(call.unhold)).toEqual([]);
  });

  it("an active call beside the held one is not on hold", () => {
    const bench = createBench(initial);
    bench.tell(...answered, call.hold);
    const second = facts("PJSIP/1001-00000010", { linkedId: "two" });
    expect(statuses(bench.tell(enters("b2", second), enters("b2", outside)))).toEqual(["inuse", "inuse"]);
    expect(statuses(bench.tell(hangup(second)))).toEqual(["onhold", "onhold"]);
  });

  it("does not hide that the phone rings, nor the pause", () => {
    const bench = createBench(initial);
    bench.tell(...answered, call.hold);
    const paused = { ...inUse, paused: true } as Untimed;
    expect(bench.tell(paused)).toMatchObject([{ status: "paused", deviceStatus: "onhold" }]);
    expect(statuses(bench.tell({ ...inUse, status: 7 } as Untimed))).toEqual(["ringinuse", "ringinuse"]);
  });
});
