import type { StatisticsAnswer } from "@pbxis/shared/client";
import { describe, expect, it } from "vitest";
import { seriesByQueue, seriesStart, stepCount, stepMs } from "./series.ts";
import { seriesText } from "./series-text.ts";

const now = Date.parse("2026-11-29T12:07:00Z");
const rows = (...given: [queue: string, step: number, waiting: number, level: number | null][]) =>
  ({
    zone: "UTC",
    rows: given.map(([name, step, mostWaiting, serviceLevel]) => {
      const from = seriesStart(now) + step * stepMs;
      return { kind: "queue", name, from, to: from + stepMs, mostWaiting, serviceLevel };
    }),
  }) as unknown as StatisticsAnswer;

describe("the series of a queue", () => {
  it("ends with the present quarter of an hour", () => {
    expect(new Date(seriesStart(now) + (stepCount - 1) * stepMs).toISOString()).toBe("2026-11-29T12:00:00.000Z");
  });

  it("has a value for each step since the first that is known, and zeros where nothing happened", () => {
    const { waiting, serviceLevel } = seriesByQueue(rows(["a", 45, 3, 90], ["a", 47, 1, null]), now).get("a") ?? {
      waiting: [],
      serviceLevel: [],
    };
    expect(waiting.slice(-4)).toEqual([null, 3, 0, 1]);
    expect(serviceLevel.slice(-4)).toEqual([null, 90, null, null]);
  });

  it("leaves out what is older or later", () => {
    expect(seriesByQueue(rows(["a", -1, 3, 90], ["a", stepCount, 3, 90]), now).size).toBe(0);
  });
});

describe("the label of the chart", () => {
  it("has the range of both lines", () => {
    const series = seriesByQueue(rows(["a", 45, 3, 90], ["a", 46, 1, 71.6]), now).get("a");
    expect(seriesText("a", series ?? { waiting: [], serviceLevel: [] })).toBe(
      "Last 12 hours of a: at most 3 waiting, service level from 72% to 90%.",
    );
    expect(seriesText("b", { waiting: [], serviceLevel: [] })).toBe("Last 12 hours of b: no data yet.");
  });
});
