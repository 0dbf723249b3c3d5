/**
 * UP3: what two connectors of one site have both heard. When one takes over from another, or hands in what it could not tell, both may tell the same
 * call. The site knows such an echo by what happened, not by who tells it, and takes it once. Pure.
 */
import type { SiteEvent } from "@pbxis/shared";

/** Duplicates are listened for so long after a takeover, or a hand-in; and the log of an epoch that has ended is kept for them so long. */
export const duplicateSpanMs = 600_000;
/** Two connectors read the same event at times that differ by what AMI kept one of them waiting, and by their clocks. */
export const skewMs = 60_000;
/** The same of parked calls: who is fetched may be parked again in the same space, within a minute, but not so soon. */
const parkingSkewMs = 10_000;

/** What was told, in what two connectors may differ. */
type Told = Readonly<{ at: number; holdTime: number; talkTime: number }>;
/** By what happened. */
export type Duplicates = ReadonlyMap<string, readonly Told[]>;
export const noDuplicates: Duplicates = new Map();

/** What happened, whoever tells it: a recording's path, a failure's exact reason or a second of talk one of them may know better. */
function identityOf(event: SiteEvent): string | undefined {
  switch (event.type) {
    case "agentComplete":
      return [event.type, event.agent, event.queueName, event.uniqueId].join();
    case "originateFailed":
      return [event.type, event.actionId].join();
    case "parkedCall":
    case "unParkedCall":
    case "parkedCallTimeOut":
    case "parkedCallGiveUp":
      return [event.type, event.channel, event.parkingSpace].join();
    default:
      return undefined;
  }
}

function toldOf(event: SiteEvent): Told {
  const { holdTime, talkTime } = event.type === "agentComplete" ? event : { holdTime: 0, talkTime: 0 };
  return { at: event.at, holdTime, talkTime };
}

/** Both have one identity. Where Asterisk itself says that they are one, the clocks of two machines may say what they like. */
function isDuplicate(told: Told, event: SiteEvent): boolean {
  const apart = Math.abs(told.at - event.at);
  if (event.type === "originateFailed") return true;
  if (event.type !== "agentComplete") return apart <= parkingSkewMs;
  const isNear = apart <= skewMs;
  const isAlike = told.holdTime === event.holdTime && Math.abs(told.talkTime - event.talkTime) <= 1;
  return event.uniqueId === "" ? isNear && isAlike : isNear || isAlike;
}

/** Of the occurrences among `events`, besides those that were told before. */
export function withDelivered(duplicates: Duplicates, events: Iterable<SiteEvent>): Duplicates {
  const all = new Map(duplicates);
  for (const event of events) {
    const identity = identityOf(event);
    if (identity !== undefined) all.set(identity, [...(all.get(identity) ?? []), toldOf(event)]);
  }
  return all;
}

/** `events` without those that were told; what was told is an echo once, of that which is nearest to it in time. */
export function withoutDuplicates(
  events: readonly SiteEvent[],
  duplicates: Duplicates,
): Readonly<{ events: readonly SiteEvent[]; duplicates: Duplicates }> {
  if (duplicates.size === 0) return { events, duplicates };
  const heard = new Set<SiteEvent>();
  const left = new Map(duplicates);
  for (const [identity, alike] of Map.groupBy(events, identityOf)) {
    const told = identity === undefined ? undefined : duplicates.get(identity);
    if (identity === undefined || told === undefined) continue;
    const open = new Set(told);
    for (const { event, one } of pairsOf(alike, told))
      if (open.has(one) && !heard.has(event)) {
        open.delete(one);
        heard.add(event);
      }
    if (open.size > 0) left.set(identity, [...open]);
    else left.delete(identity);
  }
  return { events: events.filter((event) => !heard.has(event)), duplicates: left };
}

/** Which may be the same, the nearest first: a call may be parked twice in a minute. */
function pairsOf(
  alike: readonly SiteEvent[],
  told: readonly Told[],
): readonly Readonly<{ event: SiteEvent; one: Told }>[] {
  return alike
    .flatMap((event) => told.map((one) => ({ event, one, apart: Math.abs(one.at - event.at) })))
    .filter(({ event, one }) => isDuplicate(one, event))
    .sort((one, other) => one.apart - other.apart);
}
