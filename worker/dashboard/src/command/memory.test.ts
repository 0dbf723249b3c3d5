import { expect, it } from "vitest";
import { keepReason, maxReasons, readReasons } from "./memory.ts";

function storage(kept: Record<string, string> = {}) {
  return {
    getItem: (key: string): string | null => kept[key] ?? null,
    setItem: (key: string, value: string): void => {
      kept[key] = value;
    },
  };
}

it("remembers the last reasons, each once, the last one first", () => {
  const kept = storage();
  for (let count = 0; count < maxReasons + 2; count++) keepReason(`reason ${count}`, kept);
  keepReason("reason 5", kept);
  keepReason("", kept);
  const reasons = readReasons(kept);
  expect(reasons.slice(0, 2)).toEqual(["reason 5", "reason 9"]);
  expect(reasons).toHaveLength(maxReasons);
  expect(new Set(reasons).size).toBe(maxReasons);
});

it("takes nothing amiss that somebody else has stored", () => {
  expect(readReasons(storage({ "pbxis-pause-reasons": "{" }))).toEqual([]);
  expect(readReasons(storage({ "pbxis-pause-reasons": '["a",1,null]' }))).toEqual(["a"]);
});
