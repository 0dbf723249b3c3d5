/** Lets through what is added at most once in an interval for each group, and loses nothing: the rest follows. */

export type Pacer<Item> = Readonly<{
  /** Adds an item, unless it waits already. `due` returns it when its group's interval is over. */
  add: (item: Item) => void;
  /** Removes and returns what may go at `now` (ms). */
  due: (now: number) => Item[];
  nextDueAt: () => number | undefined;
  /** Forgets what waits. */
  clear: () => void;
}>;

/** `groupOf` names an item's group. The pacer keeps a name and a number of each group that ever had an item. */
export function createPacer<Item>(intervalMs: number, groupOf: (item: Item) => string): Pacer<Item> {
  const waiting = new Map<string, Item[]>();
  // All that wait, of any group: most items are added while they wait already.
  const added = new Set<Item>();
  const allowedAt = new Map<string, number>();
  let earliest = Number.POSITIVE_INFINITY;

  function add(item: Item): void {
    if (added.has(item)) return;
    added.add(item);
    const group = groupOf(item);
    const items = waiting.get(group);
    if (items) items.push(item);
    else {
      waiting.set(group, [item]);
      earliest = Math.min(earliest, allowedAt.get(group) ?? 0);
    }
  }

  function due(now: number): Item[] {
    const due: Item[] = [];
    if (now < earliest) return due;
    earliest = Number.POSITIVE_INFINITY;
    for (const [group, items] of waiting) {
      const at = allowedAt.get(group) ?? 0;
      if (now < at) {
        earliest = Math.min(earliest, at);
        continue;
      }
      waiting.delete(group);
      allowedAt.set(group, now + intervalMs);
      for (const item of items) added.delete(item);
      due.push(...items);
    }
    return due;
  }

  function nextDueAt(): number | undefined {
    return waiting.size === 0 ? undefined : earliest;
  }

  function clear(): void {
    waiting.clear();
    added.clear();
    earliest = Number.POSITIVE_INFINITY;
  }

  return { add, due, nextDueAt, clear };
}
