/** How long an engine takes for an input, and whether it has read all of it. */
import { setImmediate as turn } from "node:timers/promises";
import { type Engine, type EngineName, engines, expectedOf } from "./engines.ts";
import type { Input } from "./input.ts";

/** Faster engines go over the input several times, or the clock would be measured. */
const leastMs = 150;
/**
 * So long an engine runs before the clock does: what the one before it has left is collected by then. It is not collected by force, which would make
 * the compiler forget what no object bears witness to at that moment; a program that runs for months is not interrupted so.
 */
const settleMs = 100;
/** A run's events may differ by so many from what the input has: two libraries take one packet in thousands for something else. */
const tolerance = 0.02;

export type Run = Readonly<{ seconds: number; counted: number }>;

/** Seconds and events for the input once. */
export async function timeOnce(name: EngineName, input: Input): Promise<Run> {
  const { push, counted, close } = await engines[name]();
  const settled = await goOver(input, push, settleMs);
  const { times, ms } = await goOver(input, push, leastMs);
  // What the connector asked last is answered in these.
  for (let turns = 0; turns < 5; turns++) await turn();
  const events = counted() / (settled.times + times);
  close();
  const expected = expectedOf(name, input);
  if (Math.abs(events - expected) > expected * tolerance)
    throw new Error(`${name} read ${Math.round(events)} events of ${input.name}, not ${expected}`);
  return { seconds: ms / 1000 / times, counted: Math.round(events) };
}

/** As often as it takes to last for `least` ms. */
async function goOver({ chunks }: Input, push: Engine["push"], least: number): Promise<{ times: number; ms: number }> {
  const began = performance.now();
  for (let times = 1; ; times++) {
    for (let index = 0; index < chunks.length; index++) {
      push(chunks[index] as Buffer);
      // Some libraries tell events in the next turn.
      if (index % 64 === 63) await turn();
    }
    await turn();
    const ms = performance.now() - began;
    if (ms >= least) return { times, ms };
  }
}

/** For the compiler: what is measured is a program that has been running for a while. */
export async function warmUp(name: EngineName, input: Input, ms: number): Promise<void> {
  const end = performance.now() + ms;
  do await timeOnce(name, input);
  while (performance.now() < end);
}
