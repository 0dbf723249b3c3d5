/**
 * PX4: events in pbxis's own shapes, as its README and source define them. Fields that pbxis does not have are left
 * out. An unknown value is null, except for the `queue` of a `phoneNumber`, which pbxis sends only if there is one.
 * Pure.
 */
import type { EventOf, SiteEvent } from "@pbxis/shared";

export type PbxisEvent = Readonly<{ type: string; [property: string]: unknown }>;

/**
 * Undefined for `memberSummary`, because pbxis sends all members of a queue together (members.ts), and for
 * `parkedCallState`, `agentRingEnded`, `agentTalkEnded` and `queueCallEnded`, which pbxis does not have.
 */
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
    case "parkedCallState":
    case "agentRingEnded":
    case "agentTalkEnded":
    case "queueCallEnded":
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

/** PX3: the last event of a stream that will not continue. */
export const closed: PbxisEvent = { type: "closed" };
