/**
 * What a delivery means to a socket, given the position up to which the socket has everything. Pure.
 *
 * | position                                | what follows                                    |
 * |-----------------------------------------|-------------------------------------------------|
 * | of another epoch                        | read: the site answers with a snapshot (ST1)    |
 * | at or beyond the delivery's end         | nothing: a repetition                           |
 * | before the delivery's beginning         | read: something was missed                      |
 * | within the delivery or at its beginning | the items beyond the position                   |
 */
import type { Cursor } from "@pbxis/shared";
import type { Delivery, LogItem, Sequenced } from "../site/api.ts";

export type DeliveryPlan =
  | Readonly<{ kind: "read" }>
  | Readonly<{ kind: "nothing" }>
  | Readonly<{ kind: "items"; items: readonly Sequenced[] }>;

export function planDelivery(position: Cursor, delivery: Delivery): DeliveryPlan {
  if (position.epoch !== delivery.epoch) return { kind: "read" };
  if (position.sequence >= delivery.through) return { kind: "nothing" };
  if (position.sequence < delivery.after) return { kind: "read" };
  return { kind: "items", items: delivery.items.filter(([sequence]) => sequence > position.sequence) };
}

/** Whether the log holds more than what a reader at `position` has, as far as a position heard of meanwhile tells. */
export function isBehind(position: Cursor, heard: Cursor): boolean {
  return position.epoch !== heard.epoch || position.sequence < heard.sequence;
}

/** A change of the link concerns everybody (ST3). */
export function itemMatcher(
  matches: (event: Exclude<LogItem, { type: "link" }>) => boolean,
): (item: LogItem) => boolean {
  return (item) => item.type === "link" || matches(item);
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
