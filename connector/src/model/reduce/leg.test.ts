import type { SiteEvent } from "@pbxis/shared";
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
  queueCall,
  queueParams,
  type Untimed,
} from "../../testing/model-samples.ts";
import { createLookup } from "../lookup.ts";

/** FreePBX's members: a Local channel to ring, the phone's hint for the state. */
const local = (agent: string) =>
  member(`Local/${agent}@from-queue/n`, "400", { name: `Agent ${agent}`, stateInterface: `hint:${agent}@ext-local` });
const hint = (exten: string, devices: string): Untimed => ({
  kind: "extensionStatus",
  exten,
  context: "ext-local",
  hint: devices,
  status: 0,
  listed: true,
});
const initial = [
  queueParams("400"),
  local("1001"),
  local("1007"),
  local("00385911"),
  member("PJSIP/1004", "other"),
  hint("1001", "PJSIP/1001&Custom:DND1001,CustomPresence:1001"),
  hint("1007", "PJSIP/webrtc-1007"),
  queueParams("other"),
];

const linkedId = "caller";
const caller = facts("PJSIP/trunk-00000001", { uniqueId: "caller", linkedId, callerNumber: "0941", callerName: "Ann" });
const phone = (name: string) => facts(`${name}-0000000a`, { linkedId, connectedNumber: "0941" });
const outer = (agent: string) => facts(`Local/${agent}@from-queue-00000001;1`, { linkedId, connectedNumber: "0941" });
const inner = (agent: string) => facts(`Local/${agent}@from-queue-00000001;2`, { linkedId, callerNumber: "0941" });

const joins: Untimed = { kind: "queueCallerJoin", position: null, queue: "400", count: 1, ...caller };
const left: Untimed = { kind: "queueCallerLeave", position: null, queue: "400", count: 0, ...caller };
const rings = (agent: string): Untimed => ({
  kind: "agentCalled",
  queue: "400",
  memberInterface: `Local/${agent}@from-queue/n`,
  memberName: null,
  caller,
  dest: outer(agent),
});
const completes = (agent: string, talkTime: number): Untimed => ({
  kind: "agentComplete",
  queue: "400",
  memberInterface: `Local/${agent}@from-queue/n`,
  memberName: null,
  caller,
  dest: outer(agent),
  holdTime: 1,
  talkTime,
  reason: "caller",
});

/** The order of events on Asterisk 22.10 and 16.28, when `agent` answers on the phone `device`. */
const answered = (agent: string, device: string): Untimed[] => [
  joins,
  rings(agent),
  left,
  entersBridge("behind", phone(device)),
  entersBridge("behind", inner(agent)),
  entersBridge("queue", outer(agent)),
  entersBridge("queue", caller),
];
/** The agent's phone sends REFER, and `device` answers. */
const transferred = (agent: string, from: string, device: string): Untimed[] => [
  leavesBridge("behind", phone(from)),
  hangsUp(phone(from)),
  leavesBridge("behind", inner(agent)),
  entersBridge("moved", phone(device)),
  entersBridge("moved", inner(agent)),
];

const numbers = (events: readonly SiteEvent[], agent: string) =>
  events.flatMap((event) => (event.type === "phoneNumber" && event.agent === agent ? [event.number] : []));
const completions = (events: readonly SiteEvent[]) => events.filter(({ type }) => type === "agentComplete");

