/** Counts by name, of a stated number of names at most: what comes beyond is counted together. */

export const otherNames = "other";

export type Tally = Readonly<{
  /** `count`: 1 if absent; none is no news. */
  add: (name: string, count?: number) => void;
  /** In the order of first coming. */
  counts: () => ReadonlyMap<string, number>;
}>;

export function createTally(maxNames: number): Tally {
  const counts = new Map<string, number>();
  return {
    add: (name, count = 1) => {
      if (count === 0) return;
      const key = counts.has(name) || counts.size < maxNames ? name : otherNames;
      counts.set(key, (counts.get(key) ?? 0) + count);
    },
    counts: () => counts,
  };
}
