/**
 * PX3: pbxis-ws's server-sent events. The event's type is the message's `event:`, the other fields are its `data:`. The
 * last message of a frame has the frame's cursor as `id:`, by which a browser that reconnects names the last event it
 * received.
 */
import { encodeCursor } from "@pbxis/shared";
import { oneLine, type SseAnswer, sseAnswer } from "../transport/sse.ts";
import { deliverEvents, isFinal } from "./deliver.ts";
import { closed, type PbxisEvent } from "./event.ts";
import type { TicketStream } from "./ticket-stream.ts";

/** `stream` is undefined for an unknown ticket: the answer is then `closed` alone. `signal` is the request's. */
export function sseEventsAnswer(stream: TicketStream | undefined, signal: AbortSignal): SseAnswer {
  const leave = (): void => stream?.reader.stop("left");
  return sseAnswer(signal, leave, async (write) => {
    const reason = stream
      ? await deliverEvents(stream, (events, at) => write(messagesOf(events, encodeCursor(at))))
      : "over";
    if (isFinal(reason)) await write(messageOf(closed));
  });
}

function messagesOf(events: readonly PbxisEvent[], id: string): string {
  return events.map((event, index) => (index === events.length - 1 ? `id: ${id}\n` : "") + messageOf(event)).join("");
}

function messageOf({ type, ...rest }: PbxisEvent): string {
  return `event: ${type}\ndata: ${oneLine(JSON.stringify(rest))}\n\n`;
}
