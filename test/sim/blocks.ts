/** Plays blocks of seeds, each in a child process: limits and defects are set for a whole process. */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Block, SeedResult } from "./run.ts";

const runner = fileURLToPath(new URL("run.ts", import.meta.url));
/** Compiled modules are kept here: all child processes load the same ones, but for the patched. */
const compiled = fileURLToPath(new URL("../../.cache/node", import.meta.url));
const children = new Set<ChildProcess>();

/** Plays one block to its end, or until `onResult` returns "enough". */
export function playBlock(block: Block, onResult: (result: SeedResult) => "enough" | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_COMPILE_CACHE: compiled };
    const child = fork(runner, [JSON.stringify(block)], { execArgv: ["--no-warnings"], env });
    children.add(child);
    let missing = block.seeds.length;
    let isEnough = false;
    child.on("message", (result: SeedResult) => {
      missing--;
      if (isEnough || onResult(result) !== "enough") return;
      isEnough = true;
      child.kill();
    });
    child.on("error", reject);
    // `exit` may come before the last messages. `disconnect` comes after them.
    const disconnected = new Promise<void>((resolveDisconnected) => child.on("disconnect", resolveDisconnected));
    child.on("exit", async (code, signal) => {
      await disconnected;
      children.delete(child);
      if (isEnough || (code === 0 && missing === 0)) resolve();
      else reject(new Error(`the simulation of the seeds ${block.seeds.join(", ")} ended with ${code ?? signal}`));
    });
  });
}

/** Works on as many items at a time as there are cores. Ends all child processes when one fails. */
export async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
  } finally {
    for (const child of children) child.kill();
  }
}
