import { expect, it } from "vitest";
import { giveUp, noteTimer, onOpened, type Pace, startPace, takeTurn, waitFor } from "./pace.ts";

const limit = {
  burst: 3,
  perSecond: 100,
  maxWaitMs: 50,
  lateMs: 10,
  rest: 2,
  leastShare: 0.1,
  opening: 100,
  stuckMs: 1_000,
};
/** How long each of `count` streams waits that are requested at `now`. */
const take = (pace: Pace, count: number, now: number) =>
  Array.from({ length: count }, () => {
    const turn = takeTurn(pace, now, limit);
    return turn === null ? null : waitFor(pace, turn, now, limit);
  });

it("a few streams open at once, more of them one after the other, and too many are refused", () => {
  const pace = startPace();
  expect(take(pace, 10, 1_000)).toEqual([0, 0, 0, 0, 10, 20, 30, 40, 50, null]);
  expect(take(pace, 2, 1_010)).toEqual([50, null]);
});

it("what was not used gathers up to a burst", () => {
  const pace = startPace();
  take(pace, 5, 1_000);
  expect(take(pace, 3, 1_030)).toEqual([0, 0, 10]);
  expect(take(pace, 5, 9_000)).toEqual([0, 0, 0, 0, 10]);
});

it("where timers are late, those who wait go on waiting, and those who come wait behind them", () => {
  const pace = startPace();
  take(pace, 4, 1_000);
  const [turn, next] = [takeTurn(pace, 1_000, limit), takeTurn(pace, 1_000, limit)] as [number, number];
  expect([turn, next].map((one) => waitFor(pace, one, 1_000, limit))).toEqual([10, 20]);
  noteTimer(pace, 1_010, 1_020, limit);
  expect(waitFor(pace, turn, 1_020, limit)).toBe(0);
  noteTimer(pace, 1_020, 1_050, limit);
  expect(waitFor(pace, next, 1_050, limit)).toBe(30);
  // Timers of the same delay.
  for (let timer = 0; timer < 10; timer++) noteTimer(pace, 1_030 + timer, 1_050 + timer, limit);
  expect(waitFor(pace, next, 1_050, limit)).toBe(30);
  expect(take(pace, 1, 1_050)).toEqual([40]);
});

it("while many streams are opening, the others wait, and one that never opens counts for a time only", () => {
  const few = { ...limit, burst: 10, opening: 2 };
  const pace = startPace();
  const turns = Array.from({ length: 4 }, () => takeTurn(pace, 1_000, few) as number);
  const waits = (now: number) => turns.map((turn) => waitFor(pace, turn, now, few));
  expect(waits(1_000)).toEqual([0, 0, 20, 20]);
  const [first = 0, second = 0, third = 0, fourth = 0] = turns;
  onOpened(pace, first);
  expect(waitFor(pace, third, 1_020, few)).toBe(0);
  expect(waitFor(pace, fourth, 1_020, few)).toBe(20);
  onOpened(pace, second);
  expect(waitFor(pace, fourth, 1_040, few)).toBe(0);
  const late = takeTurn(pace, 1_050, few) as number;
  expect(waitFor(pace, late, 1_100, few)).toBe(20);
  expect(waitFor(pace, late, 2_050, few)).toBe(0);
});

it("however late timers are, a tenth of the time is left to the streams", () => {
  const pace = startPace();
  take(pace, 3, 1_000);
  noteTimer(pace, 1_000, 1_100, limit);
  const began = pace.behindMs;
  for (let now = 1_110; now <= 2_100; now += 10) noteTimer(pace, now - 10, now + 1, { ...limit, rest: 1_000 });
  expect(pace.behindMs - began).toBeLessThan(910);
});

it("where many are opening and timers are late at the same time, the time that is lost counts once", () => {
  const few = { ...limit, rest: 1_000, opening: 1 };
  const pace = startPace();
  const [first, waiting] = [takeTurn(pace, 1_000, few), takeTurn(pace, 1_000, few)] as [number, number];
  waitFor(pace, first, 1_000, few);
  waitFor(pace, waiting, 1_000, few);
  const began = pace.behindMs;
  for (let now = 1_020; now <= 2_000; now += 20) {
    noteTimer(pace, now - 15, now, few);
    waitFor(pace, waiting, now, few);
  }
  expect(pace.behindMs - began).toBeLessThanOrEqual(1_000);
});

it("those who give up leave their places to those who come", () => {
  const pace = startPace();
  take(pace, 9, 1_000);
  // All are held back for so long that the last five give up.
  noteTimer(pace, 1_000, 1_050, limit);
  expect(take(pace, 1, 1_050)).toEqual([null]);
  for (let count = 0; count < 5; count++) giveUp(pace, limit);
  expect(take(pace, 2, 1_160)).toEqual([0, 0]);
});
