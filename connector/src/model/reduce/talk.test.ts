import type { EventOf, SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import type { ChannelFacts } from "../../ami/event/event.ts";
import {
  createTestModel,
  entersBridge,
  facts,
  hangsUp,
  leavesBridge,
  listsCompleted,
  member,
  parkingEvent,
  pickupOf,
  queueCall,
  queueParams,
  type TestModel,
  type Untimed,
} from "../../testing/model-samples.ts";

const agents = ["1001", "1002", "1005"].map((id) => member(`PJSIP/${id}`, "support", { name: `Agent ${id}` }));
const initial = [queueParams("support"), ...agents];
const call = queueCall("support", "1001");
const answered = [call.join, call.ring, call.leave, call.agentEnters, call.callerEnters];

function requests(channel: ChannelFacts): Untimed {
  return { kind: "hangupRequest", ...channel };
}
const bridgeEnds: Untimed = { kind: "bridgeDestroy", bridgeId: "bridge-caller" };
const callerHangsUp = [requests(call.callerFacts), bridgeEnds, call.callerEnds, call.agentEnds];
const agentHangsUp = [requests(call.agentFacts), bridgeEnds, call.agentEnds];

/** `agent queue party talk hold reason`, times in ms. Without hold, only the whole is known; without talk, nothing is. */
function talksIn(events: readonly SiteEvent[]): string[] {
  return events
    .filter((event): event is EventOf<"agentTalkEnded"> => event.type === "agentTalkEnded")
    .map(({ agent, queueName, uniqueId, talkTime, holdTime, reason, since, at }) => {
      const whole = since === null ? "?" : at - since;
      return [agent, queueName ?? "-", uniqueId, talkTime ?? whole, holdTime ?? "?", reason].join(" ");
    });
}

/** Applies steps with times between them, and a moment at the end, and returns the talks that are published, sorted. */
function play(tested: TestModel, ...steps: readonly (Untimed | number | readonly Untimed[])[]): string[] {
  const published: SiteEvent[] = [];
  for (const step of [...steps, 60])
    published.push(...(typeof step === "number" ? tested.wait(step) : tested.receive(...[step].flat())));
  return talksIn(published).sort();
}

const withCaller = "1001 support caller";

describe("EV23 how a talk ends", () => {
  it.each<[string, readonly (Untimed | number | readonly Untimed[])[], string]>([
    ["the caller hangs up", [callerHangsUp], "caller"],
    ["the agent hangs up", [agentHangsUp], "agent"],
    ["a hang-up that is reported after the bridge's end", [bridgeEnds, requests(call.callerFacts)], "caller"],
    ["both hang up: the first counts", [requests(call.agentFacts), ...callerHangsUp], "agent"],
    ["the caller is sent elsewhere", [[bridgeEnds, call.agentEnds], 40], "transfer"],
    ["AMI hangs up the caller", [[bridgeEnds, call.callerEnds, call.agentEnds]], "caller"],
    ["AMI hangs up the agent", [[bridgeEnds, call.agentEnds, call.callerEnds]], "agent"],
    ["AMI hangs up the agent, and the caller goes on", [[bridgeEnds, call.complete, call.agentEnds]], "caller"],
    ["a blind transfer, whose phone then hangs up", [[bridgeEnds, requests(call.agentFacts)], 40], "transfer"],
  ])("%s", (_, end, reason) => {
    expect(play(createTestModel(initial), answered, 4000, ...end)).toEqual([`${withCaller} 4000 0 ${reason}`]);
  });

  it("is published at once if somebody hung up, with its beginning and end", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered);
    const since = tested.now();
    tested.wait(4000);
    expect(tested.receive(requests(call.callerFacts), bridgeEnds)).toContainEqual({
      type: "agentTalkEnded",
      agent: "1001",
      queueName: "support",
      callId: "caller",
      uniqueId: "caller",
      talkTime: 4000,
      holdTime: 0,
      reason: "caller",
      since,
      at: since + 4000,
    });
    expect(play(tested, call.callerEnds, call.agentEnds, call.complete)).toEqual([]);
    expect([tested.model.openTalks.size, tested.model.agents.get("1001")?.talks]).toEqual([0, []]);
  });

  it("a channel that changes bridges talks on", () => {
    const moves = [bridgeEnds, entersBridge("b2", call.agentFacts), entersBridge("b2", call.callerFacts)];
    expect(play(createTestModel(initial), answered, 1000, moves, 3000, callerHangsUp.toSpliced(1, 1))).toEqual([
      `${withCaller} 4000 0 caller`,
    ]);
  });

  it("a talk of a moment ends, too, and the same two may talk again", () => {
    const again = [entersBridge("b2", call.agentFacts), entersBridge("b2", call.callerFacts)];
    const tested = createTestModel(initial);
    expect(
      play(tested, answered, 30, bridgeEnds, 500, again, 2000, requests(call.callerFacts), call.callerEnds),
    ).toEqual([`${withCaller} 2000 0 caller`, `${withCaller} 30 0 transfer`]);
  });

  it("a parked caller talks with nobody", () => {
    const parks = [bridgeEnds, entersBridge("lot", call.callerFacts, "parking"), parkingEvent("parkedCall", "c")];
    expect(play(createTestModel(initial), answered, 1000, [...parks, call.agentEnds], 5000)).toEqual([
      `${withCaller} 1000 0 transfer`,
    ]);
  });
});

