import type { QueueView } from "@pbxis/shared/client";
import { expect, it } from "vitest";
import { roster } from "../agents/roster.ts";
import { displayOf } from "../testing/agents.ts";
import { queuesAt, rosterTotals, sitesText } from "./totals.ts";

const queue = (longestWaitSince: number | null): QueueView => ({
  queue: "support" as QueueView["queue"],
  count: 1,
  longestWaitSince,
  members: [],
  summary: null,
  memberSummaries: [],
  statistics: null,
});

it("a wait at a site whose values are stale is as long as it was, whatever the time is", () => {
  const live = { queues: [queue(9_000), queue(null)], at: 10_000 };
  const stale = { queues: [queue(1_000)], at: 4_000 };
  expect(queuesAt([live, stale], 10_000).map(({ longestWaitSince }) => longestWaitSince)).toEqual([9_000, null, 7_000]);
});

it("the agents of all sites are counted together, and the same id at two sites is two agents", () => {
  const filter = { search: "", state: null, queue: null, sorting: "name" } as const;
  const [one, other] = [[displayOf(), displayOf({ agent: "1002", status: "ringing" })], [displayOf()]];
  const { shown, total, totals } = rosterTotals([roster(one, filter), roster(other, filter)]);
  expect([shown.length, total, totals.ringing, totals.available]).toEqual([3, 3, 1, 2]);
});

it.each([
  [["live", "live"], "all 2 sites live"],
  [["live", "offline"], "1 of 2 sites live"],
])("%j: %s", (kinds, text) => {
  const freshness = kinds.map((kind) =>
    kind === "live" ? ({ kind } as const) : ({ kind: "stale", cause: "offline", asOf: 1 } as const),
  );
  expect(sitesText(freshness)).toBe(text);
});
