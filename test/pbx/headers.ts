/** The groups of headers by which Asterisk 22 describes a channel, a bridge or a member, in Asterisk's order. */
import type { Packet } from "./packet.ts";
import { type Bridge, type Channel, type Member, type PbxState, seconds } from "./state.ts";

const stateNames: Readonly<Record<number, string>> = { 0: "Down", 4: "Ring", 5: "Ringing", 6: "Up" };
export const unknownValue = "<unknown>";

/** `prefix`: none, `Dest`, `Parkee`, `Retriever`. */
export function channelHeaders(channel: Channel, prefix = ""): Packet {
  const headers: Packet = [
    ["Channel", channel.name],
    ["ChannelState", channel.state],
    ["ChannelStateDesc", stateNames[channel.state] ?? ""],
    ["CallerIDNum", channel.callerNumber],
    ["CallerIDName", channel.callerName || unknownValue],
    ["ConnectedLineNum", channel.connectedNumber ?? unknownValue],
    ["ConnectedLineName", channel.connectedName || unknownValue],
    ["Language", "en"],
    ["AccountCode", ""],
    ["Context", channel.context],
    ["Exten", channel.exten],
    ["Priority", channel.priority],
    ["Uniqueid", channel.uniqueId],
    ["Linkedid", channel.linkedId],
  ];
  return headers.map(([name, value]) => [`${prefix}${name}`, value] as const);
}

export function bridgeHeaders(bridge: Bridge): Packet {
  return [
    ["BridgeUniqueid", bridge.id],
    ["BridgeType", bridge.type],
    ["BridgeTechnology", bridge.type === "parking" ? "holding_bridge" : "simple_bridge"],
    ["BridgeCreator", bridge.type === "parking" ? "Parking" : unknownValue],
    ["BridgeName", bridge.type === "parking" ? "default" : unknownValue],
    ["BridgeNumChannels", bridge.channels.length],
    ["BridgeVideoSourceMode", "none"],
  ];
}

/** A member in a live event. The list item names some headers differently and has no `Ringinuse`. */
export function memberHeaders(member: Member): Packet {
  return [
    ["Queue", member.queue.name],
    ["MemberName", member.name],
    ["Interface", member.agent.memberInterface],
    ...memberState(member),
    ["Ringinuse", 0],
    ["Wrapuptime", 0],
  ];
}

export function memberItem(member: Member): Packet {
  return [
    ["Queue", member.queue.name],
    ["Name", member.name],
    ["Location", member.agent.memberInterface],
    ...memberState(member),
    ["Wrapuptime", 0],
  ];
}

function memberState(member: Member): Packet {
  return [
    ["StateInterface", member.agent.memberInterface],
    ["Membership", member.isDynamic ? "dynamic" : "static"],
    ["Penalty", member.penalty],
    ["CallsTaken", member.callsTaken],
    ["LastCall", member.lastCall],
    ["LastPause", member.lastPause],
    ["LoginTime", member.loginTime],
    ["InCall", 0],
    ["Status", memberStatus(member)],
    ["Paused", member.isPaused ? 1 : 0],
    ["PausedReason", member.pausedReason],
  ];
}

const memberStatuses = { NOT_INUSE: 1, INUSE: 2, UNAVAILABLE: 5, RINGING: 6, ONHOLD: 8 } as const;
const hintStatuses = {
  NOT_INUSE: [0, "Idle"],
  INUSE: [1, "InUse"],
  UNAVAILABLE: [4, "Unavailable"],
  RINGING: [8, "Ringing"],
  ONHOLD: [16, "Hold"],
} as const;

/** The device state in app_queue's numbers, which differ from those of ExtensionStatus. */
function memberStatus(member: Member): number {
  return memberStatuses[member.agent.device.publishedState];
}

export function hintHeaders(member: Member["agent"]): Packet {
  const [status, text] = hintStatuses[member.device.publishedState];
  return [
    ["Exten", member.id],
    ["Context", "agents"],
    ["Hint", member.memberInterface],
    ["Status", status],
    ["StatusText", text],
  ];
}

/** A channel's age as `HH:MM:SS`. */
export function duration(state: PbxState, channel: Channel): string {
  const total = seconds(state.now - channel.createdAt);
  const parts = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
