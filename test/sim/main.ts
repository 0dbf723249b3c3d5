/**
 * Simulates call centers with faults in every part, and checks the rules of the protocol during each run and at its
 * end.
 *
 *     node test/sim/main.ts                           1,000 seeds of a minute each, in as many processes as there are cores
 *     node test/sim/main.ts --count 50 --from 200     seeds 200 to 249
 *     node test/sim/main.ts --seed 7 --minutes 5      one seed, with all its steps and logs
 *     node test/sim/main.ts --seed 7 --low            the same with low limits, as in half of all seeds
 *     node test/sim/main.ts --defects                 applies each known defect and checks that it is detected
 *
 * Time is simulated, so a seed always gives the same execution. The exit code is 1 after a violation.
 */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { defects } from "./change.ts";
import type { Defect } from "./defect.ts";
import type { Block, SeedResult } from "./run.ts";

const runner = fileURLToPath(new URL("./run.ts", import.meta.url));
/** Seeds per child process. Limits and defects are set for a whole process. */
const blockSize = 25;
/** A defect counts as not detected after this many seeds. */
const maxSeeds = 150;

const number = (text: string | undefined, otherwise: number) => (text === undefined ? otherwise : Number(text));

function readOptions() {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    options: { seed: text, count: text, from: text, minutes: text, low: flag, defects: flag, defect: text },
  });
  const minutes = number(values.minutes, 1);
  const count = number(values.count, 1000);
  const from = number(values.from, 1);
  if (![minutes, count, from, number(values.seed, 1)].every((value) => value > 0))
    throw new Error("--seed, --count, --from and --minutes are numbers above 0");
  return { ...values, minutes, count, from };
}

/** Runs one block of seeds in a child process. */
function runBlock(block: Block, onResult: (result: SeedResult) => void, children: Set<ChildProcess>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(runner, [JSON.stringify(block)], { execArgv: ["--no-warnings"] });
    children.add(child);
    let missing = block.count;
    child.on("message", (result: SeedResult) => {
      missing--;
      onResult(result);
    });
    child.on("error", reject);
    // `exit` may come before the last messages. `disconnect` comes after them.
    const disconnected = new Promise<void>((resolveDisconnected) => child.on("disconnect", resolveDisconnected));
    child.on("exit", async (code, signal) => {
      await disconnected;
      children.delete(child);
      if ((code === 0 && missing === 0) || signal === "SIGTERM") resolve();
      else
        reject(
          new Error(
            `the simulation of seeds ${block.from} to ${block.from + block.count - 1} ended with ${code ?? signal}`,
          ),
        );
    });
  });
}

/** Runs as many blocks at a time as there are cores. */
async function runAll(blocks: readonly Block[], onResult: (result: SeedResult) => void): Promise<void> {
  const waiting = [...blocks];
  const children = new Set<ChildProcess>();
  const worker = async () => {
    for (let block = waiting.shift(); block; block = waiting.shift()) await runBlock(block, onResult, children);
  };
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
  } finally {
    for (const child of children) child.kill();
  }
}

type Totals = Record<string, number>;

function add(totals: Totals, counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) totals[name] = (totals[name] ?? 0) + value;
}

function describe({ seed, isLow, findings, steps }: SeedResult, minutes: number): string {
  const again = `node test/sim/main.ts --seed ${seed} --minutes ${minutes}${isLow ? " --low" : ""}`;
  return [
    `seed ${seed}: ${findings.length} violations (${again})`,
    ...findings.slice(0, 12).map((text) => `  ${text}`),
    ...steps,
  ].join("\n");
}

async function simulate(): Promise<boolean> {
  const options = readOptions();
  if (options.defects || options.defect !== undefined) return findDefects(options);
  const one = options.seed === undefined ? null : Number(options.seed);
  const blocks: Block[] =
    one === null
      ? blocksOf(options)
      : [{ from: one, count: 1, minutes: options.minutes, isLow: options.low, defect: null, isVerbose: true }];
  const totals: Totals = {};
  const began = Date.now();
  let failures = 0;
  await runAll(blocks, (result) => {
    add(totals, result.counts);
    if (result.findings.length === 0) return;
    failures++;
    console.log(describe(result, options.minutes));
  });
  for (const [name, value] of Object.entries(totals)) console.log(`${String(value).padStart(12)} ${name}`);
  const seeds = blocks.reduce((sum, { count }) => sum + count, 0);
  console.log(`${seeds - failures} seeds passed, ${failures} failed, in ${Math.round((Date.now() - began) / 1000)} s`);
  return failures === 0;
}

/** Every second block has low limits. */
function blocksOf({ from, count, minutes }: Readonly<{ from: number; count: number; minutes: number }>): Block[] {
  const blocks: Block[] = [];
  for (let first = from; first < from + count; first += blockSize) {
    const size = Math.min(blockSize, from + count - first);
    blocks.push({ from: first, count: size, minutes, isLow: blocks.length % 2 === 1, defect: null, isVerbose: false });
  }
  return blocks;
}

/** Runs seeds with each defect until one detects it. */
async function findDefects({ defect: only, minutes, count }: ReturnType<typeof readOptions>): Promise<boolean> {
  const seeds = Math.min(count, maxSeeds);
  const chosen = defects.filter(
    ({ name, mechanism }) => only === undefined || name.includes(only) || mechanism.includes(only),
  );
  if (chosen.length === 0) throw new Error(`no defect has the name or mechanism ${only}`);
  let missed = 0;
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (let defect = chosen.shift(); defect; defect = chosen.shift()) {
        const found = await findDefect(defect, minutes, seeds);
        if (!found) missed++;
        const how = found
          ? `seed ${found.seed}${found.isLow ? " --low" : ""}: ${found.findings[0]}`
          : `NOT DETECTED in ${seeds} seeds`;
        console.log(`${defect.mechanism}: ${defect.name}\n    ${how}`);
      }
    }),
  );
  console.log(missed === 0 ? "every defect was detected" : `${missed} defects were not detected`);
  return missed === 0;
}

async function findDefect({ name, rare }: Defect, minutes: number, seeds: number): Promise<SeedResult | null> {
  const starts = Array.from({ length: Math.ceil(seeds / 5) }, (_, index) => 1 + index * 5);
  for (const from of rare === undefined ? starts : [rare, ...starts])
    for (const isLow of [false, true]) {
      let found: SeedResult | null = null;
      const children = new Set<ChildProcess>();
      const block = { from, count: 5, minutes, isLow, defect: name, isVerbose: false };
      await runBlock(
        block,
        (result) => {
          if (result.findings.length === 0 || found) return;
          found = result;
          for (const child of children) child.kill();
        },
        children,
      );
      if (found) return found;
    }
  return null;
}

process.exitCode = (await simulate()) ? 0 : 1;
