/**
 * Recognizes an occurrence that two connectors of one site have both received (UP3). When one connector takes over from
 * another, or hands over what it could not send, both may report the same call. The site recognizes such a duplicate by
 * what happened, whichever connector reports it, and logs it once. Pure.
 */
import type { EventOf, SiteEvent } from "@pbxis/shared";

/**
 * For this long after a takeover or a handover the site looks for duplicates. It keeps the log of an epoch that has
 * ended for the same time.
 */
export const duplicateSpanMs = 600_000;
/** Two connectors read one AMI event at different times: AMI may hold up one of them, and their clocks differ. */
export const skewMs = 60_000;
/**
 * The same for parked calls, and for talks of which one connector has not seen the beginning: a call that was fetched
 * may be parked again in the same space within a minute, or talk with the same agent, but not so soon.
 */
const parkingSkewMs = 10_000;

/**
 * One delivered occurrence, reduced to what two connectors may report differently. Times in ms and seconds as in the
 * event. `uniqueId` is that of a completion (EV6), empty where the connector could not know it, or of the channel that
 * rang (EV17); `isLogged`: of a ring that is known from Asterisk's queue_log, which does not name its channel. `since`
 * is that of a talk, null if nobody saw it begin; `isTimed`: it was seen from its beginning to its end.
 */
type Delivered = Readonly<{ at: number; uniqueId: string; holdTime: number; talkTime: number; isLogged: boolean }> &
  Readonly<{ since: number | null; isTimed: boolean }>;
/** Delivered occurrences by identity; one identity may have several, as when a call is parked twice. */
export type Duplicates = ReadonlyMap<string, readonly Delivered[]>;
export const noDuplicates: Duplicates = new Map();

/**
 * What happened, in fields that both connectors report alike. Left out are a recording's path, a failure's exact reason
 * and seconds of talk, how a wait or a ring ended, and the Uniqueid of a completion: one connector may know them better
 * than the other. Undefined for a state.
 */
