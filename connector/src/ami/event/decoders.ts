/** One decoder for each AMI event that the model uses. */
import type { Fields } from "../wire/packet.ts";
import type { AmiEvent, ChanSpyChange, MemberUpdate, ParkingEvent } from "./event.ts";
import { channelFacts, destHeaders, memberFacts, spyerHeaders } from "./facts.ts";
import { clockSeconds, count, integer, known, knownNumber, place, text } from "./header.ts";

/** Returns undefined if a required header is missing or unreadable, and null if this particular event is of no use. */
type Decode = (fields: Fields, at: number) => AmiEvent | undefined | null;

function member(kind: MemberUpdate["kind"]): Decode {
  return (fields, at) => {
    const facts = memberFacts(fields);
    return facts && { ...facts, kind, at };
  };
}

/** Events about one channel and nothing more. */
function channel(kind: "hold" | "unhold" | "newConnectedLine" | "mixMonitorStart" | "hangupRequest"): Decode {
  return (fields, at) => {
    const facts = channelFacts(fields);
    return facts && { ...facts, kind, at };
  };
}

function bridgeHeaders(fields: Fields) {
  const facts = channelFacts(fields);
  const bridgeId = text(fields, "BridgeUniqueid");
  const isHolding = fields.get("BridgeTechnology") === "holding_bridge";
  const bridgeType = isHolding ? "holding" : (fields.get("BridgeType") ?? "");
  return facts && bridgeId !== undefined && { ...facts, bridgeId, bridgeType };
}

const bridgeEnter: Decode = (fields, at) => {
  const facts = bridgeHeaders(fields);
  return facts ? { ...facts, kind: "bridgeEnter", at } : undefined;
};

const bridgeLeave: Decode = (fields, at) => {
  const facts = bridgeHeaders(fields);
  return facts ? { ...facts, kind: "bridgeLeave", at, last: fields.get("BridgeNumChannels") === "0" } : undefined;
};

const bridgeDestroy: Decode = (fields, at) => {
  const bridgeId = text(fields, "BridgeUniqueid");
  return bridgeId === undefined ? undefined : { kind: "bridgeDestroy", at, bridgeId };
};

function queueCaller(kind: "queueCallerJoin" | "queueCallerLeave"): Decode {
  return (fields, at) => {
    const facts = channelFacts(fields);
    const queue = text(fields, "Queue");
    if (!facts || queue === undefined || !fields.has("Count")) return undefined;
    return { ...facts, kind, at, queue, count: count(fields, "Count"), position: place(fields, "Position") };
  };
}

function parkedFacts(fields: Fields) {
  const channel = text(fields, "ParkeeChannel");
  const uniqueId = text(fields, "ParkeeUniqueid");
  const parkingSpace = text(fields, "ParkingSpace");
  if (channel === undefined || uniqueId === undefined || parkingSpace === undefined) return undefined;
  const callerId = knownNumber(fields, "ParkeeCallerIDNum");
  return { channel, uniqueId, callerId, parkingLot: text(fields, "Parkinglot") ?? "default", parkingSpace };
}

function parking(kind: ParkingEvent["kind"]): Decode {
  return (fields, at) => {
    const facts = parkedFacts(fields);
    // An item of a ParkedCalls list has the live event's name.
    return facts && { ...facts, kind, at, parkedSeconds: count(fields, "ParkingDuration"), ...listed(fields) };
  };
}

const parkedCallSwap: Decode = (fields, at) => {
  const facts = parkedFacts(fields);
  return facts && { ...facts, kind: "parkedCallSwap", at };
};

/** The member headers of AgentCalled and AgentComplete. */
function memberHeaders(fields: Fields) {
  const queue = text(fields, "Queue");
  const memberInterface = text(fields, "Interface");
  if (queue === undefined || memberInterface === undefined) return undefined;
  return { queue, memberInterface, memberName: known(fields, "MemberName") };
}

const agentCalled: Decode = (fields, at) => {
  const member = memberHeaders(fields);
  const caller = channelFacts(fields);
  const rung = channelFacts(fields, destHeaders);
  return member && caller && rung && { ...member, kind: "agentCalled", at, caller, dest: rung };
};

