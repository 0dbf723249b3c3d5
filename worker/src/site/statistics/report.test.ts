import { describe, expect, it } from "vitest";
import { ended } from "../../testing/events.ts";
import type { Report, ReportQuery } from "../api.ts";
import { fold } from "./fold.ts";
import { reportOf, type StoredSums } from "./report.ts";
import { createState, defaultSettings, type StatisticsState, type Stored, storedOf } from "./state.ts";

const at = (text: string) => Date.parse(text);

/** A state in `zone` after one answered call at each of these times; what is before the last hour is in rows. */
function counted(zone: string, times: readonly string[]): { state: StatisticsState; stored: StoredSums } {
  const first = at(times[0] ?? "");
  const settings = { ...defaultSettings, timezone: zone, serviceLevelSeconds: { "*": 20 } };
  const state = createState(first, settings);
  state.watch = { ...state.watch, since: 0 };
  for (const [index, text] of times.entries()) {
    const time = at(text);
    const wait = { outcome: "answered", waitTime: 10_000, since: time - 10_000, at: time };
    fold(state, ended("support", `u${index}`, wait), time);
  }
  const rows: Stored[] = [];
  for (const [start, table] of state.open)
    if (start < state.now - 3_600_000) {
      rows.push(...storedOf(start, table));
      state.open.delete(start);
    }
  const stored: StoredSums = {
    read: ({ kind, names, from, to }) =>
      rows.filter(
        (row) =>
          row.kind === kind && (names === null || names.includes(row.name)) && row.start >= from && row.start < to,
      ),
    names: (kind) => rows.filter((row) => row.kind === kind).map(({ name }) => name),
  };
  return { state, stored };
}

const anything: ReportQuery = { queues: "*", agents: "*", from: null, to: null, interval: "15m" };

function rowsOf(report: Report) {
  if (report.kind !== "rows") throw new Error(report.kind);
  return report.answer.rows;
}

describe("AP12 the rows of a day", () => {
  it.each([
    ["Europe/Zagreb", "2026-11-29T00:00:00+01:00", "2026-11-30T00:00:00+01:00", 96, 24],
    ["Europe/Zagreb", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 92, 23],
    ["Europe/Zagreb", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 100, 25],
    ["America/St_Johns", "2026-03-08T00:00:00-03:30", "2026-03-09T00:00:00-02:30", 92, 23],
    ["America/St_Johns", "2026-11-01T00:00:00-02:30", "2026-11-02T00:00:00-03:30", 100, 25],
  ])(
    "in %s from %s: quarters, hours and the day, with every call in one of each",
    (zone, from, to, quarters, hours) => {
      const times: string[] = [];
      for (let time = at(from) + 60_000; time < at(to); time += 1_700_000) times.push(new Date(time).toISOString());
      const { state, stored } = counted(zone, times);
      const span = { from: at(from), to: at(to) };
      for (const [interval, count] of [
        ["15m", quarters],
        ["1h", hours],
        ["day", 1],
      ] as const) {
        const rows = rowsOf(reportOf(state, stored, { ...anything, ...span, interval }, at(to) + 1));
        expect(rows).toHaveLength(count);
        expect([rows[0]?.from, rows.at(-1)?.to]).toEqual([span.from, span.to]);
        expect(rows.reduce((sum, { answered }) => sum + answered, 0)).toBe(times.length);
        for (const [index, row] of rows.slice(1).entries()) expect(row.from).toBe(rows[index]?.to);
      }
    },
  );
});

describe("AP12 a report", () => {
  const { state, stored } = counted("UTC", ["2026-11-29T08:10:00Z", "2026-11-29T08:20:00Z", "2026-11-29T10:40:00Z"]);
  const now = at("2026-11-29T10:50:00Z");

  it("is of today so far without a span", () => {
    const rows = rowsOf(reportOf(state, stored, anything, now));
    expect(rows).toHaveLength(44);
    expect(rows.filter(({ answered }) => answered > 0).map(({ from }) => new Date(from).toISOString())).toEqual([
      "2026-11-29T08:00:00.000Z",
      "2026-11-29T08:15:00.000Z",
      "2026-11-29T10:30:00.000Z",
    ]);
    expect(rows[33]).toMatchObject({ kind: "queue", name: "support", offered: 1, serviceLevel: 100, coverage: 1 });
    expect(rows[34]).toMatchObject({
      offered: 0,
      serviceLevel: null,
      averageHandleTime: null,
      serviceLevelSeconds: 20,
    });
  });

  it.each<[string, Partial<ReportQuery>, number]>([
    ["whole intervals, of a span that begins and ends within one", { from: now - 3_660_000, to: now - 60_000 }, 5],
    ["no interval of the future", { from: now, to: now + 86_400_000 }, 0],
    ["no interval that would be deleted by now", { from: 0, to: now - 35 * 86_400_000 + 1, interval: "day" }, 1],
    ["only the names that are asked for", { queues: ["sales", "support"], from: now - 1, to: now }, 1],
    ["no queues", { queues: null }, 0],
    ["a queue that nobody knows", { queues: ["nowhere"] }, 0],
    ["an empty span", { from: now, to: now }, 0],
  ])("has %s", (_name, query, count) => {
    expect(rowsOf(reportOf(state, stored, { ...anything, ...query }, now))).toHaveLength(count);
  });

  it("of too many rows is refused", () => {
    const many = { ...stored, names: () => Array.from({ length: 250 }, (_, index) => `q${index}`) };
    expect(reportOf(state, many, { ...anything, interval: "15m" }, now)).toEqual({ kind: "too_large" });
    expect(reportOf(state, many, { ...anything, interval: "1h" }, now).kind).toBe("rows");
  });

  it("keeps the settings by which each interval was counted", () => {
    const { state: changed, stored: none } = counted("UTC", ["2026-11-29T08:10:00Z"]);
    changed.settings = { ...changed.settings, serviceLevelSeconds: { support: 5 }, shortAbandonSeconds: 9 };
    const wait = { outcome: "answered", waitTime: 10_000, since: now - 10_000, at: now };
    fold(changed, ended("support", "u9", wait), now);
    const rows = rowsOf(reportOf(changed, none, { ...anything, from: at("2026-11-29T08:00:00Z") }, now + 1));
    const kept = rows.filter(({ answered }) => answered > 0);
    expect(kept).toMatchObject([
      { serviceLevelSeconds: 20, shortAbandonSeconds: 5, answeredInLevel: 1 },
      { serviceLevelSeconds: 5, shortAbandonSeconds: 9, answeredInLevel: 0, serviceLevel: 0 },
    ]);
  });

  it("says of each interval how much of it was watched", () => {
    const away = { ...state, watch: { ...state.watch, awaySince: at("2026-11-29T10:35:00Z") } };
    const rows = rowsOf(reportOf(away, stored, { ...anything, from: at("2026-11-29T10:00:00Z") }, now));
    expect(rows.map(({ coverage }) => coverage)).toEqual([1, 1, 0.3333, 0]);
  });
});
