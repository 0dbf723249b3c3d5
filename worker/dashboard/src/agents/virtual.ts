/** Virtual scrolling for a grid of equal cards: which rows must be in the document. Pure; lengths in px. */

/** `rowHeight` includes the gap below. `above`: how far the top of the grid is above the top of the window. */
type Layout = Readonly<{
  count: number;
  columns: number;
  rowHeight: number;
  gap: number;
  above: number;
  windowHeight: number;
}>;

/** The cards from `first` up to, not including, `end`. `height`: that of the whole grid. */
export type Slice = Readonly<{ first: number; end: number; height: number }>;

/** Rows above and below the window that are also in the document, so that scrolling shows no gaps. */
const marginRows = 3;

export function visibleSlice({ count, columns, rowHeight, gap, above, windowHeight }: Layout): Slice {
  const rows = Math.ceil(count / Math.max(1, columns));
  const height = Math.max(0, rows * rowHeight - gap);
  const inWindow = Math.ceil(windowHeight / rowHeight) + 1;
  const top = clamp(Math.floor(above / rowHeight), 0, Math.max(0, rows - 1));
  const firstRow = Math.max(0, top - marginRows);
  const endRow = Math.min(rows, top + inWindow + marginRows);
  return { first: firstRow * columns, end: Math.min(count, endRow * columns), height };
}

/** How many cards of at least `minWidth` fit side by side; at least one. */
export function columnsIn(width: number, minWidth: number, gap: number): number {
  return Math.max(1, Math.floor((width + gap) / (minWidth + gap)));
}

/** The index of the card that `key` moves to from card `at`; null for other keys. `page` in rows. */
export function nextCard(
  key: string,
  at: number,
  { count, columns, page }: Readonly<{ count: number; columns: number; page: number }>,
): number | null {
  const step = stepOf(key, columns, page);
  if (count === 0 || step === null) return null;
  if (step === "first") return 0;
  if (step === "last") return count - 1;
  const next = at + step;
  if (next >= 0 && next < count) return next;
  // Down into a shorter last row moves to its end. Other moves out of the grid stay in place.
  const isDown = step >= columns && Math.floor(at / columns) < Math.floor((count - 1) / columns);
  if (isDown) return count - 1;
  return key === "PageUp" ? at % columns : at;
}

function stepOf(key: string, columns: number, page: number): number | "first" | "last" | null {
  switch (key) {
    case "ArrowRight":
      return 1;
    case "ArrowLeft":
      return -1;
    case "ArrowDown":
      return columns;
    case "ArrowUp":
      return -columns;
    case "PageDown":
      return columns * page;
    case "PageUp":
      return -columns * page;
    case "Home":
      return "first";
    case "End":
      return "last";
    default:
      return null;
  }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
