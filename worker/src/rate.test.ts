import { expect, it } from "vitest";
import { expectAnswer, startRate, takeMessage } from "./rate.ts";

const limit = { burst: 3, perSecond: 2 };
const takes = (rate: ReturnType<typeof startRate>, times: number, now: number) =>
  Array.from({ length: times }, () => takeMessage(rate, limit, now));

it("a burst passes, what is beyond it does not", () => {
  expect(takes(startRate(limit, 0), 5, 0)).toEqual([true, true, true, false, false]);
});

it("time fills it again, up to the burst and not beyond", () => {
  const rate = startRate(limit, 0);
  takes(rate, 3, 0);
  expect(takes(rate, 2, 500)).toEqual([true, false]);
  expect(takes(rate, 5, 3_600_000)).toEqual([true, true, true, false, false]);
});

it("whatever was sent may be answered, at any speed, and is no credit for more than that", () => {
  const rate = startRate(limit, 0);
  for (let sent = 0; sent < 1000; sent++) expectAnswer(rate);
  expect(takes(rate, 1_004, 0).lastIndexOf(true)).toBe(1_002);
});

it("a clock that goes back takes nothing away", () => {
  const rate = startRate(limit, 10_000);
  expect(takes(rate, 3, 5_000)).toEqual([true, true, true]);
});
