/**
 * AP8: our events in pbxis's own shapes, as its README and its source have them. Where they have less than ours, the rest is left out; what is
 * not known is null, but for the queue of a phone number, which pbxis tells only where it knows one. Pure.
 */
import type { EventOf, SiteEvent } from "@pbxis/shared";

export type PbxisEvent = Readonly<{ type: string; [property: string]: unknown }>;

/** Undefined for a member's summary: pbxis tells a queue's members together (members.ts). */
export function pbxisEvent(event: SiteEvent): PbxisEvent | undefined {
  const { type } = event;
  switch (type) {
    case "agentName":
      return { type, agent: event.agent, name: event.name };
    case "extensionStatus":
      return { type, agent: event.agent, status: event.status };
    case "queueMemberStatus":
      return { type, agent: event.agent, queue: event.queue, status: event.status };
    case "phoneNumber": {
      const { agent, number, name, queueName } = event;
      return { type, agent, number, name, ...(queueName !== null && { queue: queueName }) };
    }
    case "queueCount":
      return { type, queue: event.queue, count: event.count };
    case "agentComplete": {
      const { agent, uniqueId, talkTime, holdTime, recording } = event;
      return { type, agent, uniqueId, talkTime, holdTime, recording };
    }
    case "originateFailed":
      return { type, actionId: event.actionId };
    case "parkedCall":
    case "unParkedCall":
    case "parkedCallTimeOut":
    case "parkedCallGiveUp":
      return { type, "caller-id": event.callerId, channel: event.channel, "parked-ext": event.parkingSpace };
    case "queueSummary": {
      const { at: _, ...summary } = event;
      return { ...summary, type: "QueueSummary" };
    }
    case "memberSummary":
      return undefined;
  }
}

export type PbxisMember = Readonly<{
  queue: string;
  memberName: string;
  location: string;
  callsTaken: number;
  lastCall: number;
  paused: boolean;
  incall: boolean;
}>;

export function pbxisMember(summary: EventOf<"memberSummary">): PbxisMember {
  const { queue, name, memberInterface, callsTaken, lastCall, paused, inCall } = summary;
  return { queue, memberName: name, location: memberInterface, callsTaken, lastCall, paused, incall: inCall };
}

export function memberSummary(queue: string, members: readonly PbxisMember[]): PbxisEvent {
  return { type: "MemberSummary", queue, members };
}

/** There will be no further events. */
export const closed: PbxisEvent = { type: "closed" };
