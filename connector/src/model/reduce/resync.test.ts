import { stateKey } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import {
  createTestModel,
  facts,
  listsCompleted,
  member,
  queueCall,
  queueParams,
  type Untimed,
} from "../../testing/model-samples.ts";

const initial = [queueParams("support"), member("PJSIP/1001", "support"), member("PJSIP/1002", "support")];
const call = queueCall("support", "1001");

function listed(channel: Untimed, application: string, bridgeId: string | null, state = 6): Untimed {
  const data = application === "Queue" ? "support,tT,,,40" : "(Outgoing Line)";
  return {
    ...channel,
    kind: "coreShowChannel",
    durationSeconds: 3,
    application,
    applicationData: data,
    bridgeId,
    state,
  } as Untimed;
}
function regeneration(...items: readonly Untimed[]): Untimed[] {
  return [{ kind: "regenerationStarted" }, ...items, ...listsCompleted];
}
it("a refused list sweeps nothing", () => {
  const hint = { kind: "extensionStatus", exten: "1001", context: "agents", hint: "PJSIP/1001", status: 0 } as const;
  const tested = createTestModel([hint]);
  const lists = listsCompleted.map((one) => ({ ...one, refused: true }) as Untimed);
  expect(tested.receive({ kind: "regenerationStarted" }, ...lists)).toEqual([]);
});

describe("EV13 of a bridge that only lists report, a regeneration finds whether its channels talk", () => {
  const inBridge = (agent: string, application: string) =>
    listed({ kind: "hold", ...facts(`PJSIP/${agent}-00000001`, { callerNumber: agent }) }, application, "b");
  const numbersAfter = (...items: readonly Untimed[]) =>
    createTestModel()
      .receive(...regeneration(...initial, ...items))
      .flatMap((event) => (event.type === "phoneNumber" && event.number !== null ? [[event.agent, event.number]] : []));
  const parked = (agent: string): Untimed => ({
    kind: "parkedCall",
    listed: true,
    channel: `PJSIP/${agent}-00000001`,
    uniqueId: `PJSIP/${agent}-00000001`,
    callerId: agent,
    parkingLot: "default",
    parkingSpace: agent,
    parkedSeconds: 3,
  });
  const both = [
    ["1001", "1002"],
    ["1002", "1001"],
  ];

  it.each([
    ["agents of the pool wait", [inBridge("1001", "AgentLogin"), inBridge("1002", "AgentLogin")], []],
    ["channels of BridgeWait wait", [inBridge("1001", "BridgeWait"), inBridge("1002", "BridgeWait")], []],
    ["an agent of the pool talks to another channel", [inBridge("1001", "AgentLogin"), inBridge("1002", "Dial")], both],
    ["it does so in whatever order they are listed", [inBridge("1002", "Dial"), inBridge("1001", "AgentLogin")], both],
    [
      "parked channels wait",
      [inBridge("1001", "AppDial"), inBridge("1002", "Dial"), parked("1001"), parked("1002")],
      [],
    ],
  ] as [string, Untimed[], string[][]][])("%s", (_title, items, expected) => {
    expect(numbersAfter(...items)).toEqual(expected);
  });
});

