/** Facts about a channel or a queue member that many events carry, under the same header names. */
import type { Fields } from "../wire/packet.ts";
import type { ChannelFacts, MemberFacts } from "./event.ts";
import { count, integer, known, knownNumber, text } from "./header.ts";

/** The names of the headers about a channel; events about two channels prefix those of the second. */
function channelHeaders(prefix: string) {
  return {
    channel: `${prefix}Channel`,
    uniqueId: `${prefix}Uniqueid`,
    linkedId: `${prefix}Linkedid`,
    callerNumber: `${prefix}CallerIDNum`,
    callerName: `${prefix}CallerIDName`,
    connectedNumber: `${prefix}ConnectedLineNum`,
    connectedName: `${prefix}ConnectedLineName`,
  };
}

const ownHeaders = channelHeaders("");
export const destHeaders = channelHeaders("Dest");
export const spyerHeaders = channelHeaders("Spyer");

export function channelFacts(fields: Fields, headers = ownHeaders): ChannelFacts | undefined {
  const channel = text(fields, headers.channel);
  const uniqueId = text(fields, headers.uniqueId);
  if (channel === undefined || uniqueId === undefined) return undefined;
  return {
    channel,
    uniqueId,
    linkedId: fields.get(headers.linkedId) || uniqueId,
    callerNumber: knownNumber(fields, headers.callerNumber),
    callerName: known(fields, headers.callerName),
    connectedNumber: knownNumber(fields, headers.connectedNumber),
    connectedName: known(fields, headers.connectedName),
  };
}

export function memberFacts(fields: Fields): MemberFacts | undefined {
  const queue = text(fields, "Queue");
  const memberInterface = text(fields, "Interface") ?? text(fields, "Location");
  if (queue === undefined || memberInterface === undefined) return undefined;
  return {
    queue,
    memberInterface,
    name: known(fields, "MemberName") ?? known(fields, "Name"),
    penalty: integer(fields, "Penalty", 0),
    callsTaken: count(fields, "CallsTaken"),
    lastCall: count(fields, "LastCall"),
    lastPause: count(fields, "LastPause"),
    wrapUpSeconds: count(fields, "Wrapuptime"),
    stateInterface: text(fields, "StateInterface") ?? memberInterface,
    status: integer(fields, "Status", 0),
    paused: fields.get("Paused") === "1",
    pausedReason: fields.get("PausedReason") || fields.get("Reason") || null,
  };
}
