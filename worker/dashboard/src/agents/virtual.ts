/** Which rows of a grid of equal cards are near enough to the window to be in the document. Pure arithmetic; lengths in px. */

/** Of the grid as it would be with all its rows: `rowHeight` with the gap below. `above`: how far its top is above that of the window. */
export type Layout = Readonly<{
  count: number;
  columns: number;
  rowHeight: number;
  gap: number;
  above: number;
  windowHeight: number;
}>;

/** Cards from `first` to before `end`. `height` of the whole grid. */
export type Slice = Readonly<{ first: number; end: number; height: number }>;

/** So many rows above and below the window are there too, so that a scroll shows no holes. */
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

/** How many cards of at least that width go side by side; one always. */
export function columnsIn(width: number, least: number, gap: number): number {
  return Math.max(1, Math.floor((width + gap) / (least + gap)));
}

/** Which card a key leads to from card `at`; null for a key that leads nowhere. `page` in rows. */
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
  // Up from the first row and left from the first card lead nowhere; down to a last row that is shorter leads to its end.
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