describe("EV23 hold", () => {
  it("ends when the other party is parked, also while the agent hears the space", () => {
    const parks = [leavesBridge("bridge-caller", call.callerFacts), entersBridge("lot", call.callerFacts, "parking")];
    const steps = [answered, 3000, call.hold, 1000, parks, 2500, bridgeEnds, call.agentEnds];
    expect(play(createTestModel(initial), ...steps)).toEqual([`${withCaller} 3000 1000 transfer`]);
  });

  it("is not talk, also the last one, which ends with the call", () => {
    const steps = [answered, 1000, call.hold, 2000, call.hold, 500, call.unhold, 3000, call.hold, 700, callerHangsUp];
    expect(play(createTestModel(initial), ...steps)).toEqual([`${withCaller} 4000 3200 caller`]);
  });

  it("by the other party is talk", () => {
    const held: Untimed = { kind: "hold", ...call.callerFacts };
    expect(play(createTestModel(initial), answered, 1000, held, 2000, callerHangsUp)).toEqual([
      `${withCaller} 3000 0 caller`,
    ]);
  });
});

describe("EV23 transfers", () => {
  const target = facts("PJSIP/1005-0000002b", { uniqueId: "1005-leg", linkedId: "caller", callerNumber: "1005" });
  const near = facts("Local/1005@a-00000000;1", { linkedId: "caller" });
  const far = facts("Local/1005@a-00000000;2", { linkedId: "caller" });
  const consults = [
    entersBridge("b2", near),
    entersBridge("b2", call.agentFacts),
    entersBridge("b3", target),
    entersBridge("b3", far),
  ];

  it("attended: each agent has talks of their own, and the consultation is hold of the first", () => {
    const completes = [
      requests(call.agentFacts),
      leavesBridge("b2", call.agentFacts),
      leavesBridge("b2", near),
      entersBridge("bridge-caller", near),
      { ...call.complete, reason: "transfer" },
      call.agentEnds,
      leavesBridge("b3", target),
      leavesBridge("bridge-caller", near),
      entersBridge("bridge-caller", target),
      leavesBridge("b3", far),
      hangsUp(near),
      hangsUp(far),
    ];
    const ends = [requests(call.callerFacts), bridgeEnds, call.callerEnds, hangsUp(target)];
    const tested = createTestModel(initial);
    expect(play(tested, answered, 3000, call.hold, 200, consults, 2000, completes, 5000, ends)).toEqual([
      "1001 - 1005-leg 2000 0 transfer",
      `${withCaller} 3000 2200 transfer`,
      "1005 - caller 5000 0 caller",
      "1005 - caller-1001 2000 0 caller",
    ]);
    expect(tested.model.openTalks.size).toBe(0);
  });

  it("attended, cancelled: the first talk goes on", () => {
    const back = [
      requests(target),
      leavesBridge("b3", target),
      hangsUp(target),
      leavesBridge("b2", call.agentFacts),
      hangsUp(near),
      hangsUp(far),
      call.agentEnters,
      call.unhold,
    ];
    const tested = createTestModel(initial);
    expect(play(tested, answered, 3000, call.hold, consults, 2000, back, 1000, callerHangsUp)).toEqual([
      "1001 - 1005-leg 2000 0 caller",
      `${withCaller} 4000 2000 caller`,
      "1005 - caller-1001 2000 0 agent",
    ]);
  });

  it("attended: the caller hangs up during the consultation", () => {
    const tested = createTestModel(initial);
    const gone = [requests(call.callerFacts), leavesBridge("bridge-caller", call.callerFacts), call.callerEnds];
    expect(play(tested, answered, 3000, call.hold, consults, 2000, gone, 500)).toEqual([
      `${withCaller} 3000 2000 caller`,
    ]);
  });

  it("by the phone, with all of them in one bridge for a moment: the second agent has one talk with the caller", () => {
    const enters = entersBridge("bridge-caller", target);
    const leaves = leavesBridge("bridge-caller", call.agentFacts);
    const ends = [requests(call.callerFacts), bridgeEnds, call.callerEnds, hangsUp(target)];
    expect(
      play(createTestModel(initial), answered, 3000, call.hold, [enters, leaves, call.agentEnds], 4000, ends),
    ).toEqual([`${withCaller} 3000 0 transfer`, "1005 - caller 4000 0 caller"]);
  });

  it("by the phone, on a second line: the first is on hold, and both end", () => {
    const second = facts("PJSIP/1001-00000007", { uniqueId: "second", linkedId: "second", callerNumber: "1001" });
    const colleague = facts("PJSIP/1005-00000008", { uniqueId: "colleague", linkedId: "second" });
    const calls = [entersBridge("b2", second), entersBridge("b2", colleague)];
    const replaces = [
      leavesBridge("b2", colleague),
      leavesBridge("bridge-caller", call.agentFacts),
      entersBridge("bridge-caller", colleague),
      call.agentEnds,
      hangsUp(second),
    ];
    const ends = [requests(colleague), bridgeEnds, hangsUp(colleague)];
    expect(play(createTestModel(initial), answered, 3000, call.hold, calls, 2000, replaces, 4000, ends)).toEqual([
      "1001 - colleague 2000 0 transfer",
      `${withCaller} 3000 2000 transfer`,
      "1005 - caller 4000 0 agent",
      "1005 - second 2000 0 caller",
    ]);
  });
});

