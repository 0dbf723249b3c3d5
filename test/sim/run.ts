/**
 * One block of seeds in a process of its own, in which the machine's clock, chance, sockets and the Workers runtime are replaced by the
 * simulation's. SeedResult to the parent process, or to whoever reads, seed by seed.
 */
import { install } from "./globals.ts";
import { registerSimulation } from "./load.ts";
import { installRuntime } from "./runtime/globals.ts";

export type Block = Readonly<{
  from: number;
  count: number;
  minutes: number;
  isLow: boolean;
  defect: string | null;
  /** All steps and logs are printed. */
  isVerbose: boolean;
}>;

export type SeedResult = Readonly<{
  seed: number;
  isLow: boolean;
  findings: readonly string[];
  counts: Readonly<Record<string, number>>;
  /** The last steps, where a promise was broken. */
  steps: readonly string[];
}>;

const block: Block = JSON.parse(process.argv[2] ?? "{}");
registerSimulation(block);
install();
if (!block.isVerbose) for (const level of ["log", "warn", "error", "info"] as const) console[level] = () => {};
installRuntime();
const { simulateSeed } = await import("./simulation.ts");
const uncaught: string[] = [];
process.on("uncaughtException", (error) => uncaught.push(`an error that nobody caught: ${error.stack ?? error}`));
for (let seed = block.from; seed < block.from + block.count; seed++) {
  const { findings, ...rest } = await simulateSeed({ seed, minutes: block.minutes, isVerbose: block.isVerbose }).catch(
    brokenOff,
  );
  const result: SeedResult = {
    seed,
    isLow: block.isLow,
    findings: [...findings, ...new Set(uncaught.splice(0))],
    ...rest,
  };
  await tell(result);
}
process.exit();

/** What a step throws ends the seed, and is a finding: the next seed begins anew. */
function brokenOff(error: Error): Omit<SeedResult, "seed" | "isLow"> {
  return { findings: [`the seed broke off: ${error.stack ?? error}`], counts: {}, steps: [] };
}

/** Who has heard enough hangs up: then nobody needs the rest. */
function tell(result: SeedResult): Promise<void> {
  if (!process.send) console.log(JSON.stringify(result, null, 2));
  return new Promise((resolve) => (process.connected ? process.send?.(result, () => resolve()) : resolve()));
}
