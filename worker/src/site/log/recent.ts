/**
 * The newest items of the log, in memory. When all clients of a site come back, each resumes from nearly the same
 * place; without this, each of them would have the same rows read and parsed. Pure.
 */
import type { Sequenced } from "../api.ts";

/** `units` in characters of JSON. Beyond either, the older half is dropped. */
export const recentLimits = { items: 4_000, units: 4_000_000 } as const;

type RecentLimits = Readonly<Record<keyof typeof recentLimits, number>>;

export class RecentItems {
  readonly #limits: RecentLimits;
  /** All that the log has after `#from` and up to `#through`. */
  #items: Sequenced[] = [];
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
      this.#units.push(units);
      this.#totalUnits += units;
    }
    while (this.#items.length > this.#limits.items || this.#totalUnits > this.#limits.units) this.#halve();
  }

  clear(): void {
    this.#items = [];
    this.#through = null;
    this.#units = [];
    this.#totalUnits = 0;
  }

  /** All items after `position`, or null if the first of them is not here. */
  after(position: number): readonly Sequenced[] | null {
    if (this.#through === null || position < this.#from) return null;
    return this.#items.slice(this.#items.findLastIndex(([sequence]) => sequence <= position) + 1);
  }

  #halve(): void {
    const half = Math.ceil(this.#items.length / 2);
    this.#from = this.#items[half - 1]?.[0] ?? this.#from;
    this.#items = this.#items.slice(half);
    this.#units = this.#units.slice(half);
    this.#totalUnits = this.#units.reduce((sum, units) => sum + units, 0);
  }
}
