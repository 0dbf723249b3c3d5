import { AgentId, QueueName } from "@pbxis/shared";
import type { StatisticsRow } from "@pbxis/shared/client";
import { describe, expect, it } from "vitest";
import { pausesText } from "../ui/pauses.ts";
import { chartShapes, ticksOf } from "./chart-shapes.ts";
import { coverageText, queueColumns } from "./columns.ts";
import { agentReport, intervalLabel, queueBars, queueReport } from "./report-data.ts";
import { reportFilterOf, reportParameters, reportQuestion, reportsHashOf } from "./report-filter.ts";

type QueueRow = Extract<StatisticsRow, { kind: "queue" }>;
type AgentRow = Extract<StatisticsRow, { kind: "agent" }>;

const hour = 3_600_000;

function queueRow(name: string, at: number, more: Partial<QueueRow> = {}): QueueRow {
  return {
    kind: "queue",
    name: QueueName.parse(name),
    from: at,
    to: at + hour,
    offered: 10,
    answered: 8,
    answeredInLevel: 6,
    abandoned: 2,
    shortAbandoned: 1,
    exited: 0,
    picked: 0,
    moved: 0,
    hungUp: 0,
    unknown: 0,
    waitTimeAnswered: 80_000,
    waitTimeAbandoned: 30_000,
    longestWait: 40_000,
    mostWaiting: 3,
    talkTime: 800_000,
    holdTime: 0,
    wrapUpTime: 80_000,
    untimedTalks: 0,
    serviceLevel: 60,
    abandonRate: 20,
    averageSpeedOfAnswer: 10_000,
    averageHandleTime: 110_000,
    serviceLevelSeconds: 20,
    shortAbandonSeconds: 5,
    coverage: 1,
    ...more,
  };
}

function agentRow(name: string, at: number, more: Partial<AgentRow> = {}): AgentRow {
  return {
    kind: "agent",
    name: AgentId.parse(name),
    from: at,
    to: at + hour,
    answered: 5,
    notAnswered: 1,
    declined: 0,
    transferred: 0,
    talkTime: 0.5 * hour,
    holdTime: 0,
    wrapUpTime: 0.1 * hour,
    ringTime: 10_000,
    availableTime: 0.2 * hour,
    pausedTime: 0.2 * hour,
    pausedBy: { Lunch: 0.2 * hour },
    loggedInTime: hour,
    occupancy: 75,
    coverage: 1,
    ...more,
  };
}

describe("the totals of a report", () => {
  it("EV18 are sums, and their rates are made of the sums, not of rates", () => {
    const rows = [
      queueRow("a", 0),
      queueRow("b", 0, { answered: 0, answeredInLevel: 0, abandoned: 10, waitTimeAnswered: 0, longestWait: 90_000 }),
      queueRow("a", hour, { mostWaiting: 7, coverage: 0.5 }),
    ];
    const { all, names, intervals } = queueReport(rows, "1h", "UTC");
    expect(all).toMatchObject({ offered: 30, answered: 16, abandoned: 14, longestWait: 90_000, mostWaiting: 7 });
    expect(all.serviceLevel).toBeCloseTo((12 / 30) * 100);
    expect(all.abandonRate).toBeCloseTo((14 / 30) * 100);
    expect([all.averageWait, all.coverage]).toEqual([10_000, 2.5 / 3]);
    expect(names.map(({ name, totals }) => [name, totals.offered])).toEqual([
      ["a", 20],
      ["b", 10],
    ]);
    expect(intervals.map(({ label, totals }) => [label, totals.offered])).toEqual([
      ["00:00", 20],
      ["01:00", 10],
    ]);
  });

  it("EV18 of no calls have no rates", () => {
    const { all } = queueReport([queueRow("a", 0, { answered: 0, abandoned: 0, answeredInLevel: 0 })], "1h", "UTC");
    expect([all.serviceLevel, all.abandonRate, all.averageWait, all.averageHandle]).toEqual([null, null, null, null]);
    expect(queueColumns.find(({ title }) => title === "Service level")?.text(all)).toBe("–");
  });

  it("EV19 add up the pauses by reason", () => {
    const rows = [agentRow("1", 0), agentRow("2", 0, { pausedBy: { Lunch: 60_000, none: 5_000, Training: 0 } })];
    const { all } = agentReport(rows, "1h", "UTC");
    expect(all.occupancy).toBeCloseTo(75);
    expect(pausesText(all.pausedBy)).toBe("Lunch 13:00, no reason 0:05");
  });

  it.each([
    [1, "100%"],
    [0.999, "99%"],
    [0, "0%"],
  ])("a coverage of %d is shown as %s: 100%% means all of it", (coverage, text) => {
    expect(coverageText(coverage)).toBe(text);
  });
});

