/**
 * How parked calls left their spaces (EV8) since the page was opened. They belong to no agent: anybody at the site may
 * retrieve them. Pure.
 */
import type { EventOf, QueueCall, SiteEvent } from "@pbxis/shared/client";

export type ParkingEnd = EventOf<"unParkedCall" | "parkedCallTimeOut" | "parkedCallGiveUp">;

/** Newest first. */
export type ParkingEnds = readonly ParkingEnd[];

export const maxUnparked = 10;

export function addOccurrence(ends: ParkingEnds, event: SiteEvent): ParkingEnds {
  switch (event.type) {
    case "unParkedCall":
    case "parkedCallTimeOut":
    case "parkedCallGiveUp":
      return [event, ...ends].slice(0, maxUnparked);
    default:
      return ends;
  }
}

const endings: Readonly<Record<ParkingEnd["type"], string>> = {
  unParkedCall: "retrieved",
  parkedCallTimeOut: "timed out and returned",
  parkedCallGiveUp: "caller hung up",
};

export function parkingEndText({ type }: ParkingEnd): string {
  return endings[type];
}

/** The reasons of EV6. */
const completions: Readonly<Record<string, string>> = {
  agent: "ended by the agent",
  caller: "ended by the caller",
  transfer: "transferred",
};

/** How a call of the list ended (AP13); null while it goes on, and if nobody knows. */
export function completionText({ reason }: Pick<QueueCall, "reason">): string | null {
  return reason === null ? null : (completions[reason] ?? reason);
}
