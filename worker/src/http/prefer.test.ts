import { expect, it } from "vitest";
import { parsePrefer } from "./prefer.ts";

it.each<[string | undefined, boolean, number]>([
  [undefined, false, 0],
  ["respond-async", true, 0],
  ["respond-async, wait=5", true, 5],
  ['wait="5" , Respond-Async; foo=1', true, 5],
  ["respond-async, wait=600", true, 60],
  ["respond-async, wait=-1", true, 0],
  ["respond-async, wait=soon", true, 0],
  ["wait=5", false, 0],
  ["return=minimal", false, 0],
])("AP5 Prefer: %s", (header, isAsync, waitSeconds) => {
  expect(parsePrefer(header)).toEqual({ isAsync, waitSeconds });
});