describe("EV13 a Local channel is the agent's only while the agent's own phone, or no other agent's, is behind it", () => {
  it("a call that was transferred away is the second agent's", () => {
    const testModel = createTestModel(initial);
    const lookup = createLookup(testModel.model);
    testModel.receive(...answered("1001", "PJSIP/1001"));
    expect(lookup.callsOf("1001")).toHaveLength(1);
    const moved = [...testModel.receive(...transferred("1001", "PJSIP/1001", "PJSIP/1004")), ...testModel.wait(1000)];
    expect(numbers(moved, "1001")).toEqual([null]);
    expect(numbers(moved, "1004")).toEqual(["0941"]);
    expect(lookup.callsOf("1001")).toEqual([]);
    expect(lookup.callsOf("1004")).toMatchObject([{ bridgedChannel: caller.channel, callerId: "0941" }]);
    const leg = lookup.channel(outer("1001").channel);
    expect(leg).toMatchObject({ owner: null });
    expect(leg?.agents).not.toContain("1001");
  });

  it("nothing is left to the first agent while the second one rings", () => {
    const testModel = createTestModel(initial);
    testModel.receive(...answered("1001", "PJSIP/1001"));
    const ringing = transferred("1001", "PJSIP/1001", "PJSIP/1004").slice(0, 3);
    expect(numbers([...testModel.receive(...ringing), ...testModel.wait(1000)], "1001")).toEqual([null]);
    expect(createLookup(testModel.model).callsOf("1001")).toEqual([]);
  });

  it("a transfer to the outside leaves the agent without it, too", () => {
    const testModel = createTestModel(initial);
    testModel.receive(...answered("1001", "PJSIP/1001"));
    testModel.receive(...transferred("1001", "PJSIP/1001", "PJSIP/trunk"));
    testModel.wait(1000);
    expect(createLookup(testModel.model).callsOf("1001")).toEqual([]);
  });

  it("the call is back when the agent's phone is", () => {
    const testModel = createTestModel(initial);
    testModel.receive(...answered("1001", "PJSIP/1001"));
    testModel.receive(leavesBridge("behind", phone("PJSIP/1001")));
    const back = [...testModel.wait(1000), ...testModel.receive(entersBridge("behind", phone("PJSIP/1001")))];
    expect(numbers(back, "1001")).toEqual([null, "0941"]);
  });

  it("a call that another agent picks up is that one's", () => {
    const testModel = createTestModel(initial);
    const events = testModel.receive(...answered("1001", "PJSIP/1004"));
    testModel.wait(1000);
    expect(createLookup(testModel.model).callsOf("1001")).toEqual([]);
    expect(numbers(events, "1004")).toEqual(["0941"]);
    const { snapshot } = testModel.collator;
    expect(snapshot().find((event) => event.type === "phoneNumber" && event.agent === "1004")).toMatchObject({
      queueName: "400",
    });
  });

  it("a call that another agent answered does not come back while its channels end", () => {
    const testModel = createTestModel(initial);
    testModel.receive(...answered("1001", "PJSIP/1004"));
    testModel.wait(1000);
    const ending = testModel.receive(leavesBridge("behind", phone("PJSIP/1004")), hangsUp(phone("PJSIP/1004")));
    expect(numbers([...ending, ...testModel.wait(1000)], "1001")).toEqual([]);
    testModel.receive(entersBridge("behind", phone("PJSIP/1001")));
    expect(createLookup(testModel.model).callsOf("1001")).toMatchObject([{ callerId: "0941" }]);
  });

  it.each([
    ["a mobile behind the trunk", "00385911", "PJSIP/trunk"],
    ["a phone that only the hint of the membership names", "1007", "PJSIP/webrtc-1007"],
  ])("%s keeps the call", (_title, agent, device) => {
    const testModel = createTestModel(initial);
    testModel.receive(...answered(agent, device));
    testModel.wait(1000);
    expect(createLookup(testModel.model).callsOf(agent)).toMatchObject([{ callerId: "0941" }]);
  });

  it.each([
    ["a mobile", "00385911", "PJSIP/trunk", "it moves to the caller"],
    ["a mobile", "00385911", "PJSIP/trunk", "the caller moves to it"],
    ["a phone of another name", "1007", "PJSIP/webrtc-1007", "it moves to the caller"],
    ["the agent's own phone", "1001", "PJSIP/1001", "it moves to the caller"],
  ])("%s takes the place of a Local channel that is optimized away: %s on %s, %s", (_title, agent, device, how) => {
    const testModel = createTestModel(initial);
    testModel.receive(...answered(agent, device));
    testModel.wait(2000);
    const moves =
      how === "it moves to the caller"
        ? [
            leavesBridge("behind", phone(device)),
            leavesBridge("queue", outer(agent)),
            entersBridge("queue", phone(device)),
          ]
        : [leavesBridge("queue", caller), leavesBridge("behind", inner(agent)), entersBridge("behind", caller)];
    const moved = testModel.receive(...moves, hangsUp(outer(agent)), hangsUp(inner(agent)));
    expect(numbers([...moved, ...testModel.wait(2000)], agent)).toEqual([]);
    expect(createLookup(testModel.model).callsOf(agent)).toMatchObject([
      { agentChannel: phone(device).channel, bridgedChannel: caller.channel },
    ]);
    // The phone may be that of an agent of its own name, who then has the call as well.
    for (const id of agent === "1007" ? [agent, "webrtc-1007"] : [agent]) {
      const shown = testModel.collator.snapshot().find((one) => one.type === "phoneNumber" && one.agent === id);
      expect(shown).toMatchObject({ number: "0941", queueName: "400" });
    }
    const done = testModel.receive({ ...completes(agent, 4), dest: phone(device) } as Untimed, hangsUp(caller));
    expect(completions(done)).toMatchObject([{ agent, talkTime: 4 }]);
    testModel.receive(hangsUp(phone(device)));
    expect(createLookup(testModel.model).callsOf(agent)).toEqual([]);
  });

  it("a mobile that leaves takes the call along, even if somebody else is behind the Local channel then", () => {
    const testModel = createTestModel(initial);
    testModel.receive(...answered("00385911", "PJSIP/trunk"));
    const other = facts("PJSIP/trunk-0000000b", { linkedId, connectedNumber: "0941" });
    testModel.receive(
      leavesBridge("behind", phone("PJSIP/trunk")),
      hangsUp(phone("PJSIP/trunk")),
      entersBridge("behind", other),
    );
    testModel.wait(1000);
    expect(createLookup(testModel.model).callsOf("00385911")).toEqual([]);
  });

  it("a reconnection in the midst of the second talk finds the same", () => {
    const testModel = createTestModel(initial);
    const listed = (channel: ChannelFacts, bridgeId: string, application = "") =>
      ({
        kind: "coreShowChannel",
        state: 6,
        durationSeconds: 0,
        bridgeId,
        application,
        applicationData: "",
        ...channel,
      }) as Untimed;
    testModel.receive(
      { kind: "regenerationStarted" },
      ...initial,
      listed(caller, "queue", "Queue"),
      listed(outer("1001"), "queue", "AppQueue"),
      listed(inner("1001"), "moved"),
      listed(phone("PJSIP/1004"), "moved"),
      ...listsCompleted,
    );
    expect(createLookup(testModel.model).callsOf("1001")).toEqual([]);
    expect(createLookup(testModel.model).callsOf("1004")).toHaveLength(1);
  });
});

