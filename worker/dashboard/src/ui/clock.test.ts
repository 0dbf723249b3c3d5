import { expect, it } from "vitest";
import type { Freshness } from "../store.ts";
import { shownAt } from "./clock.ts";

const cases: [Freshness, number][] = [
  [{ kind: "live" }, 100],
  [{ kind: "connecting", because: null }, 100],
  [{ kind: "stale", cause: "down", asOf: 40 }, 40],
  // The site's clock is ahead of the browser's.
  [{ kind: "stale", cause: "down", asOf: 140 }, 100],
  [{ kind: "stopped", because: "token_expired", asOf: 40 }, 40],
  [{ kind: "stopped", because: "token_expired", asOf: null }, 100],
];

it.each(cases)("%j: what is stale does not tick", (freshness, at) => {
  expect(shownAt(freshness, 100)).toBe(at);
});
