/**
 * PX3: pbxis-ws's server-sent events. The event's type is the message's `event:`, the other fields are its `data:`. The
 * last message of a frame, and each one with an occurrence, has the place behind it as `id:`, by which a browser that
 * reconnects names the last event it received.
 */
import type { Place } from "../ticket/api.ts";
import { oneLine, type SseAnswer, sseAnswer } from "../transport/sse.ts";
import { deliverEvents, isFinal } from "./deliver.ts";
import { closed, type PbxisEvent } from "./event.ts";
import type { ReadEvents } from "./event-reader.ts";
import { encodePlace, isOccurrence } from "./place.ts";
import type { TicketStream } from "./ticket-stream.ts";

/** `stream` is undefined for an unknown ticket: the answer is then `closed` alone. `signal` is the request's. */
export function sseEventsAnswer(stream: TicketStream | undefined, signal: AbortSignal): SseAnswer {
  const leave = (): void => stream?.reader.stop("left");
  return sseAnswer(signal, leave, async (write) => {
    const reason = stream ? await deliverEvents(stream, (read) => write(messagesOf(read))) : "over";
    if (isFinal(reason)) await write(messageOf(closed));
  });
}

function messagesOf({ events, from, at }: ReadEvents): string {
  const last = events.length - 1;
  let received = from?.received ?? 0;
  const placeAfter = (event: PbxisEvent, index: number): Place | null => {
    if (isOccurrence(event)) received++;
    if (index === last) return at;
    return from && isOccurrence(event) ? { ...from, received } : null;
  };
  return events
    .map((event, index) => {
      const place = placeAfter(event, index);
      return (place ? `id: ${encodePlace(place)}\n` : "") + messageOf(event);
    })
    .join("");
}

function messageOf({ type, ...rest }: PbxisEvent): string {
  return `event: ${type}\ndata: ${oneLine(JSON.stringify(rest))}\n\n`;
}
