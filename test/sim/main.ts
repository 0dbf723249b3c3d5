/**
 * Simulates call centers with faults in every part, and checks the rules of the protocol during each run and at its
 * end.
 *
 *     node test/sim/main.ts                           1,000 seeds of a minute each, in as many processes as there are cores
 *     node test/sim/main.ts --count 50 --from 200     seeds 200 to 249
 *     node test/sim/main.ts --seed 7 --minutes 5      one seed, with all its steps and logs
 *     node test/sim/main.ts --seed 7 --low            the same with low limits, as in half of all seeds
 *     node test/sim/main.ts --defects                 applies each known defect and checks that it is detected
 *     node test/sim/main.ts --defects --renew         and records the days that detect them
 *     node test/sim/main.ts --defects --recorded      only those that have a recorded day
 *     node test/sim/main.ts --defect "resume"         those whose name or mechanism has this text
 *
 * Time is simulated, so a seed always gives the same execution. The exit code is 1 after a violation.
 */
import { parseArgs } from "node:util";
import { inParallel, playBlock } from "./blocks.ts";
import { findDefects } from "./find-defects.ts";
import type { Block, SeedResult } from "./run.ts";

/** Seeds per child process. */
const blockSize = 25;
/** A defect counts as not detected after this many seeds. */
const maxSeeds = 150;

const number = (text: string | undefined, otherwise: number) => (text === undefined ? otherwise : Number(text));

function readOptions() {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    options: {
      ...{ seed: text, count: text, from: text, minutes: text, low: flag },
      ...{ defects: flag, defect: text, renew: flag, recorded: flag },
    },
  });
  const minutes = number(values.minutes, 1);
  const count = number(values.count, 1000);
  const from = number(values.from, 1);
  if (![minutes, count, from, number(values.seed, 1)].every((value) => value > 0))
    throw new Error("--seed, --count, --from and --minutes are numbers above 0");
  return { ...values, minutes, count, from };
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
  if (options.defects || options.defect !== undefined) {
    const { defect: only, count, renew: renews, recorded: isRecorded } = options;
    return findDefects({ only, maxSeeds: Math.min(count, maxSeeds), renews, isRecorded });
  }
  const one = options.seed === undefined ? null : Number(options.seed);
  const blocks: Block[] =
    one === null
      ? blocksOf(options)
      : [{ seeds: [one], minutes: options.minutes, isLow: options.low, defect: null, isVerbose: true }];
  const totals: Totals = {};
  const began = Date.now();
  let failures = 0;
  const onResult = (result: SeedResult) => {
    add(totals, result.counts);
    if (result.findings.length === 0) return undefined;
    failures++;
    console.log(describe(result, options.minutes));
    return undefined;
  };
  await inParallel(blocks, (block) => playBlock(block, onResult));
  for (const [name, value] of Object.entries(totals)) console.log(`${String(value).padStart(12)} ${name}`);
  const seeds = blocks.reduce((sum, { seeds: some }) => sum + some.length, 0);
  console.log(`${seeds - failures} seeds passed, ${failures} failed, in ${Math.round((Date.now() - began) / 1000)} s`);
  return failures === 0;
}

/** Every second block has low limits. */
function blocksOf({ from, count, minutes }: Readonly<{ from: number; count: number; minutes: number }>): Block[] {
  const blocks: Block[] = [];
  for (let first = from; first < from + count; first += blockSize) {
    const seeds = Array.from({ length: Math.min(blockSize, from + count - first) }, (_, index) => first + index);
    blocks.push({ seeds, minutes, isLow: blocks.length % 2 === 1, defect: null, isVerbose: false });
  }
  return blocks;
}

process.exitCode = (await simulate()) ? 0 : 1;
