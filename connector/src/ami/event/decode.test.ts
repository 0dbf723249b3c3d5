import { describe, expect, it } from "vitest";
import type { Packet } from "../wire/packet.ts";
import { decodedEvents, decodeEvent } from "./decode.ts";
import { amiEventNames } from "./needed.ts";

function packetOf(...lines: readonly string[]): Packet {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
  }
  return { kind: "packet", fields, repeated: new Map(), output: [] };
}

function channel(prefix: string, name: string, uniqueId: string): string[] {
  return [
    `${prefix}Channel: ${name}`,
    `${prefix}ChannelState: 6`,
    `${prefix}CallerIDNum: +14155550100`,
    `${prefix}CallerIDName: Alice`,
    `${prefix}ConnectedLineNum: <unknown>`,
    `${prefix}ConnectedLineName: <unknown>`,
    `${prefix}Uniqueid: ${uniqueId}`,
    `${prefix}Linkedid: 1795425023.0`,
  ];
}
const caller = channel("", "PJSIP/trunk-00000000", "1795425023.0");
const callerFacts = {
  channel: "PJSIP/trunk-00000000",
  uniqueId: "1795425023.0",
  linkedId: "1795425023.0",
  callerNumber: "+14155550100",
  callerName: "Alice",
  connectedNumber: null,
  connectedName: null,
};
const agent = channel("Dest", "PJSIP/1001-00000001", "1795425023.1");
const memberLines = [
  "Queue: support",
  "MemberName: Ann Agent",
  "Interface: PJSIP/1001",
  "Penalty: 2",
  "CallsTaken: 3",
  "LastCall: 1795425029",
  "LastPause: 1795425000",
  "Status: 6",
  "Paused: 1",
  "PausedReason: Lunch break",
];
const memberFacts = {
  queue: "support",
  memberInterface: "PJSIP/1001",
  name: "Ann Agent",
  penalty: 2,
  callsTaken: 3,
  lastCall: 1_795_425_029,
  lastPause: 1_795_425_000,
  stateInterface: "PJSIP/1001",
  status: 6,
  paused: true,
  pausedReason: "Lunch break",
};
const parkee = [
  "ParkeeChannel: PJSIP/trunk-00000039",
  "ParkeeCallerIDNum: <unknown>",
  "ParkeeUniqueid: 1795425023.57",
  "Parkinglot: default",
  "ParkingSpace: 701",
  "ParkingDuration: 12",
];
const parkedFacts = {
  channel: "PJSIP/trunk-00000039",
  uniqueId: "1795425023.57",
  callerId: null,
  parkingLot: "default",
  parkingSpace: "701",
};

