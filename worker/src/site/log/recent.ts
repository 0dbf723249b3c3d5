/**
 * The newest items of the log, in memory. When all clients of a site come back, each resumes from nearly the same
 * place; without this, each of them would have the same rows read and parsed, and searched for what concerns it. Pure.
 */
import type { Filter } from "@pbxis/shared";
import type { Sequenced } from "../api.ts";
import { groupsFor, groupsOf } from "./groups.ts";

/** `units` in characters of JSON. Beyond either, the oldest quarter is dropped. */
const recentLimits = { items: 30_000, units: 6_000_000 } as const;
/** After that, so many items are here, if they are not too long. */
export const leastRecent = recentLimits.items * 0.75;

type RecentLimits = Readonly<Record<keyof typeof recentLimits, number>>;

export class RecentItems {
  readonly #limits: RecentLimits;
  /** All that the log has after `#from` and up to `#through`. */
  #items: Sequenced[] = [];
  /** The same by group. */
  #groups = new Map<string, Sequenced[]>();
  #from = 0;
  #through: number | null = null;
  /** Of each item. */
  #units: number[] = [];
  #totalUnits = 0;

  constructor(limits: RecentLimits = recentLimits) {
    this.#limits = limits;
  }

  /**
   * `items` are all that the log has after position `after` and up to `through`; `texts` are their JSON. A gap before
   * them drops the others.
   */
  add(after: number, through: number, items: readonly Sequenced[], texts: readonly string[]): void {
    if (this.#through !== after) this.clear();
    if (this.#through === null) this.#from = after;
    this.#through = through;
    for (const [offset, item] of items.entries()) {
      const units = texts[offset]?.length ?? 0;
      this.#items.push(item);
      this.#enter(item);
      this.#units.push(units);
      this.#totalUnits += units;
    }
    while (this.#items.length > this.#limits.items || this.#totalUnits > this.#limits.units) this.#dropOldest();
  }

  clear(): void {
    this.#items = [];
    this.#groups.clear();
    this.#through = null;
    this.#units = [];
    this.#totalUnits = 0;
  }

  /**
   * All items after `position` that `filter` may let through, in order, or null if the first item after it is not here.
   * The caller checks each by the matcher (EV10). Without a filter: all of them.
   */
  after(position: number, filter?: Filter): readonly Sequenced[] | null {
    if (this.#through === null || position < this.#from) return null;
    const groups = filter ? groupsFor(filter) : null;
    if (groups === null) return itemsAfter(this.#items, position);
    const found = new Map<number, Sequenced>();
    for (const group of groups)
      for (const item of itemsAfter(this.#groups.get(group) ?? [], position)) found.set(item[0], item);
    return [...found.values()].sort(([one], [other]) => one - other);
  }

  #enter(item: Sequenced): void {
    for (const group of groupsOf(item[1])) {
      const items = this.#groups.get(group);
      if (items) items.push(item);
      else this.#groups.set(group, [item]);
    }
  }

  #dropOldest(): void {
    const dropped = Math.ceil(this.#items.length / 4);
    this.#from = this.#items[dropped - 1]?.[0] ?? this.#from;
    this.#items = this.#items.slice(dropped);
    this.#groups.clear();
    for (const item of this.#items) this.#enter(item);
    this.#units = this.#units.slice(dropped);
    this.#totalUnits = this.#units.reduce((sum, units) => sum + units, 0);
  }
}

function itemsAfter(items: readonly Sequenced[], position: number): readonly Sequenced[] {
  return items.slice(items.findLastIndex(([sequence]) => sequence <= position) + 1);
}
