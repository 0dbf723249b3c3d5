import { expect, it } from "vitest";
import { backoffDelayMs } from "./backoff.ts";

const backoff = { baseMs: 500, maxMs: 30_000, stableMs: 10_000 };

it.each([
  [0, 0, 0],
  [0, 0.999, 499],
  [3, 0.5, 2000],
  [6, 0.999, 29_970],
  [500, 0.5, 15_000],
])("attempt %i with random %f waits %i ms: full jitter below a doubled, bounded ceiling", (attempt, random, delay) => {
  expect(backoffDelayMs(backoff, attempt, random)).toBe(delay);
});
