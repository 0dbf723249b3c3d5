/**
 * The newest items of the log, in memory. When all clients of a site come back, each resumes from nearly the same
 * place; without this, each of them would have the same rows read and parsed. Pure.
 */
import type { LogItem, Sequenced } from "../api.ts";

/** `units` in characters of JSON. Beyond either, the older half is dropped. */
export const recentLimits = { items: 4_000, units: 4_000_000 } as const;

type RecentLimits = Readonly<Record<keyof typeof recentLimits, number>>;

export class RecentItems {
  readonly #limits: RecentLimits;
  /** Without a gap between two positions. */
  #items: Sequenced[] = [];
  /** Of each item. */
  #units: number[] = [];
  #totalUnits = 0;

  constructor(limits: RecentLimits = recentLimits) {
    this.#limits = limits;
  }

  /** `items` follow one another from position `first`; `texts` are their JSON. A gap before them drops the others. */
  add(first: number, items: readonly LogItem[], texts: readonly string[]): void {
    const newest = this.#items.at(-1)?.[0];
    if (newest !== undefined && newest !== first - 1) this.clear();
    for (const [offset, item] of items.entries()) {
      const units = texts[offset]?.length ?? 0;
      this.#items.push([first + offset, item]);
      this.#units.push(units);
      this.#totalUnits += units;
    }
    while (this.#items.length > this.#limits.items || this.#totalUnits > this.#limits.units) this.#halve();
  }

  clear(): void {
    this.#items = [];
    this.#units = [];
    this.#totalUnits = 0;
  }

  /** All items after `position`, or null if the first of them is not here. */
  after(position: number): readonly Sequenced[] | null {
    const oldest = this.#items[0]?.[0];
    if (oldest === undefined || position < oldest - 1) return null;
    return this.#items.slice(position + 1 - oldest);
  }

  #halve(): void {
    const half = Math.ceil(this.#items.length / 2);
    this.#items = this.#items.slice(half);
    this.#units = this.#units.slice(half);
    this.#totalUnits = this.#units.reduce((sum, units) => sum + units, 0);
  }
}
