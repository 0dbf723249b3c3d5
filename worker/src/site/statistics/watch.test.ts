import type { EventOf } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { createMeta, type SiteMeta } from "../meta.ts";
import { agentPresent, foldMembership } from "./agent-fold.ts";
import { createState, type StatisticsState } from "./state.ts";
import { coverageOf, foldUnseen, foldWatch } from "./watch.ts";
import { dayOf } from "./zone.ts";

/** 10:00 in UTC; below, seconds after it. */
const start = Date.parse("2026-11-29T10:00:00Z");
type Change = Readonly<{ now: number; link: SiteMeta["link"]; asOf: number; amiSince: number; lost?: number }>;

/** The seconds of today without a watch, after these changes of the link. */
function unwatched(changes: readonly Change[]): number {
  return unwatchedToday(after(changes)) / 1_000;
}

function after(changes: readonly Change[], state = createState(start)): StatisticsState {
  let meta = createMeta("e");
  for (const { now, link, asOf, amiSince, lost = 0 } of changes) {
    const ami = { ...meta.ami, up: link === "up", asOf: start + amiSince * 1_000 };
    const total = meta.lost.total + lost;
    const next = { ...meta, link, asOf: start + asOf * 1_000, ami, lost: { total, at: null } };
    foldWatch(state, meta, next, start + now * 1_000);
    meta = next;
  }
  return state;
}

function unwatchedToday({ today }: StatisticsState): number {
  return today.site.get("")?.unwatched ?? 0;
}

const up = { now: 0, link: "up", asOf: 0, amiSince: 0 } as const;

describe("EV18 a gap is a time in which nobody watched Asterisk", () => {
  it.each<[string, readonly Change[], number]>([
    ["the first connection is no gap", [up], 0],
    [
      "AMI lost, and back 30 s later",
      [up, { now: 61, link: "down", asOf: 60, amiSince: 60 }, { now: 91, link: "up", asOf: 90, amiSince: 90 }],
      30,
    ],
    [
      "AMI away for a second",
      [up, { now: 61, link: "down", asOf: 60, amiSince: 60 }, { now: 62, link: "up", asOf: 61, amiSince: 61 }],
      0,
    ],
    [
      "the uplink away, while the same connector watched",
      [up, { now: 71, link: "offline", asOf: 60, amiSince: 0 }, { now: 120, link: "up", asOf: 120, amiSince: 0 }],
      0,
    ],
    [
      "the uplink away, and occurrences were lost",
      [
        up,
        { now: 71, link: "offline", asOf: 60, amiSince: 0 },
        { now: 120, link: "up", asOf: 120, amiSince: 0 },
        { now: 121, link: "up", asOf: 0, amiSince: 0, lost: 3 },
      ],
      61,
    ],
    [
      "the same, and lost again later: what was counted is not counted twice",
      [
        up,
        { now: 71, link: "offline", asOf: 60, amiSince: 0 },
        { now: 120, link: "up", asOf: 120, amiSince: 0, lost: 3 },
        { now: 150, link: "up", asOf: 0, amiSince: 0, lost: 1 },
      ],
      90,
    ],
    [
      "the uplink away, and AMI reconnected meanwhile",
      [
        up,
        { now: 71, link: "offline", asOf: 60, amiSince: 0 },
        { now: 120, link: "up", asOf: 120, amiSince: 0 },
        { now: 121, link: "up", asOf: 120, amiSince: 80 },
      ],
      20,
    ],
    [
      "a new connector, whose AMI connection is new as well",
      [
        up,
        { now: 61, link: "offline", asOf: 60, amiSince: 0 },
        { now: 100, link: "down", asOf: 60, amiSince: 0 },
        { now: 101, link: "up", asOf: 99, amiSince: 99 },
      ],
      39,
    ],
    [
      "a standby that had watched all the time",
      [
        up,
        { now: 61, link: "offline", asOf: 60, amiSince: 0 },
        { now: 100, link: "down", asOf: 60, amiSince: 0 },
        { now: 101, link: "up", asOf: 10, amiSince: 10 },
      ],
      0,
    ],
  ])("%s", (_name, changes, expected) => {
    expect(unwatched(changes)).toBe(expected);
  });

  it("is in the intervals in which it was, over midnight", () => {
    const state = createState(start);
    const midnight = Date.parse("2026-11-30T00:00:00Z");
    const link = (link: SiteMeta["link"], at: number) => ({
      ...createMeta("e"),
      link,
      asOf: at,
      ami: { up: link === "up", asOf: at, asteriskVersion: null },
    });
    foldWatch(state, createMeta("e"), link("up", start), start);
    foldWatch(state, link("up", start), link("down", midnight - 60_000), midnight - 60_000);
    foldWatch(state, link("down", midnight - 60_000), link("up", midnight + 1_000_000), midnight + 1_000_000);
    const sums = [...state.open].map(([at, { site }]) => [at - midnight, site.get("")?.unwatched]);
    expect(sums).toEqual([
      [-900_000, 60_000],
      [0, 900_000],
      [900_000, 100_000],
    ]);
  });
});

