import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import type { Block, SeedResult } from "./run.ts";

const block: Block = { seeds: [1, 2], minutes: 0.05, isLow: true, defect: null, isVerbose: false };

/** Plays the block in a process of its own. */
async function play(): Promise<number[]> {
  const runner = fileURLToPath(new URL("./run.ts", import.meta.url));
  const child = fork(runner, [JSON.stringify(block)], { execArgv: ["--no-warnings"] });
  const digests: number[] = [];
  child.on("message", ({ digest }: SeedResult) => digests.push(digest));
  await new Promise((resolve) => child.on("disconnect", resolve));
  return digests;
}

it("a seed always gives the same execution, in any process", async () => {
  const [one, other] = await Promise.all([play(), play()]);
  expect(one).toHaveLength(block.seeds.length);
  expect(other).toEqual(one);
}, 300_000);
