/**
 * Which subscriptions get an object of their own. An object exists once it is called, and a client may invent as many
 * names and subsets as it likes. So each holder of tokens gets a few, and the rest of its subscriptions are served by
 * objects that it shares ([ADR 12](../../../docs/adr/0012-doors-before-objects.md)). Pure.
 */

/** For one holder at one site. */
const maxOwn = 32;
/** Holders that are remembered; the one that was idle longest is forgotten, and may then have as many objects again. */
const maxHolders = 5_000;

export class OwnObjects {
  /** The objects of each holder, the holder of the latest call last. */
  readonly #objects = new Map<string, Set<string>>();

  /** Whether `holder` may be served by the object of this name: it has had it before, or has had few. */
  mayHave(holder: string, name: string): boolean {
    const objects = this.#objects.get(holder) ?? new Set();
    this.#objects.delete(holder);
    this.#objects.set(holder, objects);
    for (const [idle] of this.#objects) {
      if (this.#objects.size <= maxHolders) break;
      this.#objects.delete(idle);
    }
    if (!objects.has(name) && objects.size >= maxOwn) return false;
    objects.add(name);
    return true;
  }
}