describe("EV23 whose talk it is", () => {
  it("between two agents each has one", () => {
    const one = facts("PJSIP/1001-00000001");
    const other = facts("PJSIP/1002-00000002");
    const talk = [entersBridge("b", one), entersBridge("b", other)];
    const tested = createTestModel(initial);
    expect(play(tested, talk, 2000, requests(one), { kind: "bridgeDestroy", bridgeId: "b" })).toEqual([
      "1001 - PJSIP/1002-00000002 2000 0 agent",
      "1002 - PJSIP/1001-00000001 2000 0 caller",
    ]);
  });

  it("a trunk, an agent in name only, has none", () => {
    const one = facts("PJSIP/trunk-00000001");
    const other = facts("PJSIP/carrier-00000002");
    expect(
      play(createTestModel(initial), entersBridge("b", one), entersBridge("b", other), 2000, hangsUp(one)),
    ).toEqual([]);
  });

  it("of a call that was picked up it is the picker's, also if the pickup is reported late", () => {
    const picker = facts("PJSIP/1002-00000009", { linkedId: "caller", callerNumber: "1002" });
    const picks = pickupOf(call, picker);
    const connects = [call.leave, entersBridge("bridge-caller", picker), call.callerEnters];
    const ends = [requests(call.callerFacts), bridgeEnds, call.callerEnds, hangsUp(picker)];
    const early = [[call.join, call.ring, picks, call.agentEnds, ...connects], 2000, ends];
    const late = [[call.join, call.ring, ...connects], 500, [picks, call.agentEnds], 1500, ends];
    for (const steps of [early, late])
      expect(play(createTestModel(initial), ...steps)).toEqual(["1002 support caller 2000 0 caller"]);
  });

  it("behind a Local channel it is one talk, whether the Local channel stays or is optimized away", () => {
    const outer = facts("Local/1005@agents-00000000;1", { linkedId: "caller" });
    const inner = facts("Local/1005@agents-00000000;2", { linkedId: "caller" });
    const own = facts("PJSIP/1005-00000009", { linkedId: "caller", callerNumber: "1005" });
    const ring: Untimed = { ...call.ring, memberInterface: "Local/1005@agents", dest: outer };
    const connects = [
      entersBridge("b1", own),
      entersBridge("b1", inner),
      entersBridge("b2", outer),
      entersBridge("b2", call.callerFacts),
    ];
    const optimizes = [
      leavesBridge("b1", own),
      leavesBridge("b2", outer),
      entersBridge("b2", own),
      leavesBridge("b1", inner),
      hangsUp(outer),
      hangsUp(inner),
    ];
    const held: Untimed = { kind: "hold", ...own };
    const begins = [[call.join, ring, call.leave, ...connects], 1000];
    const ends = [held, 500, requests(own), leavesBridge("b1", own), hangsUp(own), hangsUp(call.callerFacts)];
    for (const steps of [
      [...begins, ...ends],
      [...begins, optimizes, ...ends],
    ]) {
      const tested = createTestModel([queueParams("support"), member("Local/1005@agents", "support")]);
      expect(play(tested, ...steps)).toEqual(["1005 support caller 1000 500 agent"]);
    }
  });
});

