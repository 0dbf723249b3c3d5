import { describe, expect, it } from "vitest";
import { boardColumns, kioskColumns } from "./columns.ts";

describe("the wallboard's columns", () => {
  it.each([
    [1, 1336, 1],
    [2, 1336, 2],
    [4, 1336, 4],
    [5, 1336, 3],
    [7, 1336, 4],
    [9, 1336, 3],
    [40, 1890, 6],
    [3, 366, 1],
    [0, 1336, 1],
  ])("%i tiles on %i px", (count, width, columns) => {
    expect(boardColumns(count, width, 270, 11)).toBe(columns);
  });
});

describe("the kiosk's columns", () => {
  it.each([
    [1, 16 / 9, 1],
    [2, 16 / 9, 2],
    [4, 16 / 9, 2],
    [40, 16 / 9, 7],
    [6, 9 / 16, 2],
    [0, 16 / 9, 1],
  ])("%i tiles on an aspect ratio of %d", (count, aspect, columns) => {
    expect(kioskColumns(count, aspect)).toBe(columns);
  });
});
