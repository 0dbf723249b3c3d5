import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayStart, isZone, localText, momentOf, parseLocalText, shortTime, zoneOf } from "./zone.ts";

const at = (text: string): number => Date.parse(text);
const hours = (ms: number): number => ms / 3_600_000;

describe("a day of the site", () => {
  it.each([
    ["Europe/Zagreb", "2026-11-29T12:00:00Z", "2026-11-28T23:00:00Z", 24],
    ["Europe/Zagreb", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", 23],
    ["Europe/Zagreb", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", 25],
    ["America/St_Johns", "2026-11-29T01:00:00Z", "2026-11-28T03:30:00Z", 24],
    ["Pacific/Auckland", "2026-09-27T00:00:00Z", "2026-09-26T12:00:00Z", 23],
    ["Pacific/Auckland", "2026-04-05T00:00:00Z", "2026-04-04T11:00:00Z", 25],
    // Its clocks go from 0:00 to 1:00: the day begins at 1:00.
    ["Africa/Cairo", "2026-04-24T12:00:00Z", "2026-04-23T22:00:00Z", 23],
    ["UTC", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", 24],
  ])("in %s around %s", (zone, moment, start, length) => {
    expect(new Date(dayStart(at(moment), zone)).toISOString()).toBe(new Date(start).toISOString());
    expect(hours(dayStart(at(moment), zone, 1) - dayStart(at(moment), zone))).toBe(length);
  });

  it("is one of a month and a year, too", () => {
    expect(localText(dayStart(at("2026-01-01T10:00:00Z"), "Europe/Zagreb", -1), "Europe/Zagreb")).toBe(
      "2025-12-31T00:00",
    );
  });
});

describe("times in the zone", () => {
  it("are the same after formatting and parsing, but in the hour that comes twice", () => {
    const moments = fc.integer({ min: at("2026-01-01T00:00:00Z") / 60_000, max: at("2027-01-01T00:00:00Z") / 60_000 });
    const zones = fc.constantFrom("Europe/Zagreb", "America/St_Johns", "Pacific/Auckland", "Asia/Kolkata");
    fc.assert(
      fc.property(moments, zones, (minute, zone) => {
        const text = localText(minute * 60_000, zone);
        const parsed = parseLocalText(text, zone) ?? Number.NaN;
        expect(localText(parsed, zone)).toBe(text);
        expect([0, 1]).toContain(hours(minute * 60_000 - parsed));
      }),
    );
  });

  it.each(["", "2026-11-29", "2026-13-01T00:00", "2026-02-30T10:00", "2026-11-29T24:00", "2026-11-29T10:60", "now"])(
    "%j is none",
    (text) => {
      expect(parseLocalText(text, "UTC")).toBe(null);
    },
  );

  it("of today are short, and others have their day", () => {
    const now = at("2026-11-29T23:30:00Z");
    expect(shortTime(now - 600_000, now, "Europe/Zagreb")).toBe("00:20");
    expect(shortTime(now - 7_200_000, now, "Europe/Zagreb")).toBe("29 Nov 22:30");
  });

  it("of a skipped hour are read as if the clocks had not been changed", () => {
    const local = { year: 2026, month: 3, day: 29, hour: 2, minute: 30 };
    expect(new Date(momentOf(local, "Europe/Zagreb")).toISOString()).toBe("2026-03-29T01:30:00.000Z");
  });
});

describe("the site's zone", () => {
  it("is that of its figures, if the browser knows it", () => {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const statistics = (zone: string) => [{ type: "queueStatistics", period: { from: 0, zone } }] as never;
    expect(zoneOf([])).toBe(own);
    expect(zoneOf(statistics("America/St_Johns"))).toBe("America/St_Johns");
    expect(zoneOf(statistics("Mars/Olympus"))).toBe(own);
    expect(isZone("")).toBe(false);
  });
});
