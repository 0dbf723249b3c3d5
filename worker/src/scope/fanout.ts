/**
 * Decides what a delivery means for a socket, by the position up to which the socket has everything. Pure.
 *
 * | position                                | what follows                                    |
 * |-----------------------------------------|-------------------------------------------------|
 * | of another epoch                        | read: the site answers with a snapshot (ST1)    |
 * | at or beyond the delivery's end         | nothing: a repetition                           |
 * | before the delivery's beginning         | read: something was missed                      |
 * | at its beginning or between its parts   | the parts beyond the position                   |
 * | within a part                           | read: a part cannot be divided                  |
 */
import { type Cursor, type Filter, type SiteEvent, viewOf } from "@pbxis/shared";
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

/** Whether a reader at `position` misses something that the log has up to `end`. */
export function isBehind(position: Cursor, end: Cursor): boolean {
  return position.epoch !== end.epoch || position.sequence < end.sequence;
}

/**
 * Parses the events of parts, each part once. Null for a part that cannot be read, which the site may have sent from
 * another build.
 */
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
 * What a filter that is narrower than the scope's interest lets through of `parts`. A change of the link concerns every
 * client (ST3). Null if a part cannot be read; the caller then reads the log.
 */
export function narrowParts(
  parts: readonly Part[],
  { filter, matches }: Readonly<{ filter: Filter; matches: (event: SiteEvent) => boolean }>,
  read: (part: Part) => readonly SiteEvent[] | null,
): readonly Part[] | null {
  const narrowed: Part[] = [];
  for (const part of parts) {
    if (part.kind === "link") narrowed.push(part);
    else {
      const events = read(part);
      if (!events) return null;
      const texts = events.filter(matches).map((event) => JSON.stringify(viewOf(filter, event)));
      if (texts.length > 0) narrowed.push({ ...part, text: texts.join(",") });
    }
  }
  return narrowed;
}

/** Groups items by `key`, in the order of each group's first item. */
export function groupBy<Item>(items: Iterable<Item>, key: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const itsKey = key(item);
    const group = groups.get(itsKey);
    if (group) group.push(item);
    else groups.set(itsKey, [item]);
  }
  return [...groups.values()];
}
