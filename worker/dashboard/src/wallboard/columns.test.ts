import { describe, expect, it } from "vitest";
import { boardColumns, kioskColumns, rowMates, tilesPerRow } from "./columns.ts";

describe("the wallboard's columns", () => {
  it.each([
    [1, 1336, 620, 1],
    [2, 1336, 620, 2],
    [3, 1336, 620, 3],
    [4, 1336, 620, 2],
    [5, 1336, 620, 3],
    [7, 1336, 620, 4],
    [8, 1336, 620, 4],
    [9, 1336, 620, 3],
    [12, 1336, 620, 4],
    [5, 1890, 940, 3],
    [12, 1890, 940, 4],
    [40, 1890, 940, 6],
    [3, 366, 700, 1],
    [0, 1336, 620, 1],
  ])("%i tiles on %i × %i px", (count, width, height, columns) => {
    expect(boardColumns(count, { width, height, minWidth: 270, minHeight: 255, gap: 11 })).toBe(columns);
  });
});

describe("the kiosk's columns", () => {
  it.each([
    [1, 16 / 9, 1],
    [2, 16 / 9, 2],
    [3, 16 / 9, 3],
    [4, 16 / 9, 2],
    [5, 16 / 9, 3],
    [7, 16 / 9, 4],
    [8, 16 / 9, 4],
    [12, 16 / 9, 4],
    [40, 16 / 9, 7],
    [6, 9 / 16, 2],
    [0, 16 / 9, 1],
  ])("%i tiles on an aspect ratio of %d", (count, aspect, columns) => {
    expect(kioskColumns(count, aspect)).toBe(columns);
  });
});

describe("the rows of tiles", () => {
  it.each([
    [7, 4, [4, 3]],
    [7, 3, [3, 2, 2]],
    [5, 3, [3, 2]],
    [12, 4, [4, 4, 4]],
    [2, 5, [2]],
    [0, 4, []],
  ])("%i tiles in at most %i columns are %j", (count, columns, rows) => {
    expect(tilesPerRow(count, columns)).toEqual(rows);
    expect(rowMates(rows)).toHaveLength(count);
  });

  it("a tile has as many neighbours as its row is long", () => {
    expect(rowMates([3, 2])).toEqual([3, 3, 3, 2, 2]);
  });
});
