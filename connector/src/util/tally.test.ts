import { expect, it } from "vitest";
import { createTally, otherNames } from "./tally.ts";

it("counts by name, and names beyond the maximum together", () => {
  const tally = createTally(2);
  tally.add("a");
  tally.add("none", 0);
  tally.add("b", 3);
  tally.add("c");
  tally.add("d");
  tally.add("a");
  expect([...tally.counts()]).toEqual([
    ["a", 2],
    ["b", 3],
    [otherNames, 2],
  ]);
});
