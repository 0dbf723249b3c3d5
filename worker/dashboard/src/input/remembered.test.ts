import { expect, it } from "vitest";
import { maxRemembered, readReasons, rememberReason } from "./remembered.ts";

function storage(kept: Record<string, string> = {}) {
  return {
    getItem: (key: string): string | null => kept[key] ?? null,
    setItem: (key: string, value: string): void => {
      kept[key] = value;
    },
  };
}

it("remembers the latest reasons without duplicates, newest first", () => {
  const kept = storage();
  for (let count = 0; count < maxRemembered + 2; count++) rememberReason(`reason ${count}`, kept);
  rememberReason("reason 5", kept);
  rememberReason("", kept);
  const reasons = readReasons(kept);
  expect(reasons.slice(0, 2)).toEqual(["reason 5", "reason 9"]);
  expect(reasons).toHaveLength(maxRemembered);
  expect(new Set(reasons).size).toBe(maxRemembered);
});

it("ignores stored values that are not reasons", () => {
  expect(readReasons(storage({ "pbxis-pause-reasons": "{" }))).toEqual([]);
  expect(readReasons(storage({ "pbxis-pause-reasons": '["a",1,null]' }))).toEqual(["a"]);
});
