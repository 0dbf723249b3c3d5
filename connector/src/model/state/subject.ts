/**
 * The subjects of an AMI event, by name: a channel, a membership, a hint, a device, a queue. A list item and the live
 * event that says the same share a subject, and so do something that a list lacks and the live event of its end.
 */
import type { AmiEvent, ChannelFacts } from "../../ami/event/event.ts";
import { pauseDeviceOf } from "./pause-device.ts";

export function channelSubject(uniqueId: string): string {
  return `channel ${uniqueId}`;
}

/** The same as its pause device's, whose state may be the only event about a membership. */
export function memberSubject(queue: string, memberInterface: string): string {
  return deviceSubject(pauseDeviceOf(queue, memberInterface));
}

/** `key` is that of Hint: extension and context. */
export function hintSubject(key: string): string {
  return `hint ${key}`;
}

export function deviceSubject(device: string): string {
  return `device ${device}`;
}

export function parkingSubject(parkingLot: string, parkingSpace: string): string {
  return `parking ${parkingLot} ${parkingSpace}`;
}

export function queueSubject(queue: string): string {
  return `queue ${queue}`;
}

/**
 * A phone's state is also that of its memberships and hints, and may arrive as the phone's `DeviceStateChange` alone
 * (ami/event/narrowing.ts). Events about memberships and hints therefore have the device as a second subject.
 */
export function subjectsOf(event: AmiEvent): string[] {
  switch (event.kind) {
    case "queueMember":
    case "queueMemberStatus":
    case "queueMemberAdded":
    case "queueMemberPause":
    case "queueMemberPenalty":
      return [memberSubject(event.queue, event.memberInterface), deviceSubject(event.stateInterface)];
    case "queueMemberRemoved":
      return [memberSubject(event.queue, event.memberInterface)];
    case "agentCalled":
    case "agentComplete":
      return [
        memberSubject(event.queue, event.memberInterface),
        ...channelSubjects(event.caller),
        ...channelSubjects(event.dest),
      ];
    case "queueParams":
      return [queueSubject(event.queue)];
    case "queueCallerJoin":
    case "queueCallerLeave":
    case "queueCallerAbandon":
      return [channelSubject(event.uniqueId), queueSubject(event.queue)];
    case "extensionStatus":
      return [hintSubject(`${event.exten}@${event.context}`), deviceSubject(event.hint)];
    case "parkedCall":
    case "unParkedCall":
    case "parkedCallTimeOut":
    case "parkedCallGiveUp":
    case "parkedCallSwap":
      return [parkingSubject(event.parkingLot, event.parkingSpace), channelSubject(event.uniqueId)];
    case "deviceStateChange":
      return [deviceSubject(event.device)];
    case "originateResponse":
      return [];
    default:
      return "uniqueId" in event ? [channelSubject(event.uniqueId)] : [];
  }
}

function channelSubjects(facts: ChannelFacts | null): string[] {
  return facts ? [channelSubject(facts.uniqueId)] : [];
}
