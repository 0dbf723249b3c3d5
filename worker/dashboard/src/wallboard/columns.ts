/** How many tiles stand side by side. Pure. */
import { columnsIn } from "../agents/virtual.ts";

/** A tile's least width: its figures and counts stand in one line each. */
export const minTileEm = 18;

/** As few columns as the rows allow that `width` (px) has room for: five tiles make 3 and 2, not 4 and 1. */
export function boardColumns(count: number, width: number, minWidth: number, gap: number): number {
  const rows = Math.ceil(count / columnsIn(width, minWidth, gap));
  return Math.max(1, Math.ceil(count / Math.max(1, rows)));
}

/**
 * The number of columns that gives `count` tiles on one screen the largest type. `aspect`: the screen's width divided
 * by its height. A tile's figures need about 1.5 times as much width as height.
 */
export function kioskColumns(count: number, aspect: number): number {
  const tileAspect = 1.5;
  let best = { columns: 1, size: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(count / columns);
    const size = Math.min(aspect / columns / tileAspect, 1 / rows);
    if (size > best.size) best = { columns, size };
  }
  return best.columns;
}
