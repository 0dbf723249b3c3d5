/** How long an engine takes for an input, and whether it has read all of it. */
import { setImmediate as turn } from "node:timers/promises";
import { type EngineName, engines, expectedOf } from "./engines.ts";
import type { Input } from "./input.ts";

/** Faster engines go over the input several times, or the clock and the collector would be measured. */
const leastMs = 60;
/** A run's events may differ by so many from what the input has: two libraries take one packet in thousands for something else. */
const tolerance = 0.02;

export type Run = Readonly<{ seconds: number; counted: number }>;

/** Seconds and events for the input once. */
export async function timeOnce(name: EngineName, input: Input): Promise<Run> {
  const { push, counted, close } = await engines[name]();
  globalThis.gc?.();
  const began = performance.now();
  let times = 0;
  let ms = 0;
  while (ms < leastMs) {
    for (let index = 0; index < input.chunks.length; index++) {
      push(input.chunks[index] as Buffer);
      // Some libraries tell events in the next turn.
      if (index % 64 === 63) await turn();
    }
    await turn();
    times += 1;
    ms = performance.now() - began;
  }
  // What the connector asked last is answered in these.
  for (let turns = 0; turns < 5; turns++) await turn();
  const events = counted() / times;
  close();
  const expected = expectedOf(name, input);
  if (Math.abs(events - expected) > expected * tolerance)
    throw new Error(`${name} read ${Math.round(events)} events of ${input.name}, not ${expected}`);
  return { seconds: ms / 1000 / times, counted: Math.round(events) };
}

/** For the compiler: what is measured is a program that has been running for a while. */
export async function warmUp(name: EngineName, input: Input, ms: number): Promise<void> {
  const end = performance.now() + ms;
  do await timeOnce(name, input);
  while (performance.now() < end);
}
