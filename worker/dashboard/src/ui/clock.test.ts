import { expect, it } from "vitest";
import type { Freshness } from "../store/store.ts";
import { displayTime } from "./clock.ts";

const cases: [Freshness, number][] = [
  [{ kind: "live" }, 100],
  [{ kind: "connecting", reason: null }, 100],
  [{ kind: "stale", cause: "down", asOf: 40 }, 40],
  // The site's clock is ahead of the browser's clock.
  [{ kind: "stale", cause: "down", asOf: 140 }, 100],
  [{ kind: "stopped", reason: "token_expired", asOf: 40 }, 40],
  [{ kind: "stopped", reason: "token_expired", asOf: null }, 100],
];

it.each(cases)("%j: stale values do not tick", (freshness, at) => {
  expect(displayTime(freshness, 100)).toBe(at);
});
