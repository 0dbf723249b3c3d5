import type { StatisticsAnswer } from "@pbxis/shared/client";
import { describe, expect, it } from "vitest";
import { seriesByQueue, seriesStart, stepCount, stepMs } from "./series.ts";
import { seriesText } from "./series-text.ts";

const now = Date.parse("2026-11-29T12:07:00Z");
/** `inLevel` of `answered` calls. */
const rows = (...given: [queue: string, step: number, waiting: number, inLevel: number, answered: number][]) =>
  ({
    zone: "UTC",
    rows: given.map(([name, step, mostWaiting, answeredInLevel, answered]) => {
      const from = seriesStart(now) + step * stepMs;
      const serviceLevel = answered === 0 ? null : (answeredInLevel / answered) * 100;
      const figures = { mostWaiting, answeredInLevel, answered, abandoned: 0, serviceLevel };
      return { kind: "queue", name, from, to: from + stepMs, ...figures };
    }),
  }) as unknown as StatisticsAnswer;

describe("the series of a queue", () => {
  it("ends with the present quarter of an hour", () => {
    expect(new Date(seriesStart(now) + (stepCount - 1) * stepMs).toISOString()).toBe("2026-11-29T12:00:00.000Z");
  });

  it("has a value for each step since the first that is known, and zeros where nothing happened", () => {
    const { waiting, serviceLevel } = seriesByQueue(rows(["a", 41, 3, 9, 10], ["a", 47, 1, 0, 0]), now).get("a") ?? {
      waiting: [],
      serviceLevel: [],
    };
    expect(waiting.slice(-8)).toEqual([null, 3, 0, 0, 0, 0, 0, 1]);
    expect(serviceLevel.slice(-8)).toEqual([null, 90, 90, 90, 90, null, null, null]);
  });

  it("has the service level of an hour, by its calls", () => {
    const { serviceLevel } = seriesByQueue(rows(["a", 44, 0, 9, 9], ["a", 45, 0, 0, 1]), now).get("a") ?? {
      serviceLevel: [],
    };
    expect(serviceLevel.slice(-5)).toEqual([null, 100, 90, 90, 90]);
  });

  it("leaves out what is older or later", () => {
    expect(seriesByQueue(rows(["a", -1, 3, 9, 10], ["a", stepCount, 3, 9, 10]), now).size).toBe(0);
  });
});

describe("the label of the chart", () => {
  it("has the range of both lines", () => {
    const series = seriesByQueue(rows(["a", 42, 3, 9, 10], ["a", 47, 1, 5, 7]), now).get("a");
    expect(seriesText("a", series ?? { waiting: [], serviceLevel: [] })).toBe(
      "Last 12 hours of a: at most 3 waiting, service level from 71% to 90%.",
    );
    expect(seriesText("b", { waiting: [], serviceLevel: [] })).toBe("Last 12 hours of b: no data yet.");
  });
});
