/**
 * The last occurrences that concern agents (EV6–EV8), as far as this page has seen them. Pure. What is parked is nobody's: it is known at the
 * whole site, and whoever sees it may take it.
 */
import type { EventOf, SiteEvent } from "@pbxis/shared/client";

export type Completed = EventOf<"agentComplete">;
/** A call that waits in a parking space since `at`. */
export type Parked = EventOf<"parkedCall">;
export type ParkingEnd = EventOf<"unParkedCall" | "parkedCallTimeOut" | "parkedCallGiveUp">;

export type Recent = Readonly<{
  /** By agent, the last one first. */
  completed: ReadonlyMap<string, readonly Completed[]>;
  /** By space. */
  parked: ReadonlyMap<string, Parked>;
  /** How parkings ended, the last one first. */
  unparked: readonly ParkingEnd[];
}>;

export const nothingYet: Recent = { completed: new Map(), parked: new Map(), unparked: [] };

export const maxCompleted = 10;
export const maxAgents = 2_000;
export const maxParked = 200;
export const maxUnparked = 10;

export function withOccurrence(recent: Recent, event: SiteEvent): Recent {
  switch (event.type) {
    case "agentComplete": {
      const mine = [event, ...(recent.completed.get(event.agent) ?? [])].slice(0, maxCompleted);
      return { ...recent, completed: put(recent.completed, event.agent, mine, maxAgents) };
    }
    case "parkedCall":
      return { ...recent, parked: put(recent.parked, event.parkingSpace, event, maxParked) };
    case "unParkedCall":
    case "parkedCallTimeOut":
    case "parkedCallGiveUp": {
      const parked = new Map(recent.parked);
      parked.delete(event.parkingSpace);
      return { ...recent, parked, unparked: [event, ...recent.unparked].slice(0, maxUnparked) };
    }
    default:
      return recent;
  }
}

/** What was put there longest ago leaves when there are too many. */
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
  unParkedCall: "taken back",
  parkedCallTimeOut: "waited too long, went back to who parked it",
  parkedCallGiveUp: "the caller hung up",
};

export function parkingEndWords({ type }: ParkingEnd): string {
  return endings[type];
}

/** EV6. */
const completions: Readonly<Record<string, string>> = {
  agent: "ended by the agent",
  caller: "ended by the caller",
  transfer: "transferred",
};

export function completionWords({ reason }: Completed): string {
  return completions[reason] ?? reason;
}
