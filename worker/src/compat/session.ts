/**
 * A pbxis-ws client that came with a ticket: the ticket is taken, and its stream is on its way from after the last event that was delivered
 * with it. The transports (websocket, sse, poll) only move what the feed tells.
 */
import type { Cursor } from "@pbxis/shared";
import type { Env } from "../env.ts";
import { siteOf } from "../site/stub.ts";
import type { Subscription, TicketApi } from "../ticket/api.ts";
import { askTicket } from "../ticket/stub.ts";
import { openStream } from "../transport/open.ts";
import { type Feed, openFeed } from "./feed.ts";
import { innerFilter, membersFilter, Story } from "./story.ts";

export type Session = Readonly<{
  feed: Feed;
  /** As the Ticket object's, for this holder. They reject where it cannot be reached. */
  renew: (delivered: Cursor | null) => Promise<boolean>;
  release: (delivered: Cursor | null) => Promise<boolean>;
}>;

/** `remembered`: what the client itself knows to have got last, and better than we. Undefined for no ticket; rejects where its object cannot be reached. */
export async function openSession(
  env: Env,
  site: string,
  ticket: string,
  remembered: Cursor | null = null,
): Promise<Session | undefined> {
  const holder = crypto.randomUUID();
  const ask = <Answer>(call: (object: TicketApi) => Promise<Answer>) => askTicket(env, site, ticket, call);
  const attached = await ask((object) => object.attach(holder));
  if (attached?.kind !== "attached") return undefined;
  const { subscription, since } = attached;
  return {
    feed: feedOf(env, site, subscription, remembered ?? since),
    renew: async (delivered) => (await ask((object) => object.renew(holder, delivered))) ?? false,
    release: async (delivered) => (await ask((object) => object.release(holder, delivered))) ?? false,
  };
}

function feedOf(env: Env, site: string, { filter, expiresAt }: Subscription, since: Cursor | null): Feed {
  const story = new Story(filter, async () => {
    const { cursor, ...read } = await siteOf(env, site).read(membersFilter(filter), null);
    if (read.kind !== "snapshot") throw new Error("a read without a position is a snapshot");
    return { cursor, events: read.events };
  });
  const open = async (position: Cursor | null): Promise<WebSocket | null> => {
    const request = { site, filter: innerFilter(filter), since: position, expiresAt, acknowledges: true };
    const opened = await openStream(env, request);
    return opened.ok ? opened.socket : null;
  };
  return openFeed(open, story, since);
}
