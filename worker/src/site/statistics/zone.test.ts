import { describe, expect, it } from "vitest";
import { intervalMs } from "./interval.ts";
import { dayOf, hourStart, isZone, localText, offsetMs, offsetsOf } from "./zone.ts";

const at = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString().replace(":00.000Z", "Z");

describe("a day is from local midnight to local midnight", () => {
  it.each([
    ["Europe/Zagreb", "2026-11-29T12:00Z", "2026-11-28T23:00Z", 96],
    ["Europe/Zagreb", "2026-03-29T12:00Z", "2026-03-28T23:00Z", 92],
    ["Europe/Zagreb", "2026-10-25T12:00Z", "2026-10-24T22:00Z", 100],
    ["America/St_Johns", "2026-11-29T12:00Z", "2026-11-29T03:30Z", 96],
    ["America/St_Johns", "2026-03-08T12:00Z", "2026-03-08T03:30Z", 92],
    ["America/St_Johns", "2026-11-01T12:00Z", "2026-11-01T02:30Z", 100],
    ["Australia/Lord_Howe", "2026-10-04T06:00Z", "2026-10-03T13:30Z", 94],
    ["America/Santiago", "2026-09-06T12:00Z", "2026-09-06T04:00Z", 92],
    ["Asia/Kathmandu", "2026-11-29T12:00Z", "2026-11-28T18:15Z", 96],
    ["UTC", "2026-11-29T00:00Z", "2026-11-29T00:00Z", 96],
    ["UTC", "2026-11-29T23:59:59.999Z", "2026-11-29T00:00Z", 96],
  ])("EV18 %s at %s began at %s and has %i intervals", (zone, moment, from, intervals) => {
    const day = dayOf(at(moment), zone);
    expect(iso(day.from)).toBe(from);
    expect((day.to - day.from) / intervalMs).toBe(intervals);
  });

  it.each(["Europe/Zagreb", "America/St_Johns"])("the days of a year in %s follow one another", (zone) => {
    let day = dayOf(at("2026-01-01T12:00Z"), zone);
    for (let count = 0; count < 366; count++) {
      expect(dayOf(day.to - 1, zone)).toEqual(day);
      const next = dayOf(day.to, zone);
      expect(next.from).toBe(day.to);
      day = next;
    }
  });
});

it.each([
  ["Europe/Zagreb", "2026-11-29T12:59:59Z", "2026-11-29T12:00Z"],
  ["America/St_Johns", "2026-11-29T12:15Z", "2026-11-29T11:30Z"],
  ["Asia/Kathmandu", "2026-11-29T12:14Z", "2026-11-29T11:15Z"],
])("an hour of %s at %s began at %s", (zone, moment, from) => {
  expect(iso(hourStart(at(moment), offsetMs(at(moment), zone)))).toBe(from);
});

it("offsets of many times are those of each", () => {
  for (const [zone, from] of [
    ["Europe/Zagreb", "2026-10-24T12:00Z"],
    ["Australia/Lord_Howe", "2026-10-03T00:00Z"],
  ] as const) {
    const offsetAt = offsetsOf(zone);
    for (let time = at(from); time < at(from) + 100 * intervalMs; time += intervalMs)
      expect(offsetAt(time)).toBe(offsetMs(time, zone));
  }
});

it.each([
  ["Europe/Zagreb", "2026-11-28T23:00:00Z", "2026-11-29T00:00:00+01:00"],
  ["America/St_Johns", "2026-07-01T02:30:00Z", "2026-07-01T00:00:00-02:30"],
  ["UTC", "2026-07-01T02:30:00Z", "2026-07-01T02:30:00+00:00"],
])("the local time in %s at %s is %s", (zone, moment, text) => {
  expect(localText(at(moment), zone)).toBe(text);
});

it.each([
  ["Europe/Zagreb", true],
  ["UTC", true],
  ["Europe/Nowhere", false],
  ["", false],
])("whether %s is a zone: %s", (zone, expected) => {
  expect(isZone(zone)).toBe(expected);
});
