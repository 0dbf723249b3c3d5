/** Names that look like settings and are none: usually misspelt, and then without effect. */

/** A message for each name that begins with `PBXIS_` or `AMI_` and is not `known`, with the nearest one that is. */
export function describeUnknownNames(names: readonly string[], known: readonly string[]): string[] {
  return names
    .filter((name) => /^(?:PBXIS|AMI)_/.test(name) && !known.includes(name))
    .map((name) => {
      const nearest = nearestOf(name, known);
      return `${name} is not a setting of the connector${nearest === null ? "" : `; did you mean ${nearest}?`}`;
    });
}

/** A mistake in each fourth character is still recognised. */
function nearestOf(name: string, known: readonly string[]): string | null {
  const ranked = known.map((one) => ({ one, distance: distanceOf(name, one) }));
  const [first] = ranked.sort((left, right) => left.distance - right.distance);
  return first && first.distance <= name.length / 4 ? first.one : null;
}

/** How many characters must be inserted, removed or replaced (Levenshtein). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
