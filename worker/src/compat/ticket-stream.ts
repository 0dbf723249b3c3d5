/**
 * Opens the stream of a pbxis-ws ticket (PX2): takes the ticket's lease and resumes after the last event that was
 * delivered with it. The transports (websocket.ts, sse.ts, poll.ts) only move what its reader returns.
 */
import type { Cursor } from "@pbxis/shared";
import type { Env } from "../env.ts";
import { readStates } from "../site/read-states.ts";
import { siteOf } from "../site/stub.ts";
import type { Place, Subscription, TicketApi } from "../ticket/api.ts";
import { askTicket } from "../ticket/stub.ts";
import { openStream } from "../transport/open.ts";
import { type EventReader, type OpenSocket, openEventReader, type ReadEvents } from "./event-reader.ts";
import { countOccurrences } from "./place.ts";
import { FrameTranslator, innerFilter, membersFilter } from "./translator.ts";

/**
 * `renew` and `release` are those of the Ticket object, for this holder; they reject if it cannot be reached. `placeOf`:
 * what the ticket is to know once the reader's events are delivered; to be called for all of them, in order.
 */
export type TicketStream = Readonly<{
  reader: EventReader;
  placeOf: (read: ReadEvents) => Place;
  renew: (delivered: Place | null) => Promise<boolean>;
  release: (delivered: Place | null) => Promise<boolean>;
}>;

/**
 * Resolves with undefined for an unknown ticket; rejects if the Ticket object cannot be reached. `reported` is the
 * position that the client itself reports, which goes before the ticket's own: null if it has none yet, absent if its
 * transport has no way to report one.
 */
export async function openTicketStream(
  env: Env,
  site: string,
  ticket: string,
  reported?: Place | null,
): Promise<TicketStream | undefined> {
  const holder = crypto.randomUUID();
  const ask = <Answer>(call: (object: TicketApi) => Promise<Answer>) =>
    askTicket(env, { kind: "leased", site }, ticket, call);
  const attached = await ask((object) => object.attach(holder));
  if (attached?.kind !== "attached") return undefined;
  const { subscription, since } = attached;
  const isNameless = reported === null;
  const start = reported ?? (since && isNameless ? { ...since, isUnsure: true } : since);
  return {
    reader: readerOf(env, site, subscription, start),
    placeOf: isNameless ? unsurePlaces(start) : ({ at }) => at,
    renew: async (delivered) => (await ask((object) => object.renew(holder, delivered))) ?? false,
    release: async (delivered) => (await ask((object) => object.release(holder, delivered))) ?? false,
  };
}

/**
 * A browser names the last id that it received only when it comes back. If it comes back without one, it has at most a
 * part of a snapshot, which may show what is gone since then. So the place stays at the first snapshot, and counts the
 * occurrences that followed it.
 */
function unsurePlaces(start: Place | null): TicketStream["placeOf"] {
  let snapshotAt = start;
  let sent = start?.received ?? 0;
  return ({ events, at }) => {
    snapshotAt ??= at;
    sent += countOccurrences(events);
    return { ...snapshotAt, received: sent, isUnsure: true };
  };
}

function readerOf(env: Env, site: string, subscription: Subscription, start: Place | null): EventReader {
  const { subject: holder, token, filter, expiresAt } = subscription;
  const translator = new FrameTranslator(filter, () => readStates(siteOf(env, site), membersFilter(filter)));
  const open = async (position: Cursor | null): ReturnType<OpenSocket> => {
    const request = {
      site,
      holder,
      filter: innerFilter(filter),
      since: position,
      expiresAt,
      token,
      acknowledges: true,
    };
    const opened = await openStream(env, request);
    if (!opened.ok && opened.code === "unauthorized") return "revoked";
    return opened.ok ? opened.socket : null;
  };
  return openEventReader(open, translator, start);
}
