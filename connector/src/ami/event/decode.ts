/** From a packet to a typed event. */
import type { Packet } from "../wire/packet.ts";
import { decoders } from "./decoders.ts";
import type { AmiEvent } from "./event.ts";

/** The names of the AMI events that {@link decodeEvent} understands. */
export const decodedEvents: ReadonlySet<string> = new Set(decoders.keys());

/**
 * What `packet` says, dispatched on `Event` first (an `OriginateResponse` has a `Response` too). Undefined for events and answers
 * that the model does not use; `malformed` for one that it does use but cannot read.
 */
export function decodeEvent(packet: Packet, receivedAt: number): AmiEvent | undefined {
  const { fields } = packet;
  const name = fields.get("Event");
  if (name === undefined) return undefined;
  const decode = decoders.get(name);
  if (!decode) return undefined;
  const at = timestampOf(fields.get("Timestamp")) ?? receivedAt;
  const event = decode(fields, at);
  if (event === null) return undefined;
  return event ?? { kind: "malformed", event: name, at };
}

/** In seconds: a time of the year 5138 and later is nonsense, and must not go further. */
const maxTimestamp = 1e11;

/** `1795425023.123456` in ms. */
function timestampOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  return seconds > 0 && seconds <= maxTimestamp ? Math.trunc(seconds * 1000) : undefined;
}
