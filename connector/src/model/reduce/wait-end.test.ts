import type { EventOf, SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import type { ChannelFacts } from "../../ami/event/event.ts";
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
const { callerFacts, agentFacts } = call;
const hangupRequest: Untimed = { kind: "hangupRequest", ...callerFacts };
const commanded = (outcome: "moved" | "hungUp" | null): Untimed => ({
  kind: "callerCommanded",
  channel: callerFacts.channel,
  outcome,
});
const enters = (channel: ChannelFacts, bridgeType = "basic"): Untimed => ({
  kind: "bridgeEnter",
  bridgeId: "b",
  bridgeType,
  ...channel,
});

type Ended = EventOf<"queueCallEnded">;
const endsIn = (published: readonly SiteEvent[]) =>
  published.filter((event): event is Ended => event.type === "queueCallEnded");
const text = ({ outcome, agent, waitTime }: Ended) => `${outcome} ${agent ?? "-"} ${waitTime ?? "-"}`;

/** How waits ended, as `answered 1001 3000`, after all that is held back is due. */
function outcomes(published: readonly SiteEvent[], tested: TestModel): string[] {
  return endsIn([...published, ...tested.wait(2000)]).map(text);
}

/** A caller waits for 3 s and 1001 rings. */
function ringing(): TestModel {
  const tested = createTestModel(initial);
  tested.receive(call.join, call.ring);
  tested.wait(3000);
  return tested;
}

describe("EV16 how a wait ends", () => {
  it("has the caller, the places and the times", () => {
    const tested = createTestModel(initial);
    const since = tested.now();
    tested.receive({ ...call.join, position: 3 });
    tested.wait(4000);
    const [event] = endsIn(tested.receive(hangupRequest, { ...call.abandon, position: 2, originalPosition: 3 }));
    expect(event).toEqual({
      type: "queueCallEnded",
      queue: "support",
      uniqueId: "caller",
      callId: "caller",
      outcome: "abandoned",
      agent: null,
      waitTime: 4000,
      position: 2,
      originalPosition: 3,
      number: "+14155550100",
      name: "Alice",
      since,
      at: since + 4000,
    });
  });

  const rungEnds = hangsUp(agentFacts, 0);
  it.each<[string, readonly Untimed[], string]>([
    [
      "the caller hangs up (22)",
      [hangupRequest, call.abandon, call.leave, rungEnds, call.callerEnds],
      "abandoned - 3000",
    ],
    [
      "the caller hangs up (16)",
      [hangupRequest, rungEnds, call.abandon, call.leave, call.callerEnds],
      "abandoned - 3000",
    ],
    [
      "the request comes last",
      [rungEnds, call.abandon, call.leave, hangupRequest, call.callerEnds],
      "abandoned - 3000",
    ],
    [
      "the Hangup comes first",
      [hangupRequest, call.callerEnds, rungEnds, call.abandon, call.leave],
      "abandoned - 3000",
    ],
    ["the queue's time-out, or leavewhenempty", [rungEnds, call.abandon, call.leave, call.callerEnds], "exited - 3000"],
    ["another AMI client redirects", [call.abandon, call.leave, rungEnds], "exited - 3000"],
    ["another AMI client hangs up", [call.abandon, call.leave, rungEnds, call.callerEnds], "exited - 3000"],
    ["a command moves the caller", [commanded("moved"), call.abandon, call.leave, rungEnds], "moved - 3000"],
    [
      "a command hangs the caller up",
      [commanded("hungUp"), call.abandon, call.leave, call.callerEnds],
      "hungUp - 3000",
    ],
    ["a command failed before", [commanded("moved"), commanded(null), call.abandon, call.leave], "exited - 3000"],
    ["a key", [rungEnds, call.leave], "exited - 3000"],
    ["a key, in another order", [call.leave, rungEnds], "exited - 3000"],
    ["answered", [call.leave, call.agentEnters, call.callerEnters], "answered 1001 3000"],
    ["answered, the caller enters first", [call.leave, call.callerEnters, call.agentEnters], "answered 1001 3000"],
    ["answered, the Leave comes late", [call.agentEnters, call.leave, call.callerEnters], "answered 1001 3000"],
    ["answered, the Leave comes last", [call.agentEnters, call.callerEnters, call.leave], "answered 1001 3000"],
    [
      "answered, then all hang up",
      [call.leave, call.agentEnters, call.callerEnters, hangupRequest, call.callerEnds],
      "answered 1001 3000",
    ],
    ["bridged with an agent, the caller first", [enters(callerFacts), enters(other.agentFacts)], "picked 1002 3000"],
    ["bridged with an agent, the agent first", [enters(other.agentFacts), enters(callerFacts)], "picked 1002 3000"],
    ["bridged with nobody known", [enters(callerFacts), enters(facts("PJSIP/door-1"))], "picked - 3000"],
    ["Hangup without Leave", [call.callerEnds], "picked - 3000"],
    [
      "the caller hangs up while the agent hears an announcement",
      [call.leave, hangupRequest, hangsUp(agentFacts)],
      "abandoned - 3000",
    ],
  ])("%s", (_how, events, outcome) => {
    const tested = ringing();
    expect(outcomes(tested.receive(...events), tested)).toEqual([outcome]);
  });

  it("a parking lot is not a conversation", () => {
    const tested = ringing();
    expect(outcomes(tested.receive(enters(callerFacts, "parking")), tested)).toEqual([]);
  });

  it("the caller's hang-up is published at once", () => {
    const tested = ringing();
    expect(endsIn(tested.receive(hangupRequest, call.abandon)).map(text)).toEqual(["abandoned - 3000"]);
    expect(endsIn(tested.receive(call.leave, call.callerEnds))).toEqual([]);
  });

  it("a call is being answered as long as the rung channel lives, however long an announcement takes", () => {
    const tested = ringing();
    expect(outcomes(tested.receive(call.leave), tested)).toEqual([]);
    tested.wait(20_000);
    expect(outcomes(tested.receive(call.agentEnters, call.callerEnters), tested)).toEqual(["answered 1001 3000"]);
  });

  it("of several rung agents the one who talks has answered", () => {
    const tested = ringing();
    tested.receive(other.ring);
    const published = tested.receive(hangsUp(agentFacts, 26), call.leave, { ...other.agentEnters }, call.callerEnters);
    expect(outcomes(published, tested)).toEqual(["answered 1002 3000"]);
  });

  it("what comes too late changes nothing", () => {
    const tested = ringing();
    const published = [...tested.receive(hangsUp(agentFacts, 0), call.abandon, call.leave), ...tested.wait(60)];
    published.push(...tested.receive(hangupRequest, call.callerEnds));
    expect(outcomes(published, tested)).toEqual(["exited - 3000"]);
  });

  it("a caller who waits again has one end for each wait", () => {
    const tested = ringing();
    const sales = queueCall("sales", "1003");
    const published = [...tested.receive(commanded("moved"), call.abandon, call.leave, sales.join)];
    tested.wait(1000);
    published.push(...tested.receive(hangupRequest, sales.abandon, sales.leave, call.callerEnds));
    expect(endsIn(published).map(({ queue, outcome, waitTime }) => [queue, outcome, waitTime])).toEqual([
      ["support", "moved", 3000],
      ["sales", "abandoned", 1000],
    ]);
    tested.receive(call.join);
    tested.wait(500);
    expect(outcomes(tested.receive(hangupRequest, call.abandon, call.leave), tested)).toEqual(["abandoned - 500"]);
  });

  it("a caller whom the connector never saw wait has no wait time", () => {
    const tested = createTestModel(initial);
    const published = tested.receive(hangupRequest, call.abandon, call.leave);
    expect(endsIn([...published, ...tested.wait(2000)])).toMatchObject([
      { outcome: "exited", waitTime: null, since: null },
    ]);
  });
});

describe("EV16 another agent picks the ringing call up", () => {
  const picker = facts("PJSIP/1002-00000003", { uniqueId: "picker", linkedId: "caller" });

  it("has answered it", () => {
    const tested = ringing();
    const published = tested.receive(pickupOf(call, picker), hangsUp(agentFacts, 26), call.leave);
    published.push(...tested.receive({ ...call.agentEnters, ...picker }, call.callerEnters));
    expect(outcomes(published, tested)).toEqual(["answered 1002 3000"]);
  });

  it("has answered it, too, if the pickup is reported after the answer (16.28)", () => {
    const tested = ringing();
    const published = tested.receive(call.leave, { ...call.agentEnters, ...picker }, call.callerEnters);
    published.push(...tested.wait(10), ...tested.receive(pickupOf(call, picker), hangsUp(agentFacts, 26)));
    expect(outcomes(published, tested)).toEqual(["answered 1002 3000"]);
  });

  it("behind a Local channel, too", () => {
    const tested = createTestModel(initial);
    const phone = facts("PJSIP/1001-00000004", { uniqueId: "phone", linkedId: "caller" });
    const leg = facts("Local/1001@agents-00000001;1", { uniqueId: "leg", linkedId: "caller" });
    tested.receive(call.join, { ...call.ring, memberInterface: "Local/1001@agents/n", dest: leg });
    tested.wait(3000);
    const picked = { ...pickupOf(call, picker), rung: phone.uniqueId, rungChannel: phone.channel };
    const published = tested.receive(picked, hangsUp(phone, 26), call.leave, { ...call.agentEnters, ...leg });
    expect(outcomes([...published, ...tested.receive(call.callerEnters)], tested)).toEqual(["answered 1002 3000"]);
  });
});

describe("EV16 when AMI is away", () => {
  const regeneration = (...items: readonly Untimed[]): Untimed[] => [
    { kind: "regenerationStarted" },
    ...initial,
    ...items,
    ...listsCompleted,
  ];
  const listed = (channel: ChannelFacts, application: string, bridgeId: string | null): Untimed => ({
    ...channel,
    kind: "coreShowChannel",
    state: 6,
    durationSeconds: 5,
    application,
    applicationData: "support,tT",
    bridgeId,
  });
  const waits: Untimed = {
    kind: "queueEntry",
    queue: "support",
    channel: callerFacts.channel,
    uniqueId: "caller",
    callerNumber: "+14155550100",
    callerName: null,
    waitSeconds: 5,
    position: null,
    priority: 0,
  };

  it("a wait that ended then is unknown, once, without a wait time", () => {
    const tested = ringing();
    const published = endsIn(tested.receive(...regeneration()));
    expect(published).toMatchObject([{ outcome: "unknown", waitTime: null, position: null, number: "+14155550100" }]);
    expect(outcomes(tested.receive(...regeneration(), call.abandon, call.leave, call.callerEnds), tested)).toEqual([]);
  });

  it("a wait that goes on keeps its beginning", () => {
    const tested = ringing();
    tested.receive(...regeneration(waits, listed(callerFacts, "Queue", null)));
    tested.wait(1000);
    expect(outcomes(tested.receive(hangupRequest, call.abandon, call.leave), tested)).toEqual(["abandoned - 4000"]);
  });

  it("a wait from before the connection has the list's time and caller", () => {
    const tested = createTestModel([...initial, waits, listed(callerFacts, "Queue", null)]);
    const [event] = endsIn(tested.receive(call.callerEnds, ...[]).concat(tested.wait(2000)));
    expect(event).toMatchObject({ waitTime: 5000, number: "+14155550100", originalPosition: null });
  });

  it("an answer that is under way when AMI goes is found in the list", () => {
    const tested = ringing();
    tested.receive(call.leave);
    const bridged = [listed(callerFacts, "Queue", "b"), listed(agentFacts, "AppQueue", "b")];
    expect(outcomes(tested.receive(...regeneration(...bridged)), tested)).toEqual(["answered 1001 3000"]);
  });

  it("and unknown if the call is over", () => {
    const tested = ringing();
    tested.receive(call.leave);
    expect(outcomes(tested.receive(...regeneration()), tested)).toEqual(["unknown - -"]);
  });
});
