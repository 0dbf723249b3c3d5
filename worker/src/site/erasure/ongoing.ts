/**
 * Calls that were in progress when their caller's number was erased. The connector still knows the number, and would
 * publish it with the next change of the call, or with the next snapshot. The site remembers these calls, by ids that
 * say nothing of the caller, and takes the number out of what arrives of them. Pure.
 */
import type { EventOf, SiteEvent } from "@pbxis/shared";
import type { ErasedCalls } from "../meta.ts";
import { withheld } from "./number.ts";

/** How long such a call is remembered, ms: as long as a talk is waited for. */
const rememberedMs = 24 * 3_600_000;
/** Ids; the oldest go. */
const maxIds = 1_000;

/** The ids of the calls whose number a state shows and `bare` no longer does; none for other states. */
export function idsOf(state: SiteEvent, bare: SiteEvent): readonly string[] {
  if (state.type === "queueCallers")
    return state.callers.flatMap(({ uniqueId, number }, place) => {
      const isErased = bare.type === "queueCallers" && bare.callers[place]?.number !== number;
      return isErased ? [uniqueId] : [];
    });
  if (state.type === "phoneNumber") return [state.callId, state.uniqueId].flatMap((id) => id ?? []);
  return state.type === "parkedCallState" ? [state.channel ?? []].flat() : [];
}

export function remember(known: ErasedCalls, ids: Iterable<string>, now: number): ErasedCalls {
  const recent = known.filter(({ at }) => at > now - rememberedMs);
  return [...recent, ...[...new Set(ids)].map((id) => ({ id, at: now }))].slice(-maxIds);
}

/** What has arrived, without the numbers of these calls. */
export function withoutErased(events: readonly SiteEvent[], erased: ErasedCalls, now: number): readonly SiteEvent[] {
  if (erased.length === 0) return events;
  const ids = new Set(erased.filter(({ at }) => at > now - rememberedMs).map(({ id }) => id));
  return events.map((event) => {
    if (event.type === "queueCallers") return withoutWaiting(event, ids);
    return isOf(event, ids) ? withoutCaller(event) : event;
  });
}

function withoutWaiting(event: EventOf<"queueCallers">, ids: ReadonlySet<string>): SiteEvent {
  const isErased = ({ uniqueId, callId }: (typeof event.callers)[number]) => ids.has(uniqueId) || ids.has(callId);
  if (!event.callers.some(isErased)) return event;
  const callers = event.callers.map((one) => (isErased(one) ? { ...one, number: null, name: null } : one));
  return { ...event, callers };
}

function isOf(event: SiteEvent, ids: ReadonlySet<string>): boolean {
  if ("channel" in event && event.channel !== null && ids.has(event.channel)) return true;
  if ("callId" in event && event.callId !== null && ids.has(event.callId)) return true;
  return "uniqueId" in event && event.uniqueId !== null && ids.has(event.uniqueId);
}

function withoutCaller(event: SiteEvent): SiteEvent {
  switch (event.type) {
    case "phoneNumber":
      return event.number === null ? event : withheld(event);
    case "queueCallEnded":
      return { ...event, number: null, name: null };
    case "agentComplete":
      return { ...event, recording: null };
    case "parkedCall":
    case "unParkedCall":
    case "parkedCallTimeOut":
    case "parkedCallGiveUp":
    case "parkedCallState":
      return { ...event, callerId: null };
    default:
      return event;
  }
}
