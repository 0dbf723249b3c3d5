import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { foldGap } from "./agent-fold.ts";
import { fold } from "./fold.ts";
import { openSince, openSums, takeOver } from "./open.ts";
import { restoreState, SavedState, saveState } from "./saved-state.ts";
import { createState, type StatisticsState, type Stored } from "./state.ts";
import { StatisticsStore } from "./statistics-store.ts";
import { decodeSums } from "./sums.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const friday = Date.parse("2026-11-27T17:05:00Z");

function member(agent: string, status: string, at: number): SiteEvent {
  const deviceStatus = status === "loggedoff" ? null : "not_inuse";
  const pausedReason = status === "paused" ? "Lunch" : null;
  const rest = { queue: "sales", penalty: 0, since: at, wrapUpUntil: null };
  return SiteEvent.parse({ type: "queueMemberStatus", agent, status, deviceStatus, pausedReason, ...rest, at });
}

/** Agents who are available from then on. */
function present(agents: number, from: number): StatisticsState {
  const state = createState(from);
  for (let index = 0; index < agents; index++) fold(state, member(`${1000 + index}`, "not_inuse", from), from);
  return state;
}

const everything = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** What an agent did in each interval, in minutes. */
function minutesOf(sums: Iterable<Stored>, field: "availableTime" | "pausedTime" | "loggedInTime"): [string, number][] {
  const byStart = new Map<number, number>();
  for (const one of sums) {
    if (one.kind !== "agent") continue;
    const value = decodeSums("agent", one.sums)[field] / minute;
    byStart.set(one.start, (byStart.get(one.start) ?? 0) + value);
  }
  return [...byStart].map(([start, value]) => [new Date(start).toISOString(), value]);
}

describe("EV19 what an agent did for long", () => {
  it("is in every interval that it touches", () => {
    const state = present(1, friday);
    fold(state, member("1000", "paused", friday + 62.5 * hour), friday + 62.5 * hour);
    const sums = minutesOf(openSums(state, everything), "availableTime");
    expect(sums.slice(0, 2)).toEqual([
      ["2026-11-27T17:00:00.000Z", 10],
      ["2026-11-27T17:15:00.000Z", 15],
    ]);
    expect(sums.at(-1)).toEqual(["2026-11-30T07:30:00.000Z", 5]);
    expect(sums.reduce((sum, [, value]) => sum + value, 0)).toBe(62.5 * 60);
    const monday = Date.parse("2026-11-30T00:00:00Z");
    expect(
      minutesOf(openSums(state, { from: monday, to: monday + hour }), "availableTime").map(([, is]) => is),
    ).toEqual([15, 15, 15, 15]);
  });

  it("counts for today from midnight on", () => {
    const state = present(1, friday);
    const at = Date.parse("2026-11-30T08:00:00Z");
    fold(state, member("1000", "paused", at), at);
    expect(state.today.agent.get("1000")?.availableTime).toBe(8 * hour);
  });

  it("counts for nothing while logged off", () => {
    const state = present(1, friday);
    fold(state, member("1000", "loggedoff", friday + minute), friday + minute);
    fold(state, member("1000", "not_inuse", friday + 10 * day), friday + 10 * day);
    expect(minutesOf(openSums(state, everything), "loggedInTime").map(([, is]) => is)).toEqual([1]);
  });

  it("of a thousand agents over five weeks is no more to remember than their names", () => {
    const end = friday + 35 * day;
    const state = present(1_000, friday);
    foldGap(state, { from: end, to: end + hour });
    expect(JSON.stringify(saveState(state, 1)).length).toBeLessThan(1_000_000);
    const restored = restoreState(SavedState.parse(JSON.parse(JSON.stringify(saveState(state, 1)))));
    const last = minutesOf(openSums(restored, { from: end - hour, to: end }), "availableTime");
    expect(last.map(([, is]) => is)).toEqual([15_000, 15_000, 15_000, 5_000]);
  });

  it("is stored by days, without what is not over", async () => {
    const at = friday + 62.5 * hour;
    const state = present(2, friday);
    for (const agent of ["1000", "1001"]) fold(state, member(agent, "paused", at), at);
    const expected = minutesOf(openSums(state, everything), "availableTime");
    await runInDurableObject(env.SITE.getByName("stretches"), (_, { storage }) => {
      const store = new StatisticsStore(storage.sql, (unreadable) => expect.unreachable(unreadable.because));
      expect(openSince(state)).toBe(Date.parse("2026-11-27T17:00:00Z"));
      store.add(takeOver(state, at - hour));
      expect(openSince(state)).toBe(Date.parse("2026-11-30T06:30:00Z"));
      const stored = () => store.read({ kind: "agent", names: null, from: friday - hour, to: at });
      expect(minutesOf([...stored(), ...openSums(state, everything)], "availableTime")).toEqual(expected);
      store.add(takeOver(state, at + hour));
      expect(openSince(state)).toBeNull();
      expect(minutesOf(stored(), "availableTime")).toEqual(expected);
    });
  });
});