describe("a regeneration restores", () => {
  it("EV13 the other party's number, not that of the agent's own phone, which need not be the agent's id", () => {
    const web = { callerNumber: "1007", connectedNumber: "1007", connectedName: "Callback" };
    const published = createTestModel().receive(
      ...regeneration(
        queueParams("support"),
        member("PJSIP/webrtc-1007", "support"),
        listed({ kind: "hold", ...facts("PJSIP/webrtc-1007-00000001", web) }, "AppDial", "b"),
        listed({ kind: "hold", ...facts("PJSIP/trunk-00000002", { callerNumber: "0941" }) }, "Dial", "b"),
      ),
    );
    expect(published).toContainEqual(expect.objectContaining({ agent: "webrtc-1007", number: "0941" }));
  });

  it("a waiting caller and the agent whom the queue rings", () => {
    const entry: Untimed = {
      kind: "queueEntry",
      queue: "support",
      channel: "x",
      uniqueId: "caller",
      callerNumber: null,
      callerName: null,
      waitSeconds: 7,
      position: null,
      priority: 0,
    };
    const ringing = listed(call.agentEnters, "AppQueue", null, 5);
    const published = createTestModel().receive(...regeneration(...initial, entry, ringing));
    expect(published).toContainEqual(expect.objectContaining({ type: "queueCount", count: 1 }));
    expect(published).toContainEqual(
      expect.objectContaining({ agent: "1001", number: "+14155550100", queueName: "support", callId: "caller" }),
    );
  });

  it.each([
    [
      "the caller's channel first",
      [listed(call.callerEnters, "Queue", "b"), listed(call.agentEnters, "AppQueue", "b")],
    ],
    ["the agent's channel first", [listed(call.agentEnters, "AppQueue", "b"), listed(call.callerEnters, "Queue", "b")]],
  ])("a call in progress with its queue, and requests its recording once: %s", (_title, channels) => {
    const tested = createTestModel();
    const published = tested.receive(...regeneration(...initial, ...channels));
    const expected = { type: "phoneNumber", agent: "1001", number: "+14155550100", queueName: "support" };
    expect(published).toContainEqual(expect.objectContaining(expected));
    tested.receive(...regeneration(...initial, ...channels));
    expect(tested.effects).toEqual([{ kind: "askRecording", channel: "PJSIP/trunk-00000001", uniqueId: "caller" }]);
  });

  it("the connected line, which is current in a list", () => {
    const forwarded = { ...call.agentEnters, connectedNumber: "+1777" };
    const channels = [listed(forwarded, "AppQueue", "b"), listed(call.callerEnters, "Queue", "b")];
    const published = createTestModel().receive(...regeneration(...initial, ...channels));
    expect(published).toContainEqual(expect.objectContaining({ agent: "1001", number: "+1777" }));
  });

  it("a call whose AgentComplete comes late: its talk time ends when the agent left", () => {
    const tested = createTestModel();
    const channels = [listed(call.agentEnters, "AppQueue", "b"), listed(call.callerEnters, "Queue", "b")];
    tested.receive(...regeneration(...initial, ...channels));
    tested.wait(3000);
    tested.receive(call.agentEnds);
    tested.wait(10_000);
    const published = tested.receive({ ...call.complete, dest: null, talkTime: 20 });
    expect(published).toContainEqual(expect.objectContaining({ type: "agentComplete", talkTime: 10 }));
  });

  it.each([
    ["after the bridge and one channel have ended", [{ kind: "bridgeDestroy", bridgeId: "b-1" }, call.callerEnds]],
    ["after both channels have ended", [call.callerEnds, call.agentEnds]],
  ] as const)("a call whose AgentComplete names no channel and comes %s", (_when, ends) => {
    const caller = listed(call.callerEnters, "Queue", "b-1");
    const agent = listed(call.agentEnters, "AppQueue", "b-1");
    const tested = createTestModel([...initial, caller, agent]);
    tested.receive(...ends);
    const withoutChannels = { ...call.complete, caller: null, dest: null } as Untimed;
    const { uniqueId } = call.callerEnters as { uniqueId?: string };
    expect(uniqueId).toBeDefined();
    expect(tested.receive(withoutChannels)).toContainEqual(
      expect.objectContaining({ type: "agentComplete", agent: "1001", queueName: "support", uniqueId }),
    );
  });

  it("EV6 whom an agent served, after two callers were connected with each other", () => {
    const second = queueCall("sales", "1002", "+14155550101", "second");
    const other = { ...listed(second.callerEnters, "Queue", "b-2"), linkedId: "caller", applicationData: "sales,tT" };
    const channels = [
      listed(call.callerEnters, "Queue", "b-2"),
      listed(call.agentEnters, "AppQueue", "b-1"),
      other as Untimed,
    ];
    const tested = createTestModel([...initial, queueParams("sales"), ...channels]);
    const published = tested.receive(call.agentEnds, { ...call.complete, dest: null } as Untimed);
    expect(published).toContainEqual(
      expect.objectContaining({ type: "agentComplete", agent: "1001", queueName: "support", uniqueId: "caller" }),
    );
    const late = { ...second.complete, dest: null, memberInterface: "PJSIP/1002", queue: "sales" } as Untimed;
    expect(tested.receive(late)).toContainEqual(
      expect.objectContaining({ type: "agentComplete", agent: "1002", queueName: "sales", uniqueId: "second" }),
    );
  });

  it("the recording of a caller who enters a queue later", () => {
    const tested = createTestModel();
    tested.receive(...regeneration(...initial, listed(call.callerEnters, "Playback", null)));
    expect(tested.effects).toEqual([]);
    tested.receive(call.join, call.ring, call.leave, call.agentEnters, call.callerEnters);
    expect(tested.effects).toEqual([{ kind: "askRecording", channel: "PJSIP/trunk-00000001", uniqueId: "caller" }]);
  });

  it("of two calls the younger one", () => {
    const own = (serial: number) =>
      facts(`PJSIP/1001-0000000${serial}`, { uniqueId: `17.${serial}`, linkedId: `${serial}` });
    const far = (serial: number) => facts(`PJSIP/trunk-0000000${serial}`, { callerNumber: `+1${serial}` });
    const items = [10, 9].flatMap((serial) => [
      listed({ kind: "hangup", cause: 0, ...own(serial) }, "Dial", `b${serial}`),
      listed({ kind: "hangup", cause: 0, ...far(serial) }, "Dial", `b${serial}`),
    ]);
    const published = createTestModel().receive(...regeneration(...initial, ...items));
    expect(published).toContainEqual(expect.objectContaining({ agent: "1001", number: "+110" }));
  });
});

