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

/** Reads the events of parts, each part once. */
export function partReader(): (part: Part) => readonly SiteEvent[] {
  const known = new Map<Part, readonly SiteEvent[]>();
  return (part) => {
    const events: readonly SiteEvent[] = known.get(part) ?? JSON.parse(`[${part.text}]`);
    known.set(part, events);
    return events;
  };
}

/** Of `parts` what a filter that is narrower than the scope's interest lets through. A change of the link concerns everybody (ST3). */
export function narrowParts(
  parts: readonly Part[],
  matches: (event: SiteEvent) => boolean,
  read: (part: Part) => readonly SiteEvent[],
): readonly Part[] {
  return parts.flatMap((part) => {
    if (part.kind === "link") return [part];
    const texts = read(part).flatMap((event) => (matches(event) ? JSON.stringify(event) : []));
    return texts.length === 0 ? [] : [{ ...part, text: texts.join(",") }];
  });
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
