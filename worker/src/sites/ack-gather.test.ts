import { expect, it } from "vitest";
import { AckGather, gatherUnits } from "./ack-gather.ts";

/** The acknowledgements that pass, of those in `acks`, after frames `k-1`, `k-2` … of these sizes. */
function passed(sizes: readonly number[], acks: readonly string[]): string[] {
  const gather = new AckGather();
  for (const [index, units] of sizes.entries()) gather.onFrame(`k-${index + 1}`, units);
  return acks.filter((cursor) => gather.mustPass(cursor));
}

it("ST4 the first passes, and then one for each 32 KiB", () => {
  const third = gatherUnits / 3;
  const sizes = [1, third, third, third, third];
  expect(passed(sizes, ["k-1", "k-2", "k-3", "k-4", "k-5"])).toEqual(["k-1", "k-4"]);
});

it("one that covers several frames counts them all, and a repeated one counts once", () => {
  const half = gatherUnits / 2;
  expect(passed([1, half, half, half], ["k-1", "k-1", "k-3", "k-3"])).toEqual(["k-1", "k-3"]);
});

it("one of no known frame passes, so that the object refuses it", () => {
  expect(passed([1], ["k-1", "k-9"])).toEqual(["k-1", "k-9"]);
});
