/**
 * UP3: what two connectors of one site have both heard. When one takes over from another, or hands in what it could not tell, both may tell the same
 * call. The site knows such an echo by what happened, not by who tells it, and takes it once. Pure.
 */
import type { Event } from "@pbxis/shared";

/** Echoes are listened for so long after a takeover, or a hand-in; and the log of an epoch that has ended is kept for them so long. */
export const echoSpanMs = 600_000;
/** Two connectors read the same event at times that differ by what AMI kept one of them waiting. */
export const skewMs = 60_000;

/** What was told: its times (ms), by what happened. */
export type Echoes = ReadonlyMap<string, readonly number[]>;
export const noEchoes: Echoes = new Map();

/** What happened, whoever tells it: a recording's path, a failure's exact reason or a second of talk one of them may know better. */
function identityOf(event: Event): string | undefined {
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

/** Of the occurrences among `events`, besides those that were told before. */
export function withTold(echoes: Echoes, events: Iterable<Event>): Echoes {
  const all = new Map(echoes);
  for (const event of events) {
    const identity = identityOf(event);
    if (identity !== undefined) all.set(identity, [...(all.get(identity) ?? []), event.at]);
  }
  return all;
}

/** `events` without those that were told; what was told is an echo once, of that which is nearest to it in time. */
export function withoutEchoes(
  events: readonly Event[],
  echoes: Echoes,
): Readonly<{ events: readonly Event[]; echoes: Echoes }> {
  if (echoes.size === 0) return { events, echoes };
  const heard = new Set<Event>();
  const left = new Map(echoes);
  for (const [identity, alike] of Map.groupBy(events, identityOf)) {
    const times = identity === undefined ? undefined : echoes.get(identity);
    if (identity === undefined || times === undefined) continue;
    const open = new Set(times.keys());
    for (const { event, index } of pairsOf(alike, times))
      if (open.has(index) && !heard.has(event)) {
        open.delete(index);
        heard.add(event);
      }
    if (open.size > 0)
      left.set(
        identity,
        [...open].map((index) => times[index] as number),
      );
    else left.delete(identity);
  }
  return { events: events.filter((event) => !heard.has(event)), echoes: left };
}

/** Which may be the same, the nearest first: a call may be parked twice in a minute. */
function pairsOf(
  alike: readonly Event[],
  times: readonly number[],
): readonly Readonly<{ event: Event; index: number }>[] {
  return alike
    .flatMap((event) => times.map((at, index) => ({ event, index, apart: Math.abs(at - event.at) })))
    .filter(({ apart }) => apart <= skewMs)
    .sort((one, other) => one.apart - other.apart);
}
