/** Keyboard navigation in a menu. Pure. */

/**
 * The index of the item that `key` moves to from item `at`, which is -1 while no item has the focus. Null for other
 * keys.
 */
export function nextItem(texts: readonly string[], at: number, key: string): number | null {
  const count = texts.length;
  if (count === 0) return null;
  switch (key) {
    case "ArrowDown":
      return (at + 1) % count;
    case "ArrowUp":
      return at <= 0 ? count - 1 : at - 1;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return key.length === 1 && key !== " " ? byLetter(texts, at, key.toLowerCase()) : null;
  }
}

/** The next item that starts with the letter, wrapping around after the last. */
function byLetter(texts: readonly string[], at: number, letter: string): number | null {
  for (let step = 1; step <= texts.length; step++) {
    const index = (at + step) % texts.length;
    if (texts[index]?.toLowerCase().startsWith(letter)) return index;
  }
  return null;
}
