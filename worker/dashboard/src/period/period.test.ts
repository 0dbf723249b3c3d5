import { describe, expect, it } from "vitest";
import { type Period, periodIn, putPeriod, rangeOf, spanOf } from "./period.ts";

const zone = "Europe/Zagreb";
const now = Date.parse("2026-11-29T10:00:00Z");
const spanText = (period: Period) => {
  const span = spanOf(period, now, zone);
  return "problem" in span ? span.problem : [span.from, span.to].map((at) => new Date(at).toISOString().slice(0, 16));
};
const range = (from: string, to: string): Period => ({ kind: "range", from, to });

describe("the span of a period", () => {
  it.each<[Period, readonly string[] | string]>([
    [{ kind: "today" }, ["2026-11-28T23:00", "2026-11-29T23:00"]],
    [{ kind: "yesterday" }, ["2026-11-27T23:00", "2026-11-28T23:00"]],
    [{ kind: "week" }, ["2026-11-22T23:00", "2026-11-29T23:00"]],
    // 35 days back there was summer time.
    [{ kind: "month" }, ["2026-10-25T23:00", "2026-11-29T23:00"]],
    [range("2026-11-29T08:00", "2026-11-29T12:30"), ["2026-11-29T07:00", "2026-11-29T11:30"]],
    [range("2026-11-29T08:00", "2026-11-29T08:00"), "The end must be after the beginning."],
    [range("", "2026-11-29T08:00"), "Enter when to begin."],
    [range("2026-11-29T08:00", "yesterday"), "Enter when to end."],
  ])("%j", (period, expected) => {
    expect(spanText(period)).toEqual(expected);
  });
});

describe("the period of an address", () => {
  it.each<Period>([{ kind: "today" }, { kind: "week" }, range("2026-11-29T08:00", "x&y=z")])("%j", (period) => {
    const query = new URLSearchParams();
    putPeriod(query, period);
    expect(periodIn(new URLSearchParams(query.toString()))).toEqual(period);
  });

  it.each(["", "time=", "time=never", "time=__proto__"])("is today for %j", (text) => {
    expect(periodIn(new URLSearchParams(text))).toEqual({ kind: "today" });
  });
});

it("a range begins with what the period covers", () => {
  expect(rangeOf({ kind: "yesterday" }, now, zone)).toEqual(range("2026-11-28T00:00", "2026-11-29T00:00"));
  expect(rangeOf(range("a", "b"), now, zone)).toEqual(range("a", "b"));
});
