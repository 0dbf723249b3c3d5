import { describe, expect, it } from "vitest";
import { encodeCursor, parseCursor } from "./cursor.ts";

describe("ST1 cursors", () => {
  it.each([
    ["k3-41", { epoch: "k3", sequence: 41 }],
    ["A-0", { epoch: "A", sequence: 0 }],
  ])("%s is parsed and encoded again", (text, cursor) => {
    expect(parseCursor(text)).toEqual(cursor);
    expect(encodeCursor(cursor)).toBe(text);
  });

  it.each(["", "k3", "k3-", "-41", "k3-4x", "k3--4", "k 3-4", "k3-1234567890123456", `${"k".repeat(33)}-1`])(
    "%j is no cursor",
    (text) => {
      expect(parseCursor(text)).toBeUndefined();
    },
  );
});
