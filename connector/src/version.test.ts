import { expect, it } from "vitest";
import { nodeProblem } from "./version.ts";

it.each([
  ["20.12.0", null],
  ["20.20.2", null],
  ["26.10.0", null],
  ["20.11.1", "needs Node 20.12 or later, and this is 20.11.1"],
  ["18.20.4", "needs Node 20.12 or later, and this is 18.20.4"],
])("Node %s", (version, problem) => {
  expect(nodeProblem(version)).toBe(problem);
});
