/** The items of AMI's list actions as Asterisk 22 sends them, without their ActionID. */

import { parkingHeaders } from "../calls/parking.ts";
import { serviceLevelSeconds } from "../calls/queue-call.ts";
import { channelHeaders, duration, hintHeaders, memberItem } from "../headers.ts";
import type { Packet } from "../packet.ts";
import { type Member, type PbxState, type Queue, seconds } from "../state.ts";
import { type ActionRequest, actionRequest } from "./request.ts";

/** `actionIdFirst`: the ActionID follows the event's name; otherwise it is the last header. */
export type List = Readonly<{ message: string; complete: string; actionIdFirst: boolean; items: readonly Packet[] }>;

export function listOf(
  state: PbxState,
  action: string,
  request: Pick<ActionRequest, "get"> = actionRequest([]),
): List | undefined {
  switch (action.toLowerCase()) {
    case "queuestatus":
      return list(
        "Queue status will follow",
        "QueueStatusComplete",
        false,
        [...state.queues.values()].flatMap((queue) => queueItems(state, queue, request)),
      );
    case "coreshowchannels":
      return list("Channels will follow", "CoreShowChannelsComplete", true, channelItems(state));
    case "extensionstatelist":
      return list(
        "Extension Statuses will follow",
        "ExtensionStateListComplete",
        true,
        [...state.agents.values()].map((agent) => [["Event", "ExtensionStatus"], ...hintHeaders(agent)]),
      );
    case "devicestatelist":
      return list("Device State Changes will follow", "DeviceStateListComplete", true, deviceItems(state));
    case "parkedcalls":
      return list(
        "Parked calls will follow",
        "ParkedCallsComplete",
        false,
        [...state.parked.values()].map((parked) => [["Event", "ParkedCall"], ...parkingHeaders(state, parked)]),
      );
    default:
      return undefined;
  }
}

function list(message: string, complete: string, actionIdFirst: boolean, items: readonly Packet[]): List {
  return { message, complete, actionIdFirst, items };
}

/** Of a queue and of members with the names in the request, if it has any. */
function queueItems(state: PbxState, queue: Queue, request: Pick<ActionRequest, "get">): Packet[] {
  const [name, member] = [request.get("Queue"), request.get("Member")];
  if (name && name !== queue.name) return [];
  const isListed = (one: Member) => !member || [one.agent.memberInterface, one.name].includes(member);
  const { completed, completedInServiceLevel, abandoned } = queue;
  const perf = completed === 0 ? 0 : (100 * completedInServiceLevel) / completed;
  const offered = completed + abandoned;
  const perf2 = offered === 0 ? 0 : (100 * completedInServiceLevel) / offered;
  return [
    [
      ["Event", "QueueParams"],
      ["Queue", queue.name],
      ["Max", 0],
      ["Strategy", queue.config.strategy],
      ["Calls", queue.waiting.length],
      ["Holdtime", queue.holdTime],
      ["TalkTime", queue.talkTime],
      ["Completed", completed],
      ["Abandoned", abandoned],
      ["ServiceLevel", serviceLevelSeconds],
      ["ServicelevelPerf", perf.toFixed(1)],
      ["ServicelevelPerf2", perf2.toFixed(1)],
      ["Weight", 0],
    ],
    ...queue.members.filter(isListed).map((member): Packet => [["Event", "QueueMember"], ...memberItem(member)]),
    ...queue.waiting.map(
      ({ channel, joinedAt, priority }, index): Packet => [
        ["Event", "QueueEntry"],
        ["Queue", queue.name],
        ["Position", index + 1],
        ["Channel", channel.name],
        ["Uniqueid", channel.uniqueId],
        ["CallerIDNum", channel.callerNumber],
        ["CallerIDName", channel.callerName || "unknown"],
        ["ConnectedLineNum", channel.connectedNumber ?? "unknown"],
        ["ConnectedLineName", channel.connectedName || "unknown"],
        ["Wait", seconds(state.now) - seconds(joinedAt)],
        ["Priority", priority],
      ],
    ),
  ];
}

function channelItems(state: PbxState): Packet[] {
  return [...state.channels].map(
    (channel): Packet => [
      ["Event", "CoreShowChannel"],
      ...channelHeaders(channel),
      ["Application", channel.application],
      ["ApplicationData", channel.applicationData],
      ["Duration", duration(state, channel)],
      ["BridgeId", channel.bridge?.id ?? ""],
    ],
  );
}

function deviceItems(state: PbxState): Packet[] {
  const devices = [state.trunk, ...[...state.agents.values()].map(({ device }) => device)];
  return devices.map(
    ({ name, publishedState }): Packet => [
      ["Event", "DeviceStateChange"],
      ["Device", name],
      ["State", publishedState],
    ],
  );
}
