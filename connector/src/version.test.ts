import { expect, it } from "vitest";
import { nodeProblem } from "./version.ts";

it.each([
  ["20.12.0", null],
  ["20.20.2", null],
  ["26.10.0", null],
  ["20.11.1", "needs Node 20.12 or later; this is 20.11.1"],
  ["18.20.4", "needs Node 20.12 or later; this is 18.20.4"],
])("Node %s is recent enough, or the problem says why not", (version, problem) => {
  expect(nodeProblem(version)).toBe(problem);
});
