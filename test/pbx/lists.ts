/** The lists that a manager asks for: items as Asterisk 22 sends them, without their ActionID. */
import { channelHeaders, duration, hintHeaders, memberItem } from "./headers.ts";
import type { Packet } from "./packet.ts";
import { serviceLevelSeconds } from "./queue-call.ts";
import { type Queue, seconds, type World } from "./world.ts";

/** `actionIdFirst`: where in an item the ActionID stands. */
export type List = Readonly<{ message: string; complete: string; actionIdFirst: boolean; items: readonly Packet[] }>;

export function listOf(world: World, action: string): List | undefined {
  switch (action.toLowerCase()) {
    case "queuestatus":
      return list(
        "Queue status will follow",
        "QueueStatusComplete",
        false,
        [...world.queues.values()].flatMap((queue) => queueItems(world, queue)),
      );
    case "coreshowchannels":
      return list("Channels will follow", "CoreShowChannelsComplete", true, channelItems(world));
    case "extensionstatelist":
      return list(
        "Extension Statuses will follow",
        "ExtensionStateListComplete",
        true,
        [...world.agents.values()].map((agent) => [["Event", "ExtensionStatus"], ...hintHeaders(agent)]),
      );
    case "devicestatelist":
      return list("Device State Changes will follow", "DeviceStateListComplete", true, deviceItems(world));
    default:
      return undefined;
  }
}

function list(message: string, complete: string, actionIdFirst: boolean, items: readonly Packet[]): List {
  return { message, complete, actionIdFirst, items };
}

function queueItems(world: World, queue: Queue): Packet[] {
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
    ...queue.members.map((member): Packet => [["Event", "QueueMember"], ...memberItem(member)]),
    ...queue.waiting.map(
      ({ channel, joinedAt }, index): Packet => [
        ["Event", "QueueEntry"],
        ["Queue", queue.name],
        ["Position", index + 1],
        ["Channel", channel.name],
        ["Uniqueid", channel.uniqueId],
        ["CallerIDNum", channel.callerNumber],
        ["CallerIDName", channel.callerName || "unknown"],
        ["ConnectedLineNum", channel.connectedNumber ?? "unknown"],
        ["ConnectedLineName", channel.connectedName || "unknown"],
        ["Wait", seconds(world.now) - seconds(joinedAt)],
        ["Priority", 0],
      ],
    ),
  ];
}

function channelItems(world: World): Packet[] {
  return [...world.channels].map(
    (channel): Packet => [
      ["Event", "CoreShowChannel"],
      ...channelHeaders(channel),
      ["Application", channel.application],
      ["ApplicationData", channel.applicationData],
      ["Duration", duration(world, channel)],
      ["BridgeId", channel.bridge?.id ?? ""],
    ],
  );
}

function deviceItems(world: World): Packet[] {
  const devices = [world.trunk, ...[...world.agents.values()].map(({ device }) => device)];
  return devices.map(
    ({ name, told }): Packet => [
      ["Event", "DeviceStateChange"],
      ["Device", name],
      ["State", told],
    ],
  );
}
