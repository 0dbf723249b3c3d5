/**
 * Delivery for the two streaming transports of pbxis-ws: events go out as they come, and the ticket's lease is kept
 * meanwhile.
 */
import type { Cursor } from "@pbxis/shared";
import { logWarning } from "../log.ts";
import type { PbxisEvent } from "./event.ts";
import type { EndReason } from "./event-reader.ts";
import { keepLease } from "./lease-keeper.ts";
import type { TicketStream } from "./ticket-stream.ts";

/** Resolves once the events are sent; rejects if the client has disconnected. `at` is the position after the events. */
type Deliver = (events: readonly PbxisEvent[], at: Cursor) => Promise<void>;

/** Runs until the stream ends, then releases the ticket. */
export async function deliverEvents({ reader, renew, release }: TicketStream, deliver: Deliver): Promise<EndReason> {
  const lease = keepLease(renew, () => reader.stop("lost"));
  try {
    for (;;) {
      const result = await reader.next();
      if (result.kind === "end") return result.reason;
      if (result.events.length === 0) lease.passed(result.at);
      else {
        await deliver(result.events, result.at);
        lease.delivered(result.at);
      }
    }
  } catch {
    return "left";
  } finally {
    reader.stop("left");
    await release(lease.end()).catch((error) => logWarning("a ticket could not be released", { error: String(error) }));
  }
}

/** Whether the client must be sent `closed`. Otherwise it may come back with its ticket. */
export function isFinal(reason: EndReason): boolean {
  return reason === "over" || reason === "lost";
}
