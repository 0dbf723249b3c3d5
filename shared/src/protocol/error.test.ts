import { expect, it } from "vitest";
import { closeCodes, retryAfterClose } from "./error.ts";

it("every close code is in the application's range and unique", () => {
  const codes = Object.values(closeCodes).map((entry) => entry.code);
  expect(codes.every((code) => code >= 4000 && code <= 4999)).toBe(true);
  expect(new Set(codes).size).toBe(codes.length);
});

it.each([
  [4408, "now"],
  [4401, "never"],
  [1006, "backoff"],
])("after a close with %i: %s", (code, retry) => {
  expect(retryAfterClose(code)).toBe(retry);
});
