/**
 * Where a client of pbxis-ws is in its stream: after the cursor, and after so many of the occurrences that follow it.
 *
 * A frame of the site's stream becomes several messages, and has one cursor. A connection may end between two of them.
 * The states among them may come again, but no occurrence may. So each message behind an occurrence has a place of its
 * own: the cursor before the frame, and how many occurrences have followed it. The log always has them in the same order.
 */
import { encodeCursor, eventTraits, parseCursor } from "@pbxis/shared";
import type { Place } from "../ticket/api.ts";
import type { PbxisEvent } from "./event.ts";

/** `k3-41`, or `k3-41+2` after two occurrences. */
export function encodePlace(place: Place): string {
  const { received = 0 } = place;
  return encodeCursor(place) + (received > 0 ? `+${received}` : "");
}

/** Undefined if `text` is not a place. */
export function parsePlace(text: string): Place | undefined {
  const [, cursorText = "", received = "0"] = /^([^+]+)(?:\+(\d{1,9}))?$/.exec(text) ?? [];
  const cursor = parseCursor(cursorText);
  const count = Number(received);
  return cursor && (count > 0 ? { ...cursor, received: count } : cursor);
}

export function isOccurrence({ type }: PbxisEvent): boolean {
  return Object.hasOwn(eventTraits, type) && eventTraits[type as keyof typeof eventTraits].kind === "occurrence";
}

export function countOccurrences(events: readonly PbxisEvent[]): number {
  return events.filter(isOccurrence).length;
}

/**
 * For the frames of one socket that goes on after `place`: leaves out the occurrences that the client has received after
 * it. As long as some of them are still to come, the client stays there. Behind a snapshot all occurrences are new.
 */
export function skipAfter(place: Place | null) {
  let left = place?.received ?? 0;
  return (events: readonly PbxisEvent[], cursor: Place, frameType: string) => {
    let count = frameType === "snapshot" ? 0 : left;
    left = Math.max(0, count - countOccurrences(events));
    const kept = events.filter((event) => !isOccurrence(event) || count-- <= 0);
    return { events: kept, at: left > 0 && place ? place : cursor };
  };
}
