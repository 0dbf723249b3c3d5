/** What waits to be sent, taken from one site after the other: none waits for more than one item of each other. Pure. */
export class FairQueue<Item> {
  /** Sites that have something, in the order of their turns. */
  readonly #bySite = new Map<string, Item[]>();

  put(site: string, item: Item): void {
    const items = this.#bySite.get(site);
    if (items) items.push(item);
    else this.#bySite.set(site, [item]);
  }

  take(): Item | undefined {
    for (const [site, items] of this.#bySite) {
      const item = items.shift();
      this.#bySite.delete(site);
      if (items.length > 0) this.#bySite.set(site, items);
      return item;
    }
    return undefined;
  }
}