describe("EV6 agentComplete of an agent behind a Local channel", () => {
  it("counts the talk until the agent's phone left", () => {
    const testModel = createTestModel(initial, true);
    testModel.receive(...answered("1001", "PJSIP/1001"));
    testModel.wait(10_000);
    testModel.receive(...transferred("1001", "PJSIP/1001", "PJSIP/1004"));
    testModel.wait(30_000);
    const events = testModel.receive(completes("1001", 40));
    expect(completions(events)).toMatchObject([{ agent: "1001", talkTime: 10 }]);
    // EV9 counts as app_queue does.
    expect([...events, ...testModel.wait(1000)].find(({ type }) => type === "queueSummary")).toMatchObject({
      talkTime: 40,
    });
  });

  it("counts the whole talk of an agent who stayed", () => {
    const testModel = createTestModel(initial);
    testModel.receive(...answered("1001", "PJSIP/1001"));
    testModel.wait(40_000);
    expect(completions(testModel.receive(completes("1001", 40)))).toMatchObject([{ talkTime: 40 }]);
  });
});

describe("EV6 Asterisk now and then completes one call twice", () => {
  const call = queueCall("other", "1004");
  const begin = [call.join, call.ring, call.leave, call.agentEnters, call.callerEnters];

  it("the second AgentComplete of the same call is not published", () => {
    const testModel = createTestModel(initial);
    testModel.receive(...begin);
    testModel.wait(5000);
    const first = { ...call.complete, talkTime: 5 } as Untimed;
    expect(completions(testModel.receive(first))).toHaveLength(1);
    testModel.wait(1000);
    expect(completions(testModel.receive({ ...first, talkTime: 6, reason: "transfer" } as Untimed))).toEqual([]);
  });

  it("a later call of the same caller and agent is", () => {
    const testModel = createTestModel(initial);
    testModel.receive(...begin);
    testModel.wait(5000);
    testModel.receive({ ...call.complete, talkTime: 5 } as Untimed, call.agentLeaves);
    testModel.wait(1000);
    testModel.receive(...begin);
    testModel.wait(5000);
    expect(completions(testModel.receive({ ...call.complete, talkTime: 5 } as Untimed))).toHaveLength(1);
  });

  it("a later call whose beginning was missed is", () => {
    const testModel = createTestModel(initial);
    testModel.receive(...begin);
    testModel.wait(5000);
    testModel.receive({ ...call.complete, talkTime: 5 } as Untimed);
    testModel.wait(60_000);
    expect(completions(testModel.receive({ ...call.complete, talkTime: 30 } as Untimed))).toHaveLength(1);
  });
});

