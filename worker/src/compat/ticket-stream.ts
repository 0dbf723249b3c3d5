/**
 * Opens the stream of a pbxis-ws ticket (PX2): takes the ticket's lease and resumes after the last event that was
 * delivered with it. The transports (websocket.ts, sse.ts, poll.ts) only move what its reader returns.
 */
import type { Cursor } from "@pbxis/shared";
import type { Env } from "../env.ts";
import { readStates } from "../site/read-states.ts";
import { siteOf } from "../site/stub.ts";
import type { Subscription, TicketApi } from "../ticket/api.ts";
import { askTicket } from "../ticket/stub.ts";
import { openStream } from "../transport/open.ts";
import { type EventReader, type OpenSocket, openEventReader, type Whereabouts } from "./event-reader.ts";
import { FrameTranslator, innerFilter, membersFilter } from "./translator.ts";

/** `renew` and `release` are those of the Ticket object, for this holder; they reject if it cannot be reached. */
export type TicketStream = Readonly<{
  reader: EventReader;
  renew: (delivered: Cursor | null) => Promise<boolean>;
  release: (delivered: Cursor | null) => Promise<boolean>;
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
  reported?: Cursor | null,
): Promise<TicketStream | undefined> {
  const holder = crypto.randomUUID();
  const ask = <Answer>(call: (object: TicketApi) => Promise<Answer>) =>
    askTicket(env, { kind: "leased", site }, ticket, call);
  const attached = await ask((object) => object.attach(holder));
  if (attached?.kind !== "attached") return undefined;
  const { subscription, since } = attached;
  return {
    reader: readerOf(env, site, subscription, { since: reported ?? since, hasStates: reported !== null }),
    renew: async (delivered) => (await ask((object) => object.renew(holder, delivered))) ?? false,
    release: async (delivered) => (await ask((object) => object.release(holder, delivered))) ?? false,
  };
}

function readerOf(env: Env, site: string, subscription: Subscription, from: Whereabouts): EventReader {
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
  return openEventReader(open, translator, from);
}
