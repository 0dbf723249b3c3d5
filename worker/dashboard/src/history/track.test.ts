import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seriesText } from "./series-text.ts";
import { stepCount, stepMs, Track } from "./track.ts";

const start = 1_800_000_000_000;
const after = (steps: number): number => start + steps * stepMs;
const sample = (waiting: number, serviceLevel: number | null = null) => ({ waiting, serviceLevel });
const tail = (values: readonly (number | null)[], count: number) => values.slice(-count);

describe("a track", () => {
  it("has no values before the first, not even zeros", () => {
    const { waiting, at } = new Track().series(start);
    expect([waiting.length, at.at(-1)]).toEqual([stepCount, start]);
    expect(waiting.every((value) => value === null)).toBe(true);
  });

  it("repeats a value until the next", () => {
    const track = new Track();
    track.put(start, sample(2, 90));
    track.put(after(3), sample(1, 80));
    const { waiting, serviceLevel } = track.series(after(4));
    expect(tail(waiting, 6)).toEqual([null, 2, 2, 2, 2, 1]);
    expect(tail(serviceLevel, 5)).toEqual([90, 90, 90, 80, 80]);
  });

  it("keeps the highest count of each step, so that short peaks are shown", () => {
    const track = new Track();
    for (const waiting of [1, 7, 0]) track.put(start, sample(waiting));
    expect(tail(track.series(after(1)).waiting, 2)).toEqual([7, 0]);
  });

  it("has a gap where it was interrupted", () => {
    const track = new Track();
    track.put(start, sample(3));
    track.interrupt(after(1));
    track.put(after(4), sample(3));
    expect(tail(track.series(after(5)).waiting, 7)).toEqual([null, 3, 3, null, null, 3, 3]);
  });

  it("forgets values that are older than an hour, even after a long pause", () => {
    const track = new Track();
    track.put(start, sample(9));
    track.interrupt(after(1));
    expect(track.series(after(stepCount + 5)).waiting.every((value) => value === null)).toBe(true);
    track.put(after(10 * stepCount), sample(1));
    expect(track.series(after(10 * stepCount)).waiting.filter((value) => value !== null)).toEqual([1]);
  });

  it("tolerates a clock that is set back", () => {
    const track = new Track();
    track.put(after(10), sample(4));
    track.put(start, sample(2));
    expect(tail(track.series(after(11)).waiting, 2)).toEqual([4, 2]);
  });

  it("equals a replay of all changes", () => {
    const step = fc.record({ wait: fc.integer({ min: 0, max: 80 }), value: fc.option(fc.nat(9), { nil: null }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const track = new Track();
        const expected = new Map<number, number>();
        let at = 0;
        let current: number | null = null;
        const write = (step: number, value: number | null): void => {
          if (value !== null) expected.set(step, Math.max(expected.get(step) ?? 0, value));
        };
        for (const { wait, value } of steps) {
          for (let passed = 1; passed <= wait; passed += 1) write(at + passed, current);
          at += wait;
          current = value;
          write(at, value);
          if (value === null) track.interrupt(after(at));
          else track.put(after(at), sample(value));
        }
        const { waiting } = track.series(after(at));
        expect(waiting).toEqual(
          Array.from({ length: stepCount }, (_, index) => expected.get(at - stepCount + 1 + index) ?? null),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe("the label of a chart", () => {
  it("gives the extremes and how much was recorded", () => {
    const track = new Track();
    track.put(start, sample(5, 71.2));
    track.put(after(6), sample(1, 90));
    expect(seriesText("support", track.series(after(11)))).toBe(
      "Last hour of support (2 minutes recorded): at most 5 waiting, 1 now, service level from 71% to 90%.",
    );
  });

  it("says that there is no data yet", () => {
    expect(seriesText("support", new Track().series(start))).toBe("Last hour of support: no data yet.");
  });
});