describe("EV19 what agents did is not known either while the uplink alone was away", () => {
  const wentAway = { now: 71, link: "offline", asOf: 60, amiSince: 0 } as const;
  it.each<[string, readonly Change[], number]>([
    ["the same connector is back", [up, wentAway, { now: 120, link: "up", asOf: 120, amiSince: 0 }], 60],
    ["a connector reaches the site for the first time", [{ ...up, now: 22 }], 22],
    ["a second", [up, { ...wentAway, now: 61 }, { now: 61, link: "up", asOf: 61, amiSince: 0 }], 0],
    ["a standby, whose states are the latest", [up, wentAway, { now: 100, link: "up", asOf: 10, amiSince: 10 }], 40],
    [
      "AMI, too, which was back before: each moment is missing once",
      [up, wentAway, { now: 120, link: "up", asOf: 90, amiSince: 90 }],
      30,
    ],
  ])("%s", (_name, changes, expected) => {
    expect(after(changes).today.site.get("")?.unseen ?? 0).toBe(expected * 1_000);
  });

  it("and counts for nothing", () => {
    const state = withAgent();
    after([up, wentAway, { now: 120, link: "up", asOf: 120, amiSince: 0 }], state);
    expect(availableTime(state, 130)).toBe(70);
  });

  it("not either if states of that time come before it is known to be over", () => {
    const state = withAgent();
    after([up, wentAway], state);
    becomes(state, "paused", 90);
    becomes(state, "not_inuse", 100);
    after([{ ...wentAway }, { now: 120, link: "up", asOf: 120, amiSince: 115 }], state);
    expect(availableTime(state, 130)).toBe(70);
  });

  it("nor if Asterisk fell silent before, which is noticed later: each moment is missing once", () => {
    const state = withAgent();
    after(
      [
        up,
        wentAway,
        { now: 80, link: "up", asOf: 80, amiSince: 0 },
        { now: 90, link: "down", asOf: 50, amiSince: 50 },
        { now: 100, link: "up", asOf: 100, amiSince: 100 },
      ],
      state,
    );
    expect(state.today.site.get("")).toEqual({ unwatched: 50_000, unseen: 0 });
    expect(availableTime(state, 130)).toBe(80);
  });
});

describe("UP2 what agents did is not known either while states had to wait", () => {
  const stall = { from: start + 20_000, to: start + 45_000 };

  it("and counts for nothing", () => {
    const state = withAgent();
    expect(foldUnseen(state, stall, start + 50_000)).toBe(true);
    expect(state.today.site.get("")).toEqual({ unwatched: 0, unseen: 25_000 });
    expect(availableTime(state, 60)).toBe(35);
  });

  it("but that of a time in which the link is away counts when it is back", () => {
    const state = withAgent();
    after([up, { now: 50, link: "down", asOf: 30, amiSince: 0 }], state);
    expect(foldUnseen(state, stall, start + 50_000)).toBe(false);
  });
});

/** A site that watches since `start` an agent who is available. */
function withAgent(): StatisticsState {
  const state = after([up]);
  becomes(state, "not_inuse", 0);
  return state;
}

function becomes(state: StatisticsState, status: "not_inuse" | "paused", seconds: number): void {
  const at = start + seconds * 1_000;
  const member = { type: "queueMemberStatus", agent: "1001", queue: "sales", deviceStatus: "not_inuse" } as const;
  const event = { ...member, status, pausedReason: null, wrapUpUntil: null, at };
  foldMembership(state, event as EventOf<"queueMemberStatus">, at);
}

/** In seconds. */
function availableTime(state: StatisticsState, now: number): number {
  const present = [...agentPresent(state, "1001", start + now * 1_000)].map(({ sums }) => sums);
  const sums = [state.today.agent.get("1001"), ...present];
  return sums.reduce((sum, one) => sum + (one?.availableTime ?? 0), 0) / 1_000;
}

describe("EV18 coverage", () => {
  const day = dayOf(start, "UTC");
  const watch = { since: 0, awaySince: null, doubtFrom: 0, amiSince: 0 };
  const hour = 3_600_000;
  it.each([
    ["all of the day so far", watch, 0, 1],
    ["half of it in gaps", watch, 5 * hour, 0.5],
    ["a site that was first watched at noon minus two", { ...watch, since: start - hour }, 0, 0.1],
    ["a gap that goes on", { ...watch, awaySince: start - 2 * hour }, 0, 0.8],
    ["a gap that began yesterday and goes on", { ...watch, awaySince: start - 20 * hour }, 0, 0],
    ["a gap that has lasted for a second", { ...watch, awaySince: start - 1_000 }, 0, 1],
    ["a site that nobody has watched yet", { ...watch, since: null }, 0, 0],
  ])("%s", (_name, state, unwatchedMs, expected) => {
    expect(coverageOf(state, day, unwatchedMs, start)).toBe(expected);
  });
});
