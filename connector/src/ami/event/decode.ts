/** Turns AMI packets into typed events. */
import type { Packet } from "../wire/packet.ts";
import { decoders } from "./decoders.ts";
import type { AmiEvent } from "./event.ts";

/** The names of the AMI events that {@link decodeEvent} understands. */
export const decodedEvents: ReadonlySet<string> = new Set(decoders.keys());

/**
 * Returns undefined for answers, and for events that the model does not use; `malformed` for an event that the model
 * uses but that lacks a required header. Decides by `Event` first, because an `OriginateResponse` has a `Response`
 * header, too.
 *
 * @param receivedAt ms since 1970; the event's `at` if the packet has no `Timestamp` near it
 */
export function decodeEvent(packet: Packet, receivedAt: number): AmiEvent | undefined {
  const { fields } = packet;
  const name = fields.get("Event");
  if (name === undefined) return undefined;
  const decode = decoders.get(name);
  if (!decode) return undefined;
  const at = timestampOf(fields.get("Timestamp"), receivedAt) ?? receivedAt;
  const event = decode(fields, at);
  if (event === null) return undefined;
  return event ?? { kind: "malformed", event: name, at };
}

/** Asterisk sends events at once. One that is further away from now is of a clock that is wrong, or was set. */
const maxTimestampDistanceMs = 5_000;

/** Converts `1795425023.123456`, in seconds, to ms. */
function timestampOf(text: string | undefined, receivedAt: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = Math.trunc(Number(text) * 1000);
  return Math.abs(ms - receivedAt) <= maxTimestampDistanceMs ? ms : undefined;
}
