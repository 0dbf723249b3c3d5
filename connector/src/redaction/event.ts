/** RD1: an event as it leaves the site. The switch has every type, so that a new one cannot be forgotten. */
import type { SiteEvent } from "@pbxis/shared";
import type { ShownValues } from "./value.ts";

export function redactEvent(event: SiteEvent, shown: ShownValues): SiteEvent {
  switch (event.type) {
    case "phoneNumber":
      return { ...event, ...partyOf(event, shown), consulting: ifAny(event.consulting, shown.number) };
    case "queueCallEnded":
      return { ...event, ...partyOf(event, shown) };
    case "queueCallers":
      return { ...event, callers: event.callers.map((caller) => ({ ...caller, ...partyOf(caller, shown) })) };
    case "agentComplete":
      return { ...event, recording: ifAny(event.recording, shown.recording) };
    case "parkedCall":
    case "unParkedCall":
    case "parkedCallTimeOut":
    case "parkedCallGiveUp":
      return { ...event, channel: shown.channel(event.channel), callerId: ifAny(event.callerId, shown.number) };
    case "parkedCallState":
      return { ...event, channel: ifAny(event.channel, shown.channel), callerId: ifAny(event.callerId, shown.number) };
    case "memberSummary":
      return { ...event, memberInterface: shown.device(event.memberInterface) };
    case "agentName":
    case "extensionStatus":
    case "queueMemberStatus":
    case "supervision":
    case "queueCount":
    case "agentRingEnded":
    case "agentTalkEnded":
    case "originateFailed":
    case "queueSummary":
    case "queueStatistics":
    case "agentStatistics":
    case "queueAlert":
      return event;
  }
}

type Party = Readonly<{ number: string | null; name: string | null }>;

function partyOf({ number, name }: Party, shown: ShownValues): Party {
  return { number: ifAny(number, shown.number), name: ifAny(name, shown.name) };
}

function ifAny<Shown>(value: string | null, show: (value: string) => Shown): Shown | null {
  return value === null ? null : show(value);
}