function identityOf(event: SiteEvent): string | undefined {
  switch (event.type) {
    case "agentComplete":
      return [event.type, event.agent, event.queueName].join();
    case "queueCallEnded":
      return [event.type, event.queue, event.uniqueId].join();
    case "agentRingEnded":
      return [event.type, event.agent, event.queueName, event.callId].join();
    case "agentTalkEnded":
      return [event.type, event.agent, event.uniqueId ?? event.callId].join();
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

function deliveredOf(event: SiteEvent): Delivered {
  const { holdTime, talkTime } = event.type === "agentComplete" ? event : { holdTime: 0, talkTime: 0 };
  const since = event.type === "agentTalkEnded" ? event.since : null;
  const isTimed = isTimedTalk(event);
  return {
    at: momentOf(event),
    uniqueId: uniqueIdOf(event),
    holdTime,
    talkTime,
    isLogged: isLogged(event),
    since,
    isTimed,
  };
}

function isTimedTalk(event: SiteEvent): boolean {
  return event.type === "agentTalkEnded" && event.since !== null && event.talkTime !== null;
}

function uniqueIdOf(event: SiteEvent): string {
  if (event.type === "agentRingEnded") return event.ringUniqueId;
  return event.type === "agentComplete" ? event.uniqueId : "";
}

/** Connectors make such an id of what a line of the log says. */
function isLogged(event: SiteEvent): boolean {
  return event.type === "agentRingEnded" && event.ringUniqueId.endsWith(`-${event.agent}-${event.at}`);
}

/**
 * By what time two occurrences are compared. A wait that ended while one connector's AMI was away is known to it only
 * later, so waits are compared by their beginning.
 */
function momentOf(event: SiteEvent): number {
  return event.type === "queueCallEnded" ? (event.since ?? event.at) : event.at;
}

/** The queue_log has whole seconds. */
const loggedMs = 2_000;

/** The clocks of two connectors do not change how long a talk was; when each of them reads an AMI event does. */
const alikeMs = 50;

/**
 * EV23: a connector may have missed a talk's beginning or its end, but an agent has one talk with a party at a time. So
 * two that coincide for the most part are the same, and a caller who was parked and is fetched begins another one.
 */
function isSameTalk({ at, since, isTimed }: Delivered, event: EventOf<"agentTalkEnded">): boolean {
  const apart = Math.abs(at - event.at);
  if (apart <= parkingSkewMs && !(isTimed && isTimedTalk(event))) return true;
  if (since === null || event.since === null) return false;
  const lasted = at - since;
  const eventLasted = event.at - event.since;
  if (apart <= skewMs && Math.abs(lasted - eventLasted) <= alikeMs) return true;
  const sharedMs = Math.min(at, event.at) - Math.max(since, event.since);
  return sharedMs >= Math.min(lasted, eventLasted) / 2;
}

/**
 * Whether two occurrences with one identity are the same. Where Asterisk's own ids or figures agree, the clocks of the
 * two machines do not matter.
 */
function isDuplicate(delivered: Delivered, event: SiteEvent): boolean {
  const apart = Math.abs(delivered.at - momentOf(event));
  if (event.type === "originateFailed") return true;
  if (event.type === "agentRingEnded")
    return delivered.isLogged !== isLogged(event) ? apart <= loggedMs : delivered.uniqueId === event.ringUniqueId;
  if (event.type === "agentTalkEnded") return isSameTalk(delivered, event);
  if (event.type === "queueCallEnded") return apart <= skewMs;
  return event.type === "agentComplete" ? isSameCompletion(delivered, event) : apart <= parkingSkewMs;
}

/**
 * EV6: a connector that has not seen a whole call may know neither its Uniqueid nor that the agent left it before the
 * caller's end. But its talk coincides with the other one's, and Asterisk says how long the caller has waited.
 */
function isSameCompletion(delivered: Delivered, event: EventOf<"agentComplete">): boolean {
  const isNear = Math.abs(delivered.at - event.at) <= skewMs;
  const hasWaitedAlike = delivered.holdTime === event.holdTime;
  const isAlike = hasWaitedAlike && Math.abs(delivered.talkTime - event.talkTime) <= 1;
  if (delivered.uniqueId !== "" && event.uniqueId !== "")
    return delivered.uniqueId === event.uniqueId && (isNear || isAlike);
  const [began, otherBegan] = [delivered.at - delivered.talkTime * 1000, event.at - event.talkTime * 1000];
  const sharedMs = Math.min(delivered.at, event.at) - Math.max(began, otherBegan);
  const coincides = sharedMs >= Math.min(delivered.talkTime, event.talkTime) * 500;
  return isNear && (isAlike || (hasWaitedAlike && coincides));
}

/** `duplicates` and the occurrences among `events`. */
export function withDelivered(duplicates: Duplicates, events: Iterable<SiteEvent>): Duplicates {
  const all = new Map(duplicates);
  for (const event of events) {
    const identity = identityOf(event);
    if (identity !== undefined) all.set(identity, [...(all.get(identity) ?? []), deliveredOf(event)]);
  }
  return all;
}

/**
 * `events` without the duplicates, and the delivered occurrences that are left. Each delivered occurrence has one
 * duplicate at most, the nearest to it in time.
 */
export function withoutDuplicates(
  events: readonly SiteEvent[],
  duplicates: Duplicates,
): Readonly<{ events: readonly SiteEvent[]; duplicates: Duplicates }> {
  if (duplicates.size === 0) return { events, duplicates };
  const dropped = new Set<SiteEvent>();
  const left = new Map(duplicates);
  for (const [identity, alike] of Map.groupBy(events, identityOf)) {
    const delivered = identity === undefined ? undefined : duplicates.get(identity);
    if (identity === undefined || delivered === undefined) continue;
    const open = new Set(delivered);
    for (const { event, one } of pairsOf(alike, delivered))
      if (open.has(one) && !dropped.has(event)) {
        open.delete(one);
        dropped.add(event);
      }
    if (open.size > 0) left.set(identity, [...open]);
    else left.delete(identity);
  }
  return { events: events.filter((event) => !dropped.has(event)), duplicates: left };
}

/** The pairs that may be the same occurrence, nearest in time first: a call may be parked twice within a minute. */
function pairsOf(
  alike: readonly SiteEvent[],
  delivered: readonly Delivered[],
): readonly Readonly<{ event: SiteEvent; one: Delivered }>[] {
  return alike
    .flatMap((event) => delivered.map((one) => ({ event, one, apart: Math.abs(one.at - momentOf(event)) })))
    .filter(({ event, one }) => isDuplicate(one, event))
    .sort((one, other) => one.apart - other.apart);
}
