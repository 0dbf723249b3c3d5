/**
 * Delivery for the two streaming transports of pbxis-ws: events go out as they come, and the ticket's lease is kept
 * meanwhile.
 */
import { logWarning } from "../log.ts";
import type { EndReason, ReadEvents } from "./event-reader.ts";
import { keepLease } from "./lease-keeper.ts";
import type { TicketStream } from "./ticket-stream.ts";

/** Resolves once the events are sent; rejects if the client has disconnected. */
type Deliver = (read: ReadEvents) => Promise<void>;

/** Runs until the stream ends, then releases the ticket. */
export async function deliverEvents(stream: TicketStream, deliver: Deliver): Promise<EndReason> {
  const { reader, placeOf, renew, release } = stream;
  const lease = keepLease(renew, () => reader.stop("lost"));
  try {
    for (;;) {
      const result = await reader.next();
      if (result.kind === "end") return result.reason;
      const place = placeOf(result);
      if (result.events.length === 0) {
        lease.passed(place);
        continue;
      }
      // A client may receive a part of its first snapshot, and the worker may end before it notices.
      if (result.from === null && place.isUnsure) await renew(place);
      await deliver(result);
      lease.delivered(place);
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