describe("the labels of intervals", () => {
  const at = Date.parse("2026-11-29T23:15:00Z");
  it.each([
    ["day", false, "30 Nov"],
    ["1h", false, "00:15"],
    ["15m", true, "30 Nov 00:15"],
  ] as const)("%s", (interval, hasDay, label) => {
    expect(intervalLabel(at, interval, "Europe/Zagreb", hasDay)).toBe(label);
  });
});

describe("the filter of an address", () => {
  it.each([
    "#/reports",
    "#/reports?kind=agents&time=week&interval=1h&name=1001",
    "#/reports?from=2026-11-29T08%3A00&to=2026-11-29T10%3A00",
    "#/reports?time=month&interval=1h",
  ])("%s is that from which it came", (hash) => {
    expect(reportsHashOf(reportFilterOf(hash))).toBe(hash);
  });

  it("asks for one name or all", () => {
    const span = { from: 0, to: hour };
    const ask = (hash: string) => reportQuestion(reportFilterOf(hash), span);
    expect(ask("#/reports?kind=nobody&interval=x")).toEqual({ ...span, interval: "1h", queues: "*" });
    expect(ask("#/reports?kind=agents&name=7&time=week")).toEqual({ ...span, interval: "day", agents: ["7"] });
    expect(reportParameters(reportFilterOf("#/reports"), span)).toEqual({
      from: "1970-01-01T00:00:00.000Z",
      to: "1970-01-01T01:00:00.000Z",
      interval: "1h",
      queues: "*",
    });
  });
});

describe("the chart", () => {
  const bars = queueBars(
    queueReport([queueRow("a", 0), queueRow("a", hour, { offered: 0, answered: 0, abandoned: 0 })], "1h", "UTC"),
  );

  it("stacks the parts without gaps, within the plot", () => {
    const { bars: shapes, plot } = chartShapes(bars, 1000, 200);
    const [answered, abandoned] = shapes[0] ?? [];
    expect(answered?.height).toBeGreaterThan(0);
    expect((abandoned?.y ?? 0) + (abandoned?.height ?? 0)).toBeCloseTo(answered?.y ?? 0);
    expect((answered?.y ?? 0) + (answered?.height ?? 0)).toBeCloseTo(plot.y + plot.height);
    expect(shapes[1]?.every(({ height }) => height === 0)).toBe(true);
  });

  it("draws a percentage that stands alone, and none where there is none", () => {
    expect(chartShapes(bars, 1000, 200).line).toMatch(/^M[\d.]+ [\d.]+h6$/);
    expect(chartShapes([], 1000, 200).line).toBe("");
  });

  it.each([
    [0, [0, 1]],
    [3, [0, 1, 2, 3]],
    [10, [0, 5, 10]],
    [37, [0, 10, 20, 30, 40]],
    [1234, [0, 500, 1000, 1500]],
  ])("has round values for %d on its axis", (most, ticks) => {
    expect(ticksOf(most)).toEqual(ticks);
  });

  it("leaves out labels that have no room", () => {
    const many = Array.from({ length: 96 }, (_, index) => ({
      label: String(index),
      parts: [1],
      percent: null,
      isPartial: false,
    }));
    expect(chartShapes(many, 1000, 200).labelled.length).toBeLessThan(20);
  });
});
