import { expect, it } from "vitest";
import { callsRetention, expiryOf, logRetention } from "./retention.ts";

const hour = 3_600_000;

it.each<[string | undefined, number]>([
  [undefined, 48],
  ["", 48],
  ["1", 1],
  [" 72 ", 72],
  ["0.5", 0.5],
  ["0.001", 0.001],
  ["8760", 8_760],
])("PBXIS_LOG_HOURS %j: %s hours", (text, hours) => {
  expect(logRetention(text === undefined ? {} : { PBXIS_LOG_HOURS: text })).toEqual({ ok: true, keptMs: hours * hour });
});

it.each(["0", "0.0001", "8761", "-1", "two days", "48h", "1e3", "1,5", ".5", "0x10", "Infinity", " "])(
  "PBXIS_LOG_HOURS %j is refused by name",
  (text) => {
    const message = "PBXIS_LOG_HOURS must be a number of hours from 0.001 to 8760";
    expect(logRetention({ PBXIS_LOG_HOURS: text })).toEqual({ ok: false, message });
  },
);

it.each([
  ["", 35],
  ["0", 0],
  ["0.5", 0.5],
  ["366", 366],
])("PBXIS_CALLS_DAYS %j: %s days", (text, days) => {
  expect(callsRetention({ PBXIS_CALLS_DAYS: text })).toEqual({ ok: true, keptMs: days * 24 * hour });
});

it.each(["367", "-1", "a month", "1e2", ".5", " "])("PBXIS_CALLS_DAYS %j is refused by name", (text) => {
  const message = "PBXIS_CALLS_DAYS must be a number of days from 0 to 366";
  expect(callsRetention({ PBXIS_CALLS_DAYS: text })).toEqual({ ok: false, message });
});

it.each<[number | null, number, number | null]>([
  [null, hour, null],
  [1_000, 48 * hour, 1_000 + 48 * hour + 600_000],
  [1_000, hour, 1_000 + hour + hour / 10],
  [1_000, 3_600, 1_000 + 3_960],
])("what began at %s and is kept for %i ms is deleted at %s", (since, keptMs, due) => {
  expect(expiryOf(since, keptMs)).toBe(due);
});
