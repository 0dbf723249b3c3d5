/** Counts by name, of a stated number of names at most: what comes beyond is counted together. */

export const otherNames = "other";

export type Tally = Readonly<{
  /** `count`: 1 if absent; none is no news. */
  add: (name: string, count?: number) => void;
  /** In the order of first coming. */
  counts: () => ReadonlyMap<string, number>;
}>;

export function createTally(maxNames: number): Tally {
  const counters = new Map<string, { count: number }>();

  function counterOf(name: string): { count: number } {
    const key = counters.has(name) || counters.size < maxNames ? name : otherNames;
    const known = counters.get(key);
    if (known) return known;
    const counter = { count: 0 };
    counters.set(key, counter);
    return counter;
  }

  return {
    add: (name, count = 1) => {
      if (count !== 0) (counters.get(name) ?? counterOf(name)).count += count;
    },
    counts: () => new Map([...counters].map(([name, { count }]) => [name, count])),
  };
}
