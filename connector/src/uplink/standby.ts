/**
 * What a connector does with its occurrences while another connector of its site holds the uplink (UP3).
 *
 * It keeps all occurrences and offers them to the site with each `hello`; the site drops those that it already has from
 * the holder. So nothing is lost that either of the two has seen, whether the holder started too late for it, was cut
 * off from AMI, or died.
 */
import type { Handover } from "@pbxis/shared";
import type { Outbox } from "./outbox.ts";

/**
 * The state of a standby: all that waits was observed after `since` (ms, steady clock). Null: some of it may be older
 * than the holder's connection, so that the holder may not have seen it.
 */
export type Standby = Readonly<{ since: number | null }>;

/** What one `hello` offers. `keys` are the occurrences' places in the outbox, `at` is when it was made (ms, steady). */
export type HandoverOffer = Readonly<{ keys: readonly string[]; at: number; isAll: boolean; handIn: Handover }>;

/** The connector was superseded: nothing counts as sent any more. */
export function enterStandby(outbox: Outbox): Standby {
  outbox.requeueInFlight();
  return { since: null };
}

/** The oldest occurrences, as many as one frame holds; null if there is nothing to hand over. */
export function planHandover(outbox: Outbox, standby: Standby | null, at: number): HandoverOffer | null {
  if (!standby) return null;
  const { keys, events, isAll } = outbox.oldestOccurrences();
  const { lost } = outbox;
  if (events.length === 0 && lost === 0) return null;
  const withinMs = standby.since === null ? null : Math.ceil(at - standby.since);
  return { keys, at, isAll, handIn: { events, lost, withinMs } };
}

/** The site has refused the connector's `hello`, and by that taken over what it offered. */
export function onOfferTaken(outbox: Outbox, standby: Standby, { keys, at, isAll, handIn }: HandoverOffer): Standby {
  outbox.onHandedOver(keys, handIn.lost);
  return isAll ? { since: at } : standby;
}

/**
 * Whether the next `hello` is urgent: the holder may not have seen something that waits here, or something was dropped.
 */
export function isHandoverUrgent(outbox: Outbox, standby: Standby | null): boolean {
  if (!standby) return false;
  return outbox.lost > 0 || (standby.since === null && outbox.gauges.occurrences > 0);
}