describe("EV5 a waiting caller who goes without a QueueCallerLeave", () => {
  const counts = (events: readonly SiteEvent[]) =>
    events.flatMap((event) => (event.type === "queueCount" ? [event.count] : []));
  const other = facts("PJSIP/1004-00000005", { linkedId });

  it.each([
    ["is bridged by another AMI client", [entersBridge("taken", other), entersBridge("taken", caller)]],
    ["hangs up", [hangsUp(caller)]],
  ])("%s", (_title, events) => {
    const testModel = createTestModel(initial);
    expect(counts(testModel.receive(joins))).toEqual([1]);
    expect(counts(testModel.receive(...events))).toEqual([0]);
    expect(counts(testModel.receive(hangsUp(caller)))).toEqual([]);
  });

  it("waits on in a holding bridge", () => {
    const testModel = createTestModel(initial);
    testModel.receive(joins);
    expect(counts(testModel.receive({ ...entersBridge("moh", caller), bridgeType: "holding" } as Untimed))).toEqual([]);
  });
});

it("EV6 a call keeps its recording when the next queue records the caller anew", () => {
  const testModel = createTestModel(initial);
  const call = queueCall("other", "1004");
  const recorded = (path: string): Untimed[] => [
    { kind: "recordingNamed", uniqueId: "caller", path },
    { kind: "mixMonitorStart", ...call.callerFacts },
  ];
  testModel.receive(...recorded("first.wav"), call.join, call.ring, call.leave, call.agentEnters, call.callerEnters);
  testModel.receive(call.agentLeaves, call.agentEnds, call.callerLeaves, ...recorded("second.wav"));
  expect(completions(testModel.receive(call.complete as Untimed))).toMatchObject([{ recording: "first.wav" }]);
});

describe("EV4 queueName of a queued callback", () => {
  const waiting = facts("Local/00385977@out-00000007;1", { uniqueId: "waiting", linkedId: "waiting" });
  const dialing = facts("Local/00385977@out-00000007;2", { uniqueId: "dialing", linkedId: "waiting" });
  const mobile = facts("PJSIP/trunk-00000009", { uniqueId: "mobile", linkedId: "waiting", callerNumber: "00385977" });
  const agent = facts("PJSIP/1004-00000008", { uniqueId: "agent", linkedId: "waiting" });
  const begin: Untimed[] = [
    entersBridge("out", mobile),
    entersBridge("out", dialing),
    { kind: "queueCallerJoin", position: null, queue: "other", count: 1, ...waiting },
    {
      kind: "agentCalled",
      queue: "other",
      memberInterface: "PJSIP/1004",
      memberName: null,
      caller: waiting,
      dest: agent,
    },
    { kind: "queueCallerLeave", position: null, queue: "other", count: 0, ...waiting },
    entersBridge("talk", agent),
    entersBridge("talk", waiting),
  ];
  const queueOf = (testModel: ReturnType<typeof createTestModel>) =>
    testModel.collator.snapshot().find((event) => event.type === "phoneNumber" && event.agent === "1004");

  it("stays until the call ends", () => {
    const testModel = createTestModel(initial);
    testModel.receive(...begin);
    expect(queueOf(testModel)).toMatchObject({ number: "00385977", queueName: "other" });
  });

  it("stays when the Local channel is optimized away", () => {
    const testModel = createTestModel(initial);
    testModel.receive(...begin);
    testModel.receive(leavesBridge("out", mobile), entersBridge("talk", mobile), leavesBridge("talk", waiting));
    testModel.receive(hangsUp(waiting), leavesBridge("out", dialing), hangsUp(dialing));
    expect(queueOf(testModel)).toMatchObject({ number: "00385977", queueName: "other" });
  });
});
