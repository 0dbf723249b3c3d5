/** Counts by name, for a limited number of names: further ones are counted together as `other`. */

export const otherNames = "other";

type Tally = Readonly<{
  /** Adds `count`, or 1. Adding 0 creates no name. */
  add: (name: string, count?: number) => void;
  /** In the order in which the names were first added. */
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
