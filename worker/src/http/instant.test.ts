import { expect, it } from "vitest";
import { Instant } from "./instant.ts";

it.each([
  ["2025-11-23T09:26:30Z", 1_763_889_990_000],
  ["2025-11-23T10:26:30+01:00", 1_763_889_990_000],
  ["2025-11-23T10:26:30 01:00", 1_763_889_990_000],
  ["2025-11-23T05:56:30.250-03:30", 1_763_889_990_250],
  ["2025-11-23T09:26Z", 1_763_889_960_000],
])("AP13 %s", (text, at) => {
  expect(Instant.parse(text)).toBe(at);
});

it.each([
  "",
  "1763889990000",
  "2025-11-23",
  "2025-11-23T09:26:30",
  "2025-02-30T00:00:00Z",
  "2025-11-23 09:26:30Z",
  "1969-12-31T23:00:00Z",
  "yesterday",
])("AP13 %j is none", (text) => {
  expect(Instant.safeParse(text).error?.issues[0]?.message).toMatch(/^must be a time with its offset/);
});
