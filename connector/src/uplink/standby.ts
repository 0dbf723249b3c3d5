/**
 * What a connector does with what it hears while another one of its site holds the uplink (UP3). It keeps all occurrences, and hands them in with each
 * `hello`, by which it asks whether it may take over: what the holder has told as well the site knows. So nothing is lost that one of the two has heard,
 * whether the holder started too late for it, was cut off from AMI, or died.
 */
import type { Handover, SiteEvent } from "@pbxis/shared";
import { fitting, type Outbox, takePending, withdraw } from "./outbox.ts";

/** What a `hello` hands in; `keys` are the places of its occurrences in the outbox, `at` (ms, steady) is when it was made. */
export type Offer = Readonly<{ keys: readonly string[]; at: number; isAll: boolean; handIn: Handover }>;

/** The connector was superseded, or refused as that: nothing counts as sent any more. */
export function standDown(outbox: Outbox): void {
  if (outbox.standby) return;
  withdraw(outbox, outbox.inFlight?.entries ?? []);
  outbox.standby = { since: null };
}

/** As much as one frame takes, the oldest first; null where nothing was heard since the last time. */
export function planHandover(outbox: Outbox, at: number): Offer | null {
  if (!outbox.standby) return null;
  const { since } = outbox.standby;
  const all = [...outbox.occurrences];
  const kept = [...eventsAt(outbox, all)];
  const events = kept.slice(0, fitting(kept, JSON.stringify, outbox.limits).length);
  if (events.length === 0 && outbox.lost === 0) return null;
  const withinMs = since === null ? null : Math.ceil(at - since);
  const handIn = { events, lost: outbox.lost, withinMs };
  return { keys: all.slice(0, events.length), at, isAll: events.length === all.length, handIn };
}

/** The site has refused the connector that offered it, and taken it. */
export function onHandedIn(outbox: Outbox, { keys, at, isAll, handIn }: Offer): void {
  for (const key of keys) takePending(outbox, key);
  outbox.lost -= handIn.lost;
  if (outbox.standby && isAll) outbox.standby = { since: at };
}

/** Whether there is something that the holder may never have heard, or something is lost: then the site is told soon. */
export function isOwing({ standby, occurrences, lost }: Outbox): boolean {
  return standby !== null && (lost > 0 || (standby.since === null && occurrences.size > 0));
}

function* eventsAt(outbox: Outbox, keys: readonly string[]): Iterable<SiteEvent> {
  for (const key of keys) {
    const entry = outbox.pending.get(key);
    if (entry?.kind === "occurrence") yield entry.event;
  }
}
