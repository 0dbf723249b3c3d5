import { describe, expect, it } from "vitest";
import { formatClock, formatDuration, formatPercent, formatRemaining, speakDuration } from "./format.ts";

describe("durations", () => {
  it.each([
    [0, "0:00", "0 seconds"],
    [999, "0:00", "0 seconds"],
    [-5_000, "0:00", "0 seconds"],
    [61_000, "1:01", "1 minute 1 second"],
    [120_000, "2:00", "2 minutes"],
    [3_599_999, "59:59", "59 minutes 59 seconds"],
    [3_729_000, "1:02:09", "1 hour 2 minutes"],
  ])("%i ms", (ms, text, spoken) => {
    expect([formatDuration(ms), speakDuration(ms)]).toEqual([text, spoken]);
  });
});

describe("times of day", () => {
  const at = new Date(2026, 0, 5, 9, 4, 7).getTime();
  it("show the time alone for today", () => {
    expect(formatClock(at, new Date(2026, 0, 5, 23, 59).getTime())).toBe("09:04:07");
  });
  it("include the date for another day", () => {
    expect(formatClock(at, new Date(2026, 0, 6, 0, 1).getTime())).toBe("2026-01-05 09:04:07");
  });
});

it.each([
  [1, "in 1 minute"],
  [60_001, "in 2 minutes"],
  [3_600_000, "in 1 hour"],
  [3_600_001, "in 2 hours"],
])("a remaining time of %i ms reads %s", (ms, text) => {
  expect(formatRemaining(ms)).toBe(text);
});

it("percentages have no fraction", () => {
  expect([formatPercent(99.5), formatPercent(0)]).toEqual(["100%", "0%"]);
});
