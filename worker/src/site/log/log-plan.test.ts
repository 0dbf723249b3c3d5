import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkpointDue, cutChunks, emptyLog, logLimits, planTrim, type RowSize } from "./log-plan.ts";

describe("rows", () => {
  it("hold all values in order, and none exceeds a row unless it is a single value", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 })), fc.integer({ min: 1, max: 100 }), (values, rowUnits) => {
        const chunks = [
          ...cutChunks(
            values.map((value) => JSON.stringify(value)),
            rowUnits,
          ),
        ];
        expect(chunks.flatMap(({ body }) => JSON.parse(body))).toEqual(values);
        for (const { count, body } of chunks) {
          expect(JSON.parse(body)).toHaveLength(count);
          if (count > 1) expect(body.length).toBeLessThanOrEqual(rowUnits);
        }
      }),
    );
  });
});

describe("a checkpoint is due", () => {
  const size = { ...emptyLog, checkpointUnits: 3_000_000 };
  it.each([
    ["after many rows", { ...emptyLog, sinceRows: logLimits.checkpointRows }, true],
    ["not after fewer", { ...emptyLog, sinceRows: logLimits.checkpointRows - 1 }, false],
    ["after much text", { ...emptyLog, sinceUnits: logLimits.checkpointUnits }, true],
    ["not after less than the last one has", { ...size, sinceUnits: 2_999_999 }, false],
    ["after as much as the last one has", { ...size, sinceUnits: 3_000_000 }, true],
    ["in time for trimming, however large it is", { ...size, checkpointUnits: 1e9, sinceUnits: 8_000_000 }, true],
  ])("%s", (_title, log, due) => {
    expect(checkpointDue(log, logLimits)).toBe(due);
  });
});

describe("trimming", () => {
  const rows: RowSize[] = [
    { first: 1, last: 10, units: 100, at: 1 },
    { first: 11, last: 11, units: 500, at: 2 },
    { first: 12, last: 20, units: 100, at: 3 },
  ];
  const limits = { ...logLimits, events: 15, units: 600 };
  it.each<[string, number, number, ReturnType<typeof planTrim>]>([
    ["nothing within both limits", 15, 600, null],
    ["by number", 16, 600, { through: 10, units: 500, events: 6 }],
    ["by number, more than one row", 26, 600, { through: 11, units: 0, events: 15 }],
    ["by size", 11, 601, { through: 10, units: 501, events: 1 }],
    ["as far as the rows at hand go", 99, 700, { through: 20, units: 0, events: 79 }],
  ])("%s", (_title, events, units, plan) => {
    expect(planTrim(rows, { events, units }, limits, 0)).toEqual(plan);
  });

  it("by age", () => {
    const trimmed = (before: number) => planTrim(rows, { events: 15, units: 600 }, limits, before);
    expect([trimmed(1), trimmed(3)]).toEqual([null, { through: 11, units: 0, events: 4 }]);
  });
});
