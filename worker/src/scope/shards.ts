/**
 * Where a stream looks for room among the objects of its subscription (SC1,
 * [ADR 39](../../../docs/adr/0039-a-full-object-sends-to-the-next.md)). It begins at the first one and goes on to the next
 * as long as it is refused. What one stream has learned serves the next ones of its isolate for a while: they begin
 * where it found room. After that time one begins at the first again, because clients have left there meanwhile. Pure.
 */

/** Objects of one subscription. */
export const maxShards = 64;
/** How long it is remembered which objects are full, ms. */
const keptMs = 10_000;
/** Subscriptions that are remembered. Only those with a full object are. */
const maxKnown = 2_000;

type Found = Readonly<{ shard: number; until: number }>;

export class Shards {
  readonly #found = new Map<string, Found>();

  /** The number of the object to ask first; `name` is that of the subscription's first one. */
  startFor(name: string, now: number): number {
    const found = this.#found.get(name);
    if (!found || found.until > now) return found?.shard ?? 0;
    this.#found.delete(name);
    return 0;
  }

  /** Those before `shard` have no room. */
  foundFull(name: string, shard: number, now: number): void {
    const found = this.#found.get(name);
    if (shard <= (found?.shard ?? 0)) return;
    if (!found && this.#found.size >= maxKnown) this.#found.clear();
    this.#found.set(name, { shard, until: found?.until ?? now + keptMs });
  }
}
