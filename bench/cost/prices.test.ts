import { expect, it } from "vitest";
import { billOf, type Month, totalOf } from "./prices.ts";

const nothing: Month = {
  workerRequests: 0,
  objectRequests: 0,
  incomingMessages: 0,
  rowsWritten: 0,
  rowsRead: 0,
  objectSeconds: 0,
  storedGb: 0,
};

it("the included amounts cost nothing beyond the base price", () => {
  expect(totalOf(billOf({ ...nothing, objectRequests: 900_000, rowsWritten: 49e6, objectSeconds: 3e6 }))).toBe(5);
});

it.each<[Partial<Month>, number]>([
  [{ objectRequests: 1.5e6 }, 0.075],
  [{ incomingMessages: 100e6 }, 0.6],
  [{ rowsWritten: 60e6 }, 10],
  [{ objectSeconds: 4_320_000 }, 1.912],
  [{ workerRequests: 20e6 }, 3],
])("%j costs %d beyond the base", (used, dollars) => {
  expect(totalOf(billOf({ ...nothing, ...used })) - 5).toBeCloseTo(dollars, 6);
});