describe("EV23 over a time without AMI", () => {
  const bridged = { bridgeId: "bridge-caller", state: 6 };
  const listed = (
    channel: ChannelFacts,
    durationSeconds: number,
    application = "Queue",
    where: Readonly<{ bridgeId: string | null; state: number }> = bridged,
  ): Untimed => ({
    kind: "coreShowChannel",
    ...{ ...channel, ...where, application, applicationData: "support", durationSeconds },
  });
  const both = [listed(call.callerFacts, 30), listed(call.agentFacts, 12, "AppQueue")];
  const regeneration = (...items: readonly Untimed[]): Untimed[] => [
    { kind: "regenerationStarted", isNewConnection: true },
    ...initial,
    ...items,
    ...listsCompleted,
  ];

  const lost: Untimed = { kind: "connectionLost" };

  it("a talk that goes on is one talk, with holds that are not known", () => {
    expect(
      play(createTestModel(initial), answered, 1000, lost, 3000, regeneration(...both), 2000, callerHangsUp),
    ).toEqual([`${withCaller} 6000 ? caller`]);
  });

  it("a talk that ended meanwhile counts until AMI was lost, as unknown", () => {
    const tested = createTestModel(initial);
    expect(play(tested, answered, 700, call.hold, 300, lost, 3000, regeneration())).toEqual([
      `${withCaller} 700 300 unknown`,
    ]);
    expect(play(tested, 1000, regeneration())).toEqual([]);
  });

  it("a talk during which AMI was away twice, and that ended the second time, has unknown holds", () => {
    const away = [lost, 3000, regeneration(...both), 500, lost, 3000, regeneration()];
    expect(play(createTestModel(initial), answered, 1000, ...away)).toEqual([`${withCaller} 4500 ? unknown`]);
  });

  it("AgentComplete says when a queue's talk began, if it comes with its end", () => {
    const ends = [requests(call.callerFacts), bridgeEnds, { ...call.complete, talkTime: 9, reason: "agent" }];
    for (const end of [ends, [...ends, call.callerEnds], ends.toSpliced(2, 0, call.callerEnds)]) {
      const tested = createTestModel(regeneration(...both).slice(1, -listsCompleted.length));
      expect(play(tested, 5000, end)).toEqual([`${withCaller} 9000 ? caller`]);
      expect(tested.model.agents.get("1001")?.talks).toEqual([]);
    }
    const late = { ...call.complete, talkTime: 9, dest: null };
    for (const end of [
      [callerHangsUp, late],
      [callerHangsUp, 60, call.complete],
    ]) {
      const tested = createTestModel(regeneration(...both).slice(1, -listsCompleted.length));
      expect(play(tested, 5000, ...end)).toEqual([`${withCaller} ? ? caller`]);
    }
  });

  it("of a talk that began before the connection no other time is known", () => {
    const tested = createTestModel(regeneration(...both).slice(1, -listsCompleted.length));
    expect(play(tested, 5000, callerHangsUp)).toEqual([`${withCaller} ? ? caller`]);
  });

  it("of a talk that began while AMI was away no time is known, also if its ring was seen", () => {
    for (const seen of [[call.join, call.ring], []])
      expect(
        play(createTestModel(initial), seen, 1000, lost, 3000, regeneration(...both), 2000, callerHangsUp),
      ).toEqual([`${withCaller} ? ? caller`]);
  });

  it("a ring that a list shows, and that is answered later, is no part of the talk", () => {
    const rings = listed(call.agentFacts, 12, "AppQueue", { bridgeId: null, state: 5 });
    const waits = listed(call.callerFacts, 30, "Queue", { bridgeId: null, state: 6 });
    const tested = createTestModel(regeneration(waits, rings).slice(1, -listsCompleted.length));
    expect(play(tested, 3000, answered.slice(2), 5000, callerHangsUp)).toEqual([`${withCaller} 5000 0 caller`]);
  });

  it("two who were up before the connection may have talked before they meet", () => {
    const alone = listed(call.agentFacts, 12, "AppQueue", { bridgeId: "consultation", state: 6 });
    const tested = createTestModel(regeneration(listed(call.callerFacts, 30), alone).slice(1, -listsCompleted.length));
    expect(play(tested, 3000, call.agentEnters, 5000, callerHangsUp)).toEqual([`${withCaller} ? ? caller`]);
  });

  it("a regeneration during a talk changes nothing, and a hang-up between its lists is exact", () => {
    const [queues, ...others] = listsCompleted as readonly [Untimed, ...Untimed[]];
    const tested = createTestModel(initial);
    const half = [{ kind: "regenerationStarted" } as const, ...initial, queues];
    expect(play(tested, answered, 1000, half, 500, callerHangsUp, 100, others)).toEqual([
      `${withCaller} 1500 0 caller`,
    ]);
  });
});
