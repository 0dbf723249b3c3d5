/**
 * UP3: what a connector hands in that is refused because another one holds the uplink: the occurrences that it has heard, and how many it had to drop. What
 * nobody has told is logged when it comes; the holder goes on undisturbed. Pure.
 */
import { type Handover, stateKey } from "@pbxis/shared";
import { type Duplicates, duplicateSpanMs, skewMs, withDelivered, withoutDuplicates } from "./duplicates.ts";
import { append, type Commit, type FrameContext, type Site } from "./ingress.ts";

/** What was told since then may be what is handed in; null: all that was ever told. */
export function deliveredSince({ withinMs }: Handover, now: number): number | null {
  return withinMs === null ? null : now - withinMs - skewMs;
}

/** `told`: what the log knows to have been told. Null if nothing of it is news. What is logged, the holder may have heard as well, and tell later. */
export function planHandover(
  site: Site,
  handIn: Handover,
  told: Duplicates,
  { now, freshEpoch }: FrameContext,
): Commit | null {
  const { connector } = site.meta;
  const occurrences = handIn.events.filter((event) => stateKey(event) === undefined);
  const { events } = withoutDuplicates(occurrences, told);
  const isLost = handIn.lost > 0;
  if (!connector || (events.length === 0 && !isLost)) return null;
  const lost = { total: site.meta.lost.total + handIn.lost, at: now };
  const begun = isLost ? { ...site.meta, lost, epoch: freshEpoch, floor: site.meta.sequence } : site.meta;
  const { meta, items } = append(begun, events, now);
  const recent = connector.handedIn.filter(({ at }) => at > now - duplicateSpanMs);
  const handedIn = events.length > 0 ? [...recent, { after: begun.sequence, through: meta.sequence, at: now }] : recent;
  return {
    meta: { ...meta, connector: { ...connector, handedIn } },
    items,
    replaceStates: isLost ? new Map(site.states) : null,
    parts: "keep",
    newEpoch: isLost,
    duplicates: withDelivered(site.duplicates, events),
  };
}