describe("a regeneration keeps and sweeps", () => {
  const answered = [call.join, call.ring, call.leave, call.agentEnters, call.callerEnters];
  const channels = [
    listed(call.agentEnters, "AppQueue", "bridge-caller"),
    listed(call.callerEnters, "Queue", "bridge-caller"),
  ];
  const inUse = member("PJSIP/1001", "support", { status: 2 });

  it("a hold survives if its channel does", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered, inUse, call.hold);
    expect(
      tested.receive(...regeneration(queueParams("support"), inUse, member("PJSIP/1002", "support"), ...channels)),
    ).toEqual([]);
    expect(tested.receive(call.unhold)).toContainEqual(expect.objectContaining({ status: "inuse" }));
  });

  it("what the lists lack is published as gone, and nothing else", () => {
    const tested = createTestModel([...initial, queueParams("sales")]);
    tested.receive(...answered);
    tested.receive(call.join);
    const published = tested.receive(...regeneration(queueParams("support"), member("PJSIP/1002", "support")));
    const states = published.filter((event) => stateKey(event) !== undefined);
    expect(states.map((event) => [stateKey(event), "status" in event ? event.status : ""]).sort()).toEqual([
      ["extensionStatus,1001", "unavailable"],
      ["phoneNumber,1001", ""],
      ["queueCount,support", ""],
      ["queueMemberStatus,1001,support", "loggedoff"],
    ]);
    expect(published).toContainEqual(expect.objectContaining({ type: "queueCount", count: 0, longestWaitSince: null }));
    expect([tested.model.channels.size, tested.model.bridges.size, tested.model.queues.size]).toEqual([0, 0, 1]);
  });

  it("a known caller keeps the exact time of joining", () => {
    const tested = createTestModel(initial);
    tested.receive(call.join);
    tested.wait(1500);
    const entry: Untimed = {
      kind: "queueEntry",
      queue: "support",
      channel: "x",
      uniqueId: "caller",
      callerNumber: null,
      callerName: null,
      waitSeconds: 1,
      position: null,
      priority: 0,
    };
    expect(tested.receive(...regeneration(...initial, entry))).toEqual([]);
  });

  it("EV20 the call of a caller who was transferred, which only the list of channels says", () => {
    const channel = facts("PJSIP/1001-00000001", { uniqueId: "second", linkedId: "first" });
    const entry: Untimed = {
      kind: "queueEntry",
      queue: "support",
      ...channel,
      waitSeconds: 1,
      position: 1,
      priority: 0,
    };
    const tested = createTestModel();
    tested.receive(...regeneration(...initial, entry, listed({ kind: "hold", ...channel }, "Queue", null)));
    expect(tested.callers("support")?.callers).toMatchObject([{ uniqueId: "second", callId: "first" }]);
  });

  it("live events between the lists are applied", () => {
    const tested = createTestModel(initial);
    const items = [...initial, listed(call.agentEnters, "AppQueue", "b"), listed(call.callerEnters, "Queue", "b")];
    const [queues, ...others] = listsCompleted as readonly [Untimed, ...Untimed[]];
    expect(tested.receive({ kind: "regenerationStarted" }, ...items, queues)).toEqual([]);
    const ended = [...tested.receive(call.agentEnds, call.callerEnds), ...tested.wait(60)];
    expect(ended).toMatchObject([{ type: "agentTalkEnded", since: null, talkTime: null }]);
    tested.receive({ kind: "queueMemberRemoved", queue: "support", memberInterface: "PJSIP/1002" });
    expect(tested.receive(...others).map((event) => [event.type, "agent" in event && event.agent])).toEqual([
      ["extensionStatus", "1002"],
      ["queueMemberStatus", "1002"],
    ]);
  });

  it.each([
    ["a reload of queues", { kind: "reload", module: "app_queue.so" }, 1],
    ["a reload of everything", { kind: "reload", module: "All" }, 1],
    ["a reload of another module", { kind: "reload", module: "cdr.so" }, 0],
    ["a new start", { kind: "fullyBooted" }, 1],
  ] as [string, Untimed, number][])("%s requests a regeneration this often: %s %i", (_title, event, times) => {
    const tested = createTestModel();
    tested.receive(event);
    expect(tested.effects).toEqual(Array(times).fill({ kind: "regenerate" }));
  });
});
