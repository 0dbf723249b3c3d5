import { expect, it } from "vitest";
import { nextItem } from "./menu-keys.ts";

const texts = ["Open", "Pause", "Park", "Hang up"];

it.each([
  ["ArrowDown", 0, 1],
  ["ArrowDown", 3, 0],
  ["ArrowUp", 0, 3],
  ["ArrowUp", -1, 3],
  ["Home", 2, 0],
  ["End", 0, 3],
  ["p", 0, 1],
  ["P", 1, 2],
  ["p", 2, 1],
  ["x", 0, null],
  [" ", 0, null],
  ["Enter", 0, null],
])("%s on item %i moves to %s", (key, at, next) => {
  expect(nextItem(texts, at, key)).toBe(next);
});

it("no key moves in an empty menu", () => {
  expect(nextItem([], -1, "ArrowDown")).toBeNull();
});
