/** Measures how long an engine takes for an input, and checks that it has read all of it. */
import { setImmediate as turn } from "node:timers/promises";
import type { Engine } from "./engine.ts";
import { type EngineName, engines, expectedOf } from "./engines.ts";
import type { Input } from "./input.ts";

/**
 * A run takes at least this long. Fast engines read the input several times, so that the clock's resolution does not
 * matter.
 */
const leastMs = 150;
/**
 * An engine runs this long before it is measured, so that the garbage of the engine before it is collected. A forced
 * collection would make the compiler discard code without live objects, which does not happen to a program that runs
 * for months.
 */
const settleMs = 100;
/**
 * The share by which the number of events may differ from the input's: two libraries misread one packet in thousands.
 */
const tolerance = 0.02;

export type Run = Readonly<{ seconds: number; counted: number }>;

/** Returns seconds and events for reading the input once. */
export async function timeOnce(name: EngineName, input: Input): Promise<Run> {
  const { push, counted, close } = await engines[name]();
  const settled = await goOver(input, push, settleMs);
  const { times, ms } = await goOver(input, push, leastMs);
  // The answers to the connector's last actions come in these turns.
  for (let turns = 0; turns < 5; turns++) await turn();
  const events = counted() / (settled.times + times);
  close();
  const expected = expectedOf(name, input);
  if (Math.abs(events - expected) > expected * tolerance)
    throw new Error(`${name} read ${Math.round(events)} events of ${input.name}, not ${expected}`);
  return { seconds: ms / 1000 / times, counted: Math.round(events) };
}

/** Reads the input as often as it takes to last for `least` ms. */
async function goOver({ chunks }: Input, push: Engine["push"], least: number): Promise<{ times: number; ms: number }> {
  const began = performance.now();
  for (let times = 1; ; times++) {
    for (let index = 0; index < chunks.length; index++) {
      push(chunks[index] as Buffer);
      // Some libraries emit events in the next turn.
      if (index % 64 === 63) await turn();
    }
    await turn();
    const ms = performance.now() - began;
    if (ms >= least) return { times, ms };
  }
}

/** Gives the compiler time, so that the measured program is one that has been running for a while. */
export async function warmUp(name: EngineName, input: Input, ms: number): Promise<void> {
  const end = performance.now() + ms;
  do await timeOnce(name, input);
  while (performance.now() < end);
}
