/**
 * What a delivery means to a socket, given the position up to which the socket has everything. Pure.
 *
 * | position                                | what follows                                    |
 * |-----------------------------------------|-------------------------------------------------|
 * | of another epoch                        | read: the site answers with a snapshot (ST1)    |
 * | at or beyond the delivery's end         | nothing: a repetition                           |
 * | before the delivery's beginning         | read: something was missed                      |
 * | at its beginning or between its parts   | the parts beyond the position                   |
 * | within a part                           | read: what is in the part has no seams          |
 */
import type { Cursor, SiteEvent } from "@pbxis/shared";
import type { Delivery, Part } from "../site/api.ts";
import { readEvents } from "../stored.ts";

export type DeliveryPlan =
  | Readonly<{ kind: "read" }>
  | Readonly<{ kind: "nothing" }>
  | Readonly<{ kind: "parts"; parts: readonly Part[] }>;

export function planDelivery(position: Cursor, delivery: Delivery): DeliveryPlan {
  if (position.epoch !== delivery.epoch) return { kind: "read" };
  if (position.sequence >= delivery.through) return { kind: "nothing" };
  if (position.sequence < delivery.after) return { kind: "read" };
  const parts = delivery.parts.filter(({ last }) => last > position.sequence);
  if (parts.some(({ first }) => first <= position.sequence)) return { kind: "read" };
  return { kind: "parts", parts };
}

/** Whether the log holds more than what a reader at `position` has, as far as a position heard of meanwhile tells. */
export function isBehind(position: Cursor, heard: Cursor): boolean {
  return position.epoch !== heard.epoch || position.sequence < heard.sequence;
}

/** Reads the events of parts, each part once; null for one that cannot be read, as of a site that another build runs. */
export function partReader(): (part: Part) => readonly SiteEvent[] | null {
  const known = new Map<Part, readonly SiteEvent[] | null>();
  return (part) => {
    const found = known.get(part);
    if (found !== undefined) return found;
    const read = readEvents(`[${part.text}]`);
    const events = read.ok ? read.value : null;
    known.set(part, events);
    return events;
  };
}

/**
 * Of `parts` what a filter that is narrower than the scope's interest lets through. A change of the link concerns everybody (ST3). Null if one
 * cannot be read: then the log is to be read instead.
 */
export function narrowParts(
  parts: readonly Part[],
  matches: (event: SiteEvent) => boolean,
  read: (part: Part) => readonly SiteEvent[] | null,
): readonly Part[] | null {
  const narrowed: Part[] = [];
  for (const part of parts) {
    if (part.kind === "link") narrowed.push(part);
    else {
      const events = read(part);
      if (!events) return null;
      const texts = events.filter(matches).map((event) => JSON.stringify(event));
      if (texts.length > 0) narrowed.push({ ...part, text: texts.join(",") });
    }
  }
  return narrowed;
}

/** Those with equal `key` together, in the order of their first one. */
export function groupBy<Item>(items: Iterable<Item>, key: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}
