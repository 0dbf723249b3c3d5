/** Which item of a menu a key leads to. Pure. */

/** `at` is -1 while none has the focus. Null for a key that leads nowhere. */
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

/** The next one that begins with the letter, beginning anew after the last. */
function byLetter(texts: readonly string[], at: number, letter: string): number | null {
  for (let step = 1; step <= texts.length; step++) {
    const index = (at + step) % texts.length;
    if (texts[index]?.toLowerCase().startsWith(letter)) return index;
  }
  return null;
}
