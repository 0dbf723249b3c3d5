/** How many tiles stand side by side. Pure. */
import { columnsIn } from "../agents/virtual.ts";

/** A tile's least width: its figures and counts stand in one line each. */
export const minTileEm = 18;

/** A tile's least height, with room for its chart. */
export const minTileHeightEm = 17;

/** All in px. `height`: what the screen has for the tiles without scrolling. */
type Room = Readonly<{ width: number; height: number; minWidth: number; minHeight: number; gap: number }>;

/**
 * If all tiles have room on the screen, the columns that give them the largest type. Otherwise as few columns as the
 * rows allow that the width has room for: nine tiles make 3, 3 and 3, not 4, 4 and 1.
 */
export function boardColumns(count: number, { width, height, minWidth, minHeight, gap }: Room): number {
  const most = columnsIn(width, minWidth, gap);
  const rows = Math.ceil(count / most);
  if (rows * (minHeight + gap) - gap <= height) {
    const columns = kioskColumns(count, width / height, most);
    if (Math.ceil(count / columns) * (minHeight + gap) - gap <= height) return columns;
  }
  return Math.max(1, Math.ceil(count / Math.max(1, rows)));
}

/**
 * The number of columns that gives `count` tiles on one screen the largest type, if the rows are about equally full:
 * seven tiles make 4 and 3, not 3, 3 and 1. `aspect`: the screen's width divided by its height; `most`: the most
 * columns. A tile's figures need about 1.5 times as much width as height.
 */
export function kioskColumns(count: number, aspect: number, most = count): number {
  const tileAspect = 1.5;
  let best = { columns: 1, score: 0 };
  for (let columns = 1; columns <= Math.max(1, Math.min(count, most)); columns += 1) {
    const rows = Math.ceil(count / columns);
    const size = Math.min(aspect / columns / tileAspect, 1 / rows);
    const fullness = count / (rows * columns);
    const score = size * fullness * fullness;
    if (score > best.score) best = { columns, score };
  }
  return best.columns;
}

/**
 * How many tiles stand in each row, from the top. The rows differ by one tile at most, the shorter ones last; the tiles
 * of a row fill it.
 */
export function tilesPerRow(count: number, columns: number): readonly number[] {
  const rows = Math.ceil(count / Math.max(1, columns));
  const longer = count % Math.max(1, rows);
  return Array.from({ length: rows }, (_, row) => Math.floor(count / rows) + (row < longer ? 1 : 0));
}

/** For each tile the number of tiles in its row. */
export function rowMates(rows: readonly number[]): readonly number[] {
  return rows.flatMap((length) => Array.from({ length }, () => length));
}
