/**
 * Recent occurrences (EV6–EV8) since the page was opened: completed calls by agent, and how parked calls ended. These
 * belong to no agent: anybody at the site may retrieve them. Pure.
 */
import type { EventOf, SiteEvent } from "@pbxis/shared/client";

export type CompletedCall = EventOf<"agentComplete">;
export type ParkingEnd = EventOf<"unParkedCall" | "parkedCallTimeOut" | "parkedCallGiveUp">;

export type Recent = Readonly<{
  /** By agent, newest first. */
  completed: ReadonlyMap<string, readonly CompletedCall[]>;
  /** How parked calls left their spaces, newest first. */
  unparked: readonly ParkingEnd[];
}>;

export const nothingYet: Recent = { completed: new Map(), unparked: [] };

export const maxCompleted = 10;
export const maxAgents = 2_000;
const maxUnparked = 10;

export function addOccurrence(recent: Recent, event: SiteEvent): Recent {
  switch (event.type) {
    case "agentComplete": {
      const calls = [event, ...(recent.completed.get(event.agent) ?? [])].slice(0, maxCompleted);
      return { ...recent, completed: put(recent.completed, event.agent, calls, maxAgents) };
    }
    case "unParkedCall":
    case "parkedCallTimeOut":
    case "parkedCallGiveUp":
      return { ...recent, unparked: [event, ...recent.unparked].slice(0, maxUnparked) };
    default:
      return recent;
  }
}

/** Drops the entry that was put longest ago if there are more than `max`. */
function put<Value>(
  map: ReadonlyMap<string, Value>,
  key: string,
  value: Value,
  max: number,
): ReadonlyMap<string, Value> {
  const next = new Map(map);
  next.delete(key);
  next.set(key, value);
  const [oldest] = next.keys();
  if (next.size > max && oldest !== undefined) next.delete(oldest);
  return next;
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

export function completionText({ reason }: CompletedCall): string {
  return completions[reason] ?? reason;
}
