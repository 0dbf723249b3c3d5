import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnsIn, nextCard, visibleSlice } from "./virtual.ts";

const layouts = fc.record({
  count: fc.integer({ min: 0, max: 2_000 }),
  columns: fc.integer({ min: 1, max: 12 }),
  rowHeight: fc.integer({ min: 40, max: 400 }),
  gap: fc.integer({ min: 0, max: 20 }),
  above: fc.integer({ min: -2_000, max: 500_000 }),
  windowHeight: fc.integer({ min: 100, max: 3_000 }),
});

describe("the rows in the document", () => {
  it("are all those in the window and a few more", () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        const { count, columns, rowHeight, gap, above, windowHeight } = layout;
        const { first, end, height } = visibleSlice(layout);
        const rows = Math.ceil(count / columns);
        expect(first % columns).toBe(0);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(count);
        expect(height).toBe(Math.max(0, rows * rowHeight - gap));
        for (let row = 0; row < rows; row++) {
          const top = row * rowHeight - above;
          const isVisible = top < windowHeight && top + rowHeight - gap > 0;
          if (isVisible) expect(row * columns >= first && row * columns < end).toBe(true);
        }
        expect(end - first).toBeLessThanOrEqual((Math.ceil(windowHeight / rowHeight) + 7) * columns);
      }),
    );
  });

  it("are the first rows above the grid and the last rows below it", () => {
    const layout = { count: 500, columns: 4, rowHeight: 150, gap: 12, windowHeight: 600 };
    expect(visibleSlice({ ...layout, above: -300 })).toMatchObject({ first: 0, end: 32 });
    expect(visibleSlice({ ...layout, above: 1e6 })).toMatchObject({ end: 500, height: 125 * 150 - 12 });
    expect(visibleSlice({ ...layout, above: 3_000 })).toMatchObject({ first: 17 * 4, end: 28 * 4 });
  });
});

it.each([
  [200, 1],
  [288, 1],
  [587, 1],
  [588, 2],
  [1_188, 4],
])("%i px hold %i columns", (width, columns) => {
  expect(columnsIn(width, 288, 12)).toBe(columns);
});

describe("keyboard navigation", () => {
  const grid = { count: 10, columns: 4, page: 2 };
  it.each([
    ["ArrowRight", 0, 1],
    ["ArrowRight", 9, 9],
    ["ArrowLeft", 0, 0],
    ["ArrowDown", 1, 5],
    ["ArrowDown", 7, 9],
    ["ArrowDown", 8, 8],
    ["ArrowUp", 5, 1],
    ["ArrowUp", 2, 2],
    ["PageDown", 0, 8],
    ["PageDown", 3, 9],
    ["PageUp", 9, 1],
    ["PageUp", 6, 2],
    ["Home", 7, 0],
    ["End", 0, 9],
    ["a", 0, null],
  ])("%s on card %i moves to %s", (key, at, next) => {
    expect(nextCard(key, at, grid)).toBe(next);
  });

  it("never leaves the grid", () => {
    const keys = fc.constantFrom(
      "ArrowRight",
      "ArrowLeft",
      "ArrowDown",
      "ArrowUp",
      "PageDown",
      "PageUp",
      "Home",
      "End",
    );
    const sizes = fc.record({
      count: fc.integer({ min: 1, max: 50 }),
      columns: fc.integer({ min: 1, max: 8 }),
      page: fc.nat(5),
    });
    fc.assert(
      fc.property(keys, sizes, fc.nat(49), (key, size, at) => {
        const next = nextCard(key, at % size.count, size);
        expect(next).toBeGreaterThanOrEqual(0);
        expect(next).toBeLessThan(size.count);
      }),
    );
  });
});
