/**
 * The handover of a connector that is refused because another one holds the uplink (UP3): its remaining occurrences,
 * and how many it had to drop. The site logs those that no connector has delivered; the holder is not disturbed. Pure.
 */
import { type Handover, stateKey } from "@pbxis/shared";
import { withoutErased } from "../erasure/ongoing.ts";
import { beginEpoch } from "../meta.ts";
import { type Duplicates, duplicateSpanMs, skewMs, withDelivered, withoutDuplicates } from "./duplicates.ts";
import { append, type Commit, type FrameContext, type Site } from "./ingress.ts";

/** Occurrences logged since this time (ms) may be among those handed over. Null: any that the log still has. */
export function deliveredSince({ withinMs }: Handover, now: number): number | null {
  return withinMs === null ? null : now - withinMs - skewMs;
}

/**
 * `delivered` is what the log has of the time in question. Null if the handover has nothing new. What it adds becomes
 * known as delivered, because the holder may have received the same and send it later.
 */
export function planHandover(
  site: Site,
  handover: Handover,
  delivered: Duplicates,
  { now, freshEpoch }: FrameContext,
): Commit | null {
  const { connector } = site.meta;
  const received = withoutErased(handover.events, site.meta.erased, now);
  const occurrences = received.filter((event) => stateKey(event) === undefined);
  const { events } = withoutDuplicates(occurrences, delivered);
  const isLost = handover.lost > 0;
  if (!connector || (events.length === 0 && !isLost)) return null;
  const lost = { total: site.meta.lost.total + handover.lost, at: now };
  const begun = isLost ? { ...beginEpoch(site.meta, freshEpoch), lost } : site.meta;
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
