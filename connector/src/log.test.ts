import { expect, it } from "vitest";
import { readable } from "./log.ts";

it("a readable line has the time, the level, the message and the details", () => {
  const time = new Date(2026, 0, 2, 3, 4, 5).getTime();
  expect(readable({ time, level: "warn", msg: "uplink: closed", code: 1006, tries: [1] })).toBe(
    "03:04:05 warn  uplink: closed  code=1006  tries=[1]\n",
  );
});