describe("decodeEvent", () => {
  it.each([
    [
      ["Event: QueueCallerJoin", ...caller, "Queue: support", "Position: 1", "Count: 2"],
      { kind: "queueCallerJoin", queue: "support", count: 2, ...callerFacts },
    ],
    [
      ["Event: QueueCallerAbandon", ...caller, "Queue: support"],
      { kind: "queueCallerAbandon", queue: "support", ...callerFacts },
    ],
    [["Event: QueueMemberPause", ...memberLines], { kind: "queueMemberPause", ...memberFacts }],
    [
      ["Event: QueueMember", "Queue: support", "Name: Ann Agent", "Location: PJSIP/1001", ...memberLines.slice(3)],
      { kind: "queueMember", ...memberFacts },
    ],
    [
      ["Event: QueueMemberPause", ...memberLines.slice(0, -1), "Reason: Lunch break"],
      { kind: "queueMemberPause", pausedReason: "Lunch break" },
    ],
    [
      ["Event: QueueMemberRemoved", ...memberLines],
      { kind: "queueMemberRemoved", queue: "support", memberInterface: "PJSIP/1001" },
    ],
    [
      [
        "Event: QueueParams",
        "Queue: support",
        "Completed: 3",
        "Abandoned: 1",
        "ServiceLevel: 20",
        "ServicelevelPerf: 66.7",
        "Holdtime: 2",
        "TalkTime: 4",
      ],
      {
        kind: "queueParams",
        completed: 3,
        abandoned: 1,
        serviceLevel: 20,
        serviceLevelPerf: 66.7,
        holdTime: 2,
        talkTime: 4,
      },
    ],
    [
      [
        "Event: QueueEntry",
        "Queue: support",
        "Channel: PJSIP/trunk-00000004",
        "Uniqueid: 17.4",
        "CallerIDNum: unknown",
        "Wait: 7",
      ],
      { kind: "queueEntry", uniqueId: "17.4", waitSeconds: 7 },
    ],
    [
      ["Event: AgentCalled", ...caller, ...agent, "Queue: support", "Interface: PJSIP/1001", "MemberName: Ann Agent"],
      {
        kind: "agentCalled",
        memberInterface: "PJSIP/1001",
        memberName: "Ann Agent",
        caller: callerFacts,
        dest: { uniqueId: "1795425023.1" },
      },
    ],
    [
      [
        "Event: BridgeEnter",
        "BridgeUniqueid: b",
        "BridgeType: agent_hold",
        "BridgeTechnology: holding_bridge",
        ...caller,
      ],
      { kind: "bridgeEnter", bridgeId: "b", bridgeType: "holding", ...callerFacts },
    ],
    [
      ["Event: Pickup", ...caller, ...channel("Target", "PJSIP/1001-00000001", "1795425023.1")],
      { kind: "pickup", rung: "1795425023.1", rungChannel: "PJSIP/1001-00000001", ...callerFacts },
    ],
    [
      [
        "Event: AgentComplete",
        ...caller,
        "Queue: support",
        "Interface: PJSIP/1001",
        "HoldTime: 2",
        "TalkTime: 4",
        "Reason: caller",
      ],
      { kind: "agentComplete", dest: null, holdTime: 2, talkTime: 4, reason: "caller" },
    ],
    [
      ["Event: BridgeEnter", "BridgeUniqueid: b-1", "BridgeType: parking", ...caller],
      { kind: "bridgeEnter", bridgeId: "b-1", bridgeType: "parking", ...callerFacts },
    ],
    [["Event: Hangup", ...caller, "Cause: 17"], { kind: "hangup", cause: 17, ...callerFacts }],
    [["Event: HangupRequest", ...caller], { kind: "hangupRequest", ...callerFacts }],
    [
      [
        "Event: CoreShowChannel",
        "ActionID: 1",
        ...caller,
        "ChannelState: 6",
        "Duration: 01:02:03",
        "Application: Queue",
        "ApplicationData: sales,tT",
        "BridgeId: ",
      ],
      { kind: "coreShowChannel", durationSeconds: 3723, application: "Queue", applicationData: "sales,tT", state: 6 },
    ],
    [
      ["Event: CoreShowChannel", "ActionID: 1", ...caller, "Duration: a while", "BridgeId: "],
      { kind: "coreShowChannel", durationSeconds: 0, application: "", bridgeId: null, state: 6 },
    ],
    [
      ["Event: ExtensionStatus", "Exten: 1001", "Context: agents", "Hint: PJSIP/1001", "Status: -1"],
      { kind: "extensionStatus", exten: "1001", context: "agents", hint: "PJSIP/1001", status: -1 },
    ],
    [
      ["Event: DeviceStateChange", "ActionID: 1", "Device: PJSIP/1001", "State: INUSE"],
      { kind: "deviceStateChange", device: "PJSIP/1001", state: "INUSE", listed: true },
    ],
    [
      ["Event: VarSet", ...caller, "Variable: MIXMONITOR_FILENAME", "Value: /a.wav"],
      { kind: "recordingNamed", uniqueId: "1795425023.0", path: "/a.wav" },
    ],
    [
      ["Event: UnParkedCall", "Privilege: call,all", ...parkee],
      { kind: "unParkedCall", ...parkedFacts, parkedSeconds: 12 },
    ],
    [
      ["Event: ParkedCall", "ActionID: 1", ...parkee],
      { kind: "parkedCall", ...parkedFacts, parkedSeconds: 12, listed: true },
    ],
    [["Event: ParkedCallSwap", "Privilege: call,all", ...parkee], { kind: "parkedCallSwap", ...parkedFacts }],
    [["Event: Reload", "Module: app_queue.so"], { kind: "reload", module: "app_queue.so" }],
  ] as [string[], object][])("%s", (lines, expected) => {
    expect(decodeEvent(packetOf(...lines), 5)).toMatchObject({ ...expected, at: 5 });
  });

  it("decides by `Event` first: an OriginateResponse has a Response and an ActionID, too", () => {
    const lines = [
      "Event: OriginateResponse",
      "ActionID: a-1",
      "Response: Failure",
      "Reason: 3",
      "Uniqueid: <unknown>",
    ];
    expect(decodeEvent(packetOf(...lines), 5)).toEqual({
      kind: "originateResponse",
      at: 5,
      actionId: "a-1",
      success: false,
      reason: 3,
      uniqueId: null,
    });
  });

  it.each([
    ["an answer", ["Response: Success", "ActionID: 1"]],
    ["an event that the model does not use", ["Event: Newexten", "Channel: PJSIP/trunk-00000000"]],
    ["another variable", ["Event: VarSet", ...caller, "Variable: QUEUENAME", "Value: support"]],
    ["an OriginateResponse without an ActionID", ["Event: OriginateResponse", "Response: Failure", "Reason: 0"]],
  ])("%s is no event", (_title, lines) => {
    expect(decodeEvent(packetOf(...lines), 5)).toBeUndefined();
  });

  it.each([
    ["QueueCallerJoin", [...caller, "Queue: support"]],
    ["QueueCallerJoin", ["Queue: support", "Count: 1"]],
    ["QueueMemberStatus", ["Queue: support"]],
    ["AgentCalled", [...caller, "Queue: support", "Interface: PJSIP/1001"]],
    ["BridgeEnter", caller],
    ["ExtensionStatus", ["Exten: 1001"]],
    ["ParkedCall", ["Privilege: call,all"]],
  ])("%s without a required header is malformed", (name, lines) => {
    expect(decodeEvent(packetOf(`Event: ${name}`, ...lines), 5)).toEqual({ kind: "malformed", event: name, at: 5 });
  });

  it.each(["<unknown>", "unknown", "", "anonymous", "Anonymous"])("the number %j is no number", (number) => {
    const lines = ["Event: Hangup", "Channel: c", "Uniqueid: u", `CallerIDNum: ${number}`];
    expect(decodeEvent(packetOf(...lines), 5)).toMatchObject({ callerNumber: null, linkedId: "u" });
  });

  it("a header that should be a number and is not counts as absent", () => {
    const lines = [
      "Event: AgentComplete",
      ...caller,
      "Queue: q",
      "Interface: PJSIP/1",
      "HoldTime: -3",
      "TalkTime: soon",
    ];
    expect(decodeEvent(packetOf(...lines), 5)).toMatchObject({ holdTime: 0, talkTime: 0 });
  });

  const receivedAt = 1_795_425_024_000;
  it.each([
    ["1795425023.123456", 1_795_425_023_123],
    ["1795425026.9", 1_795_425_026_900],
    ["1795421423.123456", receivedAt],
    ["1795428623.123456", receivedAt],
    ["soon", receivedAt],
    ["-1", receivedAt],
  ])("the event's time is Asterisk's own if it is valid and near: %s", (timestamp, at) => {
    expect(decodeEvent(packetOf("Event: FullyBooted", `Timestamp: ${timestamp}`), receivedAt)).toEqual({
      kind: "fullyBooted",
      at,
    });
  });
});

it("every requested event has a decoder, and is requested once", () => {
  expect(amiEventNames.filter((name) => !decodedEvents.has(name))).toEqual([]);
  expect(new Set(amiEventNames).size).toBe(amiEventNames.length);
});
