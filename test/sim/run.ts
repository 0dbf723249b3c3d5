/**
 * A child process that runs one block of seeds. The clock, random numbers, sockets and the Workers runtime are replaced
 * by the simulation's. Sends the result of each seed to the parent process, or prints it without one.
 */
import { install } from "./globals.ts";
import { registerSimulation } from "./load.ts";
import { installRuntime } from "./runtime/globals.ts";

export type Block = Readonly<{
  seeds: readonly number[];
  minutes: number;
  isLow: boolean;
  defect: string | null;
  /** Prints all steps and logs. */
  isVerbose: boolean;
}>;

export type SeedResult = Readonly<{
  seed: number;
  isLow: boolean;
  findings: readonly string[];
  counts: Readonly<Record<string, number>>;
  /** The faults, logs and last steps, after a violation. */
  steps: readonly string[];
  /** The same in each execution of the seed. */
  digest: number;
}>;

const block: Block = JSON.parse(process.argv[2] ?? "{}");
registerSimulation(block);
install();
if (!block.isVerbose) for (const level of ["log", "warn", "error", "info"] as const) console[level] = () => {};
installRuntime();
const { simulateSeed } = await import("./simulation.ts");
const uncaught: string[] = [];
process.on("uncaughtException", (error) => uncaught.push(`uncaught error: ${error.stack ?? error}`));
for (const seed of block.seeds) {
  const { findings, ...rest } = await simulateSeed({ seed, minutes: block.minutes, isVerbose: block.isVerbose }).catch(
    resultOfError,
  );
  const result: SeedResult = {
    seed,
    isLow: block.isLow,
    findings: [...findings, ...new Set(uncaught.splice(0))],
    ...rest,
  };
  await report(result);
}
process.exit();

/** An error of a step ends the seed and is reported as a finding. */
function resultOfError(error: Error): Omit<SeedResult, "seed" | "isLow"> {
  return { findings: [`the seed failed: ${error.stack ?? error}`], counts: {}, steps: [], digest: 0 };
}

/** The parent disconnects when it needs no more results. */
function report(result: SeedResult): Promise<void> {
  if (!process.send) console.log(JSON.stringify(result, null, 2));
  return new Promise((resolve) => (process.connected ? process.send?.(result, () => resolve()) : resolve()));
}
