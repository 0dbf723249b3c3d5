import type { EventOf, SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import {
  createTestModel,
  facts,
  hangsUp,
  listsCompleted,
  member,
  pickupOf,
  queueCall,
  queueParams,
  type TestModel,
  type Untimed,
} from "../../testing/model-samples.ts";

const initial = [queueParams("support"), ...["1001", "1002"].map((agent) => member(`PJSIP/${agent}`, "support"))];
const call = queueCall("support", "1001");
const other = queueCall("support", "1002");
const hangupRequest: Untimed = { kind: "hangupRequest", ...call.callerFacts };

/** The rings that ended, as `1001 declined 3000`, after all that is held back is due. */
function rings(published: readonly SiteEvent[], tested: TestModel): string[] {
  return [...published, ...tested.wait(2000)]
    .filter((event): event is EventOf<"agentRingEnded"> => event.type === "agentRingEnded")
    .map(({ agent, reason, ringTime }) => `${agent} ${reason} ${ringTime}`);
}

describe("EV17 a ring that was not answered", () => {
  it("is published with its queue, its call and how long it rang", () => {
    const tested = createTestModel(initial);
    tested.receive(call.join, call.ring);
    tested.wait(5000);
    const [event] = [...tested.receive(hangsUp(call.agentFacts, 21))].filter(({ type }) => type === "agentRingEnded");
    const details = {
      agent: "1001",
      queueName: "support",
      callId: "caller",
      ringUniqueId: "caller-1001",
      ringTime: 5000,
      reason: "declined",
    };
    expect(event).toEqual({ type: "agentRingEnded", ...details, at: tested.now() });
  });

  it.each<[string, readonly Untimed[], string]>([
    ["the ring's time is over", [hangsUp(call.agentFacts, 0)], "noAnswer"],
    ["the phone is busy", [hangsUp(call.agentFacts, 17)], "declined"],
    ["the agent rejects the call", [hangsUp(call.agentFacts, 21)], "declined"],
    ["another member has answered", [hangsUp(call.agentFacts, 26)], "elsewhere"],
    ["the caller hangs up", [hangupRequest, call.abandon, call.leave, hangsUp(call.agentFacts, 0)], "elsewhere"],
    ["the caller hangs up (16)", [hangupRequest, hangsUp(call.agentFacts, 0), call.abandon, call.leave], "elsewhere"],
    ["the time of the wait is over", [hangsUp(call.agentFacts, 0), call.abandon, call.leave], "noAnswer"],
    ["the same, in another order", [call.abandon, call.leave, hangsUp(call.agentFacts, 0)], "noAnswer"],
    ["the caller presses a key", [hangsUp(call.agentFacts, 0), call.leave], "elsewhere"],
    ["the same, in another order", [call.leave, hangsUp(call.agentFacts, 0)], "elsewhere"],
    ["the caller is picked", [hangsUp(call.agentFacts, 0), call.callerEnters], "elsewhere"],
    ["the picked caller has gone already", [hangsUp(call.agentFacts, 0), hangsUp(call.callerFacts, 16)], "elsewhere"],
    ["the request comes late", [hangsUp(call.agentFacts, 0), call.abandon, call.leave, hangupRequest], "elsewhere"],
    ["the agent answers, and the caller is gone", [hangupRequest, hangsUp(call.agentFacts, 16)], "elsewhere"],
  ])("%s", (_how, events, reason) => {
    const tested = createTestModel(initial);
    tested.receive(call.join, call.ring);
    tested.wait(3000);
    expect(rings(tested.receive(...events), tested)).toEqual([`1001 ${reason} 3000`]);
  });

  it("an answered ring is not published, whatever the channel ends with", () => {
    const tested = createTestModel(initial);
    const answered = [call.join, call.ring, call.leave, call.agentEnters, call.callerEnters];
    const published = tested.receive(...answered, call.agentLeaves, hangsUp(call.agentFacts, 17), call.callerEnds);
    expect(rings(published, tested)).toEqual([]);
  });

  it("of several agents each has its own, and each ring of one agent", () => {
    const tested = createTestModel(initial);
    tested.receive(call.join, call.ring, other.ring);
    tested.wait(1000);
    const published = [...tested.receive(hangsUp(other.agentFacts, 17))];
    const again = { ...call.agentFacts, uniqueId: "second ring" };
    published.push(...tested.receive(hangsUp(call.agentFacts, 0), { ...call.ring, dest: again }));
    tested.wait(100);
    published.push(...tested.receive(hangsUp(again, 0)));
    expect(rings(published, tested)).toEqual(["1002 declined 1000", "1001 noAnswer 100"]);
  });

  it("a correction that comes after a moment changes nothing", () => {
    const tested = createTestModel(initial);
    tested.receive(call.join, call.ring);
    const published = [...tested.receive(hangsUp(call.agentFacts, 0))];
    published.push(...tested.wait(60), ...tested.receive(hangupRequest, call.abandon, call.leave));
    expect(rings(published, tested)).toEqual(["1001 noAnswer 0"]);
  });
});

describe("EV17 another agent picks the call up", () => {
  const picker = facts("PJSIP/1002-00000003", { uniqueId: "picker", linkedId: "caller" });

  it("the ring ends elsewhere, once", () => {
    const tested = createTestModel(initial);
    tested.receive(call.join, call.ring);
    const published = tested.receive(pickupOf(call, picker), hangsUp(call.agentFacts, 26), call.leave);
    const entered = { ...call.agentEnters, ...picker };
    expect(rings([...published, ...tested.receive(entered, call.callerEnters)], tested)).toEqual(["1001 elsewhere 0"]);
  });

  it("behind a Local channel, too, which goes on to ring for the agent who has it then", () => {
    const tested = createTestModel(initial);
    const phone = facts("PJSIP/1001-00000004", { uniqueId: "phone", linkedId: "caller" });
    const leg = facts("Local/1001@agents-00000001;1", { uniqueId: "leg", linkedId: "caller" });
    const ring = { ...call.ring, memberInterface: "Local/1001@agents/n", dest: leg };
    tested.receive(call.join, ring);
    const picked = { ...pickupOf(call, picker), rung: phone.uniqueId, rungChannel: phone.channel };
    const published = tested.receive(picked, hangsUp(phone, 26), call.leave, { ...call.agentEnters, ...leg });
    expect(rings([...published, ...tested.receive(hangsUp(leg, 16))], tested)).toEqual(["1001 elsewhere 0"]);
  });

  it("not if it is another phone of the same agent", () => {
    const tested = createTestModel(initial);
    const own = { ...picker, channel: "PJSIP/1001-00000003" };
    tested.receive(call.join, call.ring);
    const published = tested.receive(pickupOf(call, own), call.leave, { ...call.agentEnters, ...own });
    expect(rings([...published, ...tested.receive(hangsUp(call.agentFacts, 26))], tested)).toEqual([]);
  });
});

describe("EV17 a member with a Local channel", () => {
  const leg = facts("Local/1001@agents-00000001;1", { uniqueId: "leg", linkedId: "caller" });
  const memberInterface = "Local/1001@agents/n";
  const phone = (channel: string) => facts(channel, { uniqueId: "phone", linkedId: "caller" });
  const hint: Untimed = {
    kind: "extensionStatus",
    listed: true,
    exten: "1001",
    context: "ext-local",
    hint: "PJSIP/webrtc-1001",
    status: 0,
  };

  it.each<[string, readonly Untimed[], string]>([
    ["does not answer", [hangsUp(leg, 0), hangsUp(phone("PJSIP/1001-00000002"), 16)], "noAnswer"],
    ["rejects", [hangsUp(phone("PJSIP/1001-00000002"), 21), hangsUp(leg, 16)], "declined"],
    [
      "rejects by a phone with another name",
      [hangsUp(phone("PJSIP/webrtc-1001-00000002"), 21), hangsUp(leg, 0)],
      "declined",
    ],
    ["is not the one who rejects", [hangsUp(phone("PJSIP/1002-00000002"), 21), hangsUp(leg, 0)], "noAnswer"],
    [
      "rejects another call",
      [hangsUp({ ...phone("PJSIP/1001-00000002"), linkedId: "x" }, 21), hangsUp(leg, 0)],
      "noAnswer",
    ],
  ])("%s", (_what, events, reason) => {
    const stateInterface = "hint:1001@ext-local";
    const tested = createTestModel([
      queueParams("support"),
      hint,
      member(memberInterface, "support", { stateInterface }),
    ]);
    tested.receive(call.join, { ...call.ring, memberInterface, dest: leg });
    expect(rings(tested.receive(...events), tested)).toEqual([`1001 ${reason} 0`]);
  });
});

describe("EV17 when AMI is away", () => {
  const waits: Untimed = {
    kind: "queueEntry",
    queue: "support",
    channel: "c",
    uniqueId: "caller",
    callerNumber: null,
    callerName: null,
    waitSeconds: 4,
    position: null,
    priority: 0,
  };
  const callerListed: Untimed = {
    ...call.callerFacts,
    kind: "coreShowChannel",
    state: 6,
    durationSeconds: 4,
    application: "Queue",
    applicationData: "support,tT",
    bridgeId: null,
  };
  const ringListed: Untimed = {
    ...call.agentFacts,
    kind: "coreShowChannel",
    state: 5,
    durationSeconds: 3,
    application: "AppQueue",
    applicationData: "(Outgoing Line)",
    bridgeId: null,
  };
  const regeneration = (...items: readonly Untimed[]): Untimed[] => [
    { kind: "regenerationStarted" },
    ...initial,
    ...items,
    ...listsCompleted,
  ];

  it("a ring that goes on is published once, with its whole time", () => {
    const tested = createTestModel(initial);
    tested.receive(call.join, call.ring);
    tested.wait(3000);
    const published = [...tested.receive(...regeneration(waits, callerListed, ringListed))];
    tested.wait(1000);
    expect(rings([...published, ...tested.receive(hangsUp(call.agentFacts, 0))], tested)).toEqual([
      "1001 noAnswer 4000",
    ]);
  });

  it("a ring that began before the connection is published with the time of its channel", () => {
    const tested = createTestModel([...initial, waits, callerListed, ringListed]);
    tested.wait(1000);
    expect(rings(tested.receive(hangsUp(call.agentFacts, 0)), tested)).toEqual(["1001 noAnswer 4000"]);
  });

  it("a ring that ended in between is not", () => {
    const tested = createTestModel(initial);
    tested.receive(call.join, call.ring);
    const published = tested.receive(...regeneration(waits, callerListed));
    expect(rings([...published, ...tested.receive(hangsUp(call.agentFacts, 0))], tested)).toEqual([]);
  });

  it("nor one that was answered in between", () => {
    const tested = createTestModel(initial);
    tested.receive(call.join, call.ring);
    const talks = (channel: Untimed) => ({ ...channel, state: 6, bridgeId: "b" }) as Untimed;
    const published = tested.receive(...regeneration(talks(callerListed), talks(ringListed)));
    expect(rings([...published, ...tested.receive(hangsUp(call.agentFacts, 16))], tested)).toEqual([]);
  });
});