const agentComplete: Decode = (fields, at) => {
  const member = memberHeaders(fields);
  if (!member) return undefined;
  return {
    ...member,
    kind: "agentComplete",
    at,
    caller: channelFacts(fields) ?? null,
    dest: channelFacts(fields, destHeaders) ?? null,
    holdTime: count(fields, "HoldTime"),
    talkTime: count(fields, "TalkTime"),
    reason: fields.get("Reason") ?? "",
  };
};

const queueCallerAbandon: Decode = (fields, at) => {
  const facts = channelFacts(fields);
  const queue = text(fields, "Queue");
  if (!facts || queue === undefined) return undefined;
  const [position, originalPosition] = [place(fields, "Position"), place(fields, "OriginalPosition")];
  return { ...facts, kind: "queueCallerAbandon", at, queue, position, originalPosition };
};

const queueMemberRemoved: Decode = (fields, at) => {
  const facts = memberFacts(fields);
  return facts && { kind: "queueMemberRemoved", at, queue: facts.queue, memberInterface: facts.memberInterface };
};

const queueParams: Decode = (fields, at) => {
  const queue = text(fields, "Queue");
  if (queue === undefined) return undefined;
  return {
    kind: "queueParams",
    at,
    queue,
    completed: count(fields, "Completed"),
    abandoned: count(fields, "Abandoned"),
    serviceLevel: count(fields, "ServiceLevel"),
    serviceLevelPerf: Number(fields.get("ServicelevelPerf")) || 0,
    holdTime: count(fields, "Holdtime"),
    talkTime: count(fields, "TalkTime"),
  };
};

const queueEntry: Decode = (fields, at) => {
  const queue = text(fields, "Queue");
  const name = text(fields, "Channel");
  const uniqueId = text(fields, "Uniqueid");
  if (queue === undefined || name === undefined || uniqueId === undefined) return undefined;
  const callerNumber = knownNumber(fields, "CallerIDNum");
  const callerName = known(fields, "CallerIDName");
  const caller = { channel: name, uniqueId, callerNumber, callerName, waitSeconds: count(fields, "Wait") };
  const priority = integer(fields, "Priority", 0);
  return { kind: "queueEntry", at, queue, ...caller, position: place(fields, "Position"), priority };
};

const hangup: Decode = (fields, at) => {
  const facts = channelFacts(fields);
  return facts && { ...facts, kind: "hangup", at, cause: integer(fields, "Cause", 0) };
};

const pickup: Decode = (fields, at) => {
  const facts = channelFacts(fields);
  const rung = text(fields, "TargetUniqueid");
  if (!facts || rung === undefined) return undefined;
  const rungLinkedId = fields.get("TargetLinkedid") || rung;
  return { ...facts, kind: "pickup", at, rung, rungChannel: fields.get("TargetChannel") ?? "", rungLinkedId };
};

const coreShowChannel: Decode = (fields, at) => {
  const facts = channelFacts(fields);
  if (!facts) return undefined;
  return {
    ...facts,
    kind: "coreShowChannel",
    at,
    state: integer(fields, "ChannelState", 0),
    durationSeconds: clockSeconds(fields, "Duration"),
    application: fields.get("Application") ?? "",
    applicationData: fields.get("ApplicationData") ?? "",
    bridgeId: fields.get("BridgeId") || null,
  };
};

const extensionStatus: Decode = (fields, at) => {
  const exten = text(fields, "Exten");
  if (exten === undefined || !fields.has("Status")) return undefined;
  const status = integer(fields, "Status", 0);
  return {
    kind: "extensionStatus",
    at,
    exten,
    context: fields.get("Context") ?? "",
    hint: fields.get("Hint") ?? "",
    status,
    ...listed(fields),
  };
};

const deviceStateChange: Decode = (fields, at) => {
  const device = text(fields, "Device");
  const state = text(fields, "State");
  if (device === undefined || state === undefined) return undefined;
  return { kind: "deviceStateChange", at, device, state, ...listed(fields) };
};

