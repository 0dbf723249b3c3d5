/** What the two lasting transports of pbxis-ws have in common: events are delivered as they come, and the ticket is held meanwhile. */
import type { Cursor } from "@pbxis/shared";
import { logWarning } from "../log.ts";
import type { PbxisEvent } from "./event.ts";
import type { FeedEnd } from "./feed.ts";
import { holdTicket } from "./hold.ts";
import type { Session } from "./session.ts";

/** Ends when the events are on their way; rejects when the client has gone. */
export type Deliver = (events: readonly PbxisEvent[], at: Cursor) => Promise<void>;

/** Ends with the feed, and gives the ticket back. */
export async function streamEvents({ feed, renew, release }: Session, deliver: Deliver): Promise<FeedEnd> {
  const hold = holdTicket(renew, () => feed.stop("lost"));
  try {
    for (;;) {
      const told = await feed.next();
      if (told.kind === "end") return told.why;
      if (told.events.length === 0) hold.passed(told.at);
      else {
        await deliver(told.events, told.at);
        hold.delivered(told.at);
      }
    }
  } catch {
    return "left";
  } finally {
    feed.stop("left");
    await release(hold.end()).catch((error) => logWarning("a ticket was not given back", { error: String(error) }));
  }
}

/** Whether the client should be told that there will be nothing more; otherwise it may come back with its ticket. */
export function isFinal(why: FeedEnd): boolean {
  return why === "over" || why === "lost";
}
