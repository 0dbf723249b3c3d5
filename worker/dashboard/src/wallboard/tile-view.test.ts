import type { Membership, QueueView } from "@pbxis/shared/client";
import { describe, expect, it } from "vitest";
import { defaultThresholds } from "./thresholds.ts";
import { countAgents, sortQueues, statesInQueue, tileView, totalsOf } from "./tile-view.ts";

const now = 1_800_000_000_000;
type Statistics = NonNullable<QueueView["statistics"]>;
type Name = QueueView["queue"];

const queue = (name: string, rest: Partial<QueueView> = {}): QueueView => ({
  queue: name as Name,
  count: 0,
  longestWaitSince: null,
  members: [],
  summary: null,
  memberSummaries: [],
  statistics: null,
  ...rest,
});
const statistics = (rest: Partial<Statistics> = {}): Statistics => ({
  type: "queueStatistics",
  queue: "support" as Statistics["queue"],
  period: { from: now - 1, zone: "UTC" },
  offered: 25,
  answered: 20,
  answeredInLevel: 19,
  abandoned: 3,
  shortAbandoned: 0,
  exited: 2,
  picked: 0,
  moved: 0,
  hungUp: 0,
  unknown: 0,
  waitTimeAnswered: 240_000,
  waitTimeAbandoned: 0,
  longestWait: 60_000,
  mostWaiting: 4,
  talkTime: 3_700_000,
  holdTime: 0,
  wrapUpTime: 0,
  untimedTalks: 0,
  serviceLevel: 85.2,
  abandonRate: 13,
  averageSpeedOfAnswer: 12_000,
  averageHandleTime: 185_000,
  serviceLevelSeconds: 30,
  shortAbandonSeconds: 5,
  coverage: 1,
  at: now,
  ...rest,
});
const member = (
  status: Membership["status"],
  deviceStatus: Membership["deviceStatus"],
  wrapUpUntil: number | null = null,
) => ({ status, deviceStatus, wrapUpUntil });

describe("a tile", () => {
  it("EV18 shows the figures of a queue with waiting callers", () => {
    const view = queue("support", { count: 4, longestWaitSince: now - 200_000, statistics: statistics() });
    expect(tileView(view, now, defaultThresholds)).toMatchObject({
      level: "bad",
      waiting: { text: "4", level: "warn" },
      longestWait: { text: "3:20", spoken: "3 minutes 20 seconds", level: "bad" },
      serviceLevel: { text: "85%", level: "good" },
      answered: "20",
      abandoned: "3",
      averageWait: "0:12",
      averageHandling: "3:05",
      targetSeconds: 30,
      targetPercent: 80,
      gap: null,
    });
  });

  it("EV18 says how much of the day was watched", () => {
    const gap = (coverage: number) =>
      tileView(queue("support", { statistics: statistics({ coverage }) }), now, defaultThresholds).gap;
    expect([gap(0.999), gap(0.5)]).toEqual([null, expect.stringContaining("50%")]);
  });

  it("shows dashes, not zeros, without figures", () => {
    expect(tileView(queue("support"), now, defaultThresholds)).toMatchObject({
      level: "good",
      longestWait: { text: "–" },
      serviceLevel: { text: "–" },
      answered: "–",
      averageHandling: "–",
    });
  });

  it("shows no service level before the first call", () => {
    const none = { answered: 0, abandoned: 0, serviceLevel: null, averageSpeedOfAnswer: null };
    expect(tileView(queue("support", { statistics: statistics(none) }), now, defaultThresholds)).toMatchObject({
      level: "good",
      serviceLevel: { text: "–", level: "good" },
      answered: "0",
      averageWait: "–",
    });
  });

  it("shows no negative wait if the site's clock is ahead", () => {
    const view = queue("support", { count: 1, longestWaitSince: now + 5_000 });
    expect(tileView(view, now, defaultThresholds).longestWait.text).toBe("0:00");
  });
});

describe("members of a queue", () => {
  it.each([
    ["not_inuse", "not_inuse", ["available"]],
    ["ringing", "ringing", ["ringing"]],
    ["inuse", "inuse", ["talking"]],
    ["ringinuse", "ringinuse", ["talking"]],
    ["onhold", "onhold", ["talking"]],
    ["busy", "busy", ["talking"]],
    ["unavailable", "unavailable", ["away"]],
    ["unknown", "unknown", ["away"]],
    ["paused", "not_inuse", ["paused"]],
    ["paused", "unknown", ["paused"]],
    ["paused", null, ["paused"]],
    ["paused", "inuse", ["talking", "paused"]],
    ["paused", "ringing", ["ringing", "paused"]],
    ["paused", "unavailable", ["away", "paused"]],
    ["loggedoff", null, []],
  ] as const)("EV14 %s with device state %s counts as %j", (status, device, states) => {
    expect(statesInQueue(member(status, device))).toEqual(states);
  });

  it("are counted by state", () => {
    const members = [
      member("not_inuse", "not_inuse"),
      member("not_inuse", "not_inuse", now),
      member("inuse", "inuse", now),
      member("paused", "not_inuse"),
      member("paused", "inuse"),
      member("loggedoff", null),
    ];
    expect(countAgents(members as Membership[])).toEqual({
      ...{ available: 1, ringing: 0, talking: 2 },
      ...{ wrapup: 1, paused: 2, away: 0 },
    });
  });
});

describe("all queues", () => {
  const all = [
    queue("queue 10", { count: 2, longestWaitSince: 50 }),
    queue("queue 2", { count: 5, longestWaitSince: 90 }),
    queue("alpha"),
  ];
  it.each([
    ["name", ["alpha", "queue 2", "queue 10"]],
    ["wait", ["queue 10", "queue 2", "alpha"]],
    ["waiting", ["queue 2", "queue 10", "alpha"]],
  ] as const)("are sorted by %s", (order, names) => {
    expect(sortQueues(all, order).map(({ queue }) => queue)).toEqual(names);
  });

  it("are sorted by name if they are equal otherwise", () => {
    expect(sortQueues([queue("b"), queue("a")], "wait").map(({ queue }) => queue)).toEqual(["a", "b"]);
  });

  it("have totals", () => {
    expect(totalsOf([...all, queue("x", { statistics: statistics() })])).toEqual({
      waiting: 7,
      longestWaitSince: 50,
      answered: 20,
      abandoned: 3,
    });
    expect(totalsOf([]).longestWaitSince).toBeNull();
  });
});