/** An older Asterisk that names no direction pauses both; of one direction alone nothing is known. */
const mixMonitorMute: Decode = (fields, at) => {
  const facts = channelFacts(fields);
  if (!facts || !fields.has("State")) return undefined;
  return { ...facts, kind: "mixMonitorChange", at, state: fields.get("State") === "1" ? "paused" : "on" };
};

const mixMonitorStop: Decode = (fields, at) => {
  const facts = channelFacts(fields);
  return facts && { ...facts, kind: "mixMonitorChange", at, state: "stopped" };
};

function chanSpy(kind: ChanSpyChange["kind"]): Decode {
  return (fields, at) => {
    const facts = channelFacts(fields, spyerHeaders);
    // A stop names no target if that has gone.
    return facts && { ...facts, kind, at, target: fields.get("SpyeeChannel") ?? "" };
  };
}

function listed(fields: Fields): { listed?: true } {
  return fields.has("ActionID") ? { listed: true } : {};
}

const varSet: Decode = (fields, at) => {
  const path = fields.get("Value");
  if (fields.get("Variable") !== "MIXMONITOR_FILENAME" || !path) return null;
  const uniqueId = text(fields, "Uniqueid");
  return uniqueId === undefined ? undefined : { kind: "recordingNamed", at, uniqueId, path };
};

const originateResponse: Decode = (fields, at) => {
  // Without an ActionID nobody knows whose call it was.
  const actionId = fields.get("ActionID");
  if (!actionId) return null;
  const success = fields.get("Response") === "Success";
  const uniqueId = known(fields, "Uniqueid");
  return { kind: "originateResponse", at, actionId, success, reason: integer(fields, "Reason", 0), uniqueId };
};

export const decoders: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ["QueueCallerJoin", queueCaller("queueCallerJoin")],
  ["QueueCallerLeave", queueCaller("queueCallerLeave")],
  ["QueueCallerAbandon", queueCallerAbandon],
  ["QueueMemberStatus", member("queueMemberStatus")],
  ["QueueMemberAdded", member("queueMemberAdded")],
  ["QueueMemberPause", member("queueMemberPause")],
  ["QueueMemberPenalty", member("queueMemberPenalty")],
  ["QueueMember", member("queueMember")],
  ["QueueMemberRemoved", queueMemberRemoved],
  ["QueueParams", queueParams],
  ["QueueEntry", queueEntry],
  ["AgentCalled", agentCalled],
  ["AgentComplete", agentComplete],
  ["BridgeEnter", bridgeEnter],
  ["BridgeLeave", bridgeLeave],
  ["BridgeDestroy", bridgeDestroy],
  ["Hold", channel("hold")],
  ["Unhold", channel("unhold")],
  ["NewConnectedLine", channel("newConnectedLine")],
  ["Hangup", hangup],
  ["HangupRequest", channel("hangupRequest")],
  ["Pickup", pickup],
  ["CoreShowChannel", coreShowChannel],
  ["ExtensionStatus", extensionStatus],
  ["DeviceStateChange", deviceStateChange],
  ["MixMonitorStart", channel("mixMonitorStart")],
  ["MixMonitorMute", mixMonitorMute],
  ["MixMonitorStop", mixMonitorStop],
  ["ChanSpyStart", chanSpy("chanSpyStart")],
  ["ChanSpyStop", chanSpy("chanSpyStop")],
  ["VarSet", varSet],
  ["OriginateResponse", originateResponse],
  ["ParkedCall", parking("parkedCall")],
  ["UnParkedCall", parking("unParkedCall")],
  ["ParkedCallTimeOut", parking("parkedCallTimeOut")],
  ["ParkedCallGiveUp", parking("parkedCallGiveUp")],
  ["ParkedCallSwap", parkedCallSwap],
  ["Reload", (fields, at) => ({ kind: "reload", at, module: fields.get("Module") ?? "" })],
  ["FullyBooted", (_fields, at) => ({ kind: "fullyBooted", at })],
]);
