/**
 * What an AMI event is about, by name: a channel, a membership, a hint, a device, a queue. A list's item and the live event that tells the
 * same share a subject, and so do a thing that a list lacks and the live event of its end.
 */
import type { AmiEvent, ChannelFacts } from "../../ami/event/event.ts";
import { pauseDeviceOf } from "../reduce/unannounced.ts";

export function channelSubject(uniqueId: string): string {
  return `channel ${uniqueId}`;
}

/** That of the pause device, which may be all that is told of a membership. */
export function memberSubject(queue: string, memberInterface: string): string {
  return deviceSubject(pauseDeviceOf(queue, memberInterface));
}

/** `key`: extension and context, as in Hint. */
export function hintSubject(key: string): string {
  return `hint ${key}`;
}

export function deviceSubject(device: string): string {
  return `device ${device}`;
}

export function queueSubject(queue: string): string {
  return `queue ${queue}`;
}

/** A phone's state is also a membership's and a hint's, and may be told as the phone's alone (ami/narrowing.ts). */
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
    case "deviceStateChange":
      return [deviceSubject(event.device)];
    default:
      return "uniqueId" in event ? [channelSubject(event.uniqueId)] : [];
  }
}

function channelSubjects(facts: ChannelFacts | null): string[] {
  return facts ? [channelSubject(facts.uniqueId)] : [];
}
