/**
 * UP3: what a connector hands in that is refused because another one holds the uplink: the occurrences that it has heard, and how many it had to drop. What
 * nobody has told is logged when it comes; the holder goes on undisturbed. Pure.
 */
import { type HandIn, stateKey } from "@pbxis/shared";
import { type Echoes, echoSpanMs, skewMs, withoutEchoes, withTold } from "./duplicates.ts";
import { append, type Commit, type Moment, type Site } from "./ingress.ts";

/** What was told since then may be what is handed in; null: all that was ever told. */
export function toldSince({ withinMs }: HandIn, now: number): number | null {
  return withinMs === null ? null : now - withinMs - skewMs;
}

/** `told`: what the log knows to have been told. Null if nothing of it is news. What is logged, the holder may have heard as well, and tell later. */
export function planHandIn(site: Site, handIn: HandIn, told: Echoes, { now, freshEpoch }: Moment): Commit | null {
  const { connector } = site.meta;
  const occurrences = handIn.events.filter((event) => stateKey(event) === undefined);
  const { events } = withoutEchoes(occurrences, told);
  const isLost = handIn.lost > 0;
  if (!connector || (events.length === 0 && !isLost)) return null;
  const lost = { total: site.meta.lost.total + handIn.lost, at: now };
  const begun = isLost ? { ...site.meta, lost, epoch: freshEpoch, floor: site.meta.sequence } : site.meta;
  const { meta, items } = append(begun, events, now);
  const recent = connector.handedIn.filter(({ at }) => at > now - echoSpanMs);
  const handedIn = events.length > 0 ? [...recent, { after: begun.sequence, through: meta.sequence, at: now }] : recent;
  return {
    meta: { ...meta, connector: { ...connector, handedIn } },
    items,
    replaceStates: isLost ? new Map(site.states) : null,
    parts: "keep",
    newEpoch: isLost,
    echoes: withTold(site.echoes, events),
  };
}
