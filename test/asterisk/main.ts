/**
 * Runs scenarios on real Asterisk 22 and 16 and compares what a client receives with what really happened.
 *
 *     node test/asterisk/main.ts                              everything, both versions
 *     node test/asterisk/main.ts --only park --version 22     scenarios whose name contains "park", one version
 *     node test/asterisk/main.ts --account least              one account instead of all three
 *     node test/asterisk/main.ts --instances 1                the lab's Asterisks per version, which share the scenarios
 *     node test/asterisk/main.ts --freepbx                    only the installation in the style of FreePBX
 *     node test/asterisk/main.ts --unwatched                  only Asterisk and the phones, no chains under test
 *     node test/asterisk/main.ts --keep                       writes evidence of passed scenarios, too
 *
 * Needs root on Debian: Asterisk is unpacked from Debian's packages into `.cache/asterisk/`; only mmdebstrap is
 * installed. A scenario that fails is played once more. The last line is `N passed, N failed`, counted per scenario,
 * version and account. Evidence of failures is written to `.cache/asterisk/evidence/`.
 */
import { parseArgs } from "node:util";
import type { Edge } from "../harness/worker.ts";
import { type AccountName, accounts } from "./config.ts";
import type { ScenarioResult } from "./evidence.ts";
import { freepbx, type Installation, ownLab } from "./installation.ts";
import { goFirst, stopAllLabs } from "./lab.ts";
import { stopAllObservers } from "./observer.ts";
import { runScenarios } from "./runner.ts";
import { freepbxScenarios, scenarios } from "./scenarios/all.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { LabError, unpackedTree, type Version, versions } from "./unpack.ts";

/** Scenarios, the installation on which they are played, and by how many Asterisks of each version. */
type Part = Readonly<{ installation: Installation; scenarios: readonly Scenario[]; instances: number }>;

type Options = Readonly<{
  versions: readonly Version[];
  accounts: readonly AccountName[];
  parts: readonly Part[];
  keepAll: boolean;
}>;

function readArguments() {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const options = {
    only: text,
    version: text,
    account: text,
    instances: text,
    unwatched: flag,
    keep: flag,
    freepbx: flag,
  };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new LabError(error instanceof Error ? error.message : String(error));
  }
}

function readOptions(): Options {
  const values = readArguments();
  const names = Object.keys(accounts) as AccountName[];
  const isChosen = ({ name }: Scenario) => !values.only || name.toLowerCase().includes(values.only.toLowerCase());
  const parts: Part[] = [
    { installation: ownLab, scenarios: values.freepbx ? [] : scenarios, instances: Number(values.instances ?? 2) },
    { installation: freepbx, scenarios: freepbxScenarios, instances: 1 },
  ];
  const chosen = {
    versions: versions.filter((version) => !values.version || version === values.version),
    accounts: values.unwatched ? [] : names.filter((name) => !values.account || name === values.account),
    parts: parts.map((part) => ({ ...part, scenarios: part.scenarios.filter(isChosen) })),
    keepAll: values.keep,
  };
  if (chosen.versions.length === 0) throw new LabError(`--version must be one of ${versions.join(", ")}`);
  if (chosen.parts.every((part) => part.scenarios.length === 0))
    throw new LabError(`no scenario's name contains "${values.only}"`);
  if (!values.unwatched && chosen.accounts.length === 0)
    throw new LabError(`--account must be one of ${names.join(", ")}`);
  if (!chosen.parts.every(({ instances }) => instances >= 1)) throw new LabError("--instances must be a number from 1");
  return chosen;
}

/** Distributes the scenarios evenly over the instances of Asterisk. */
function distribute(all: readonly Scenario[], instances: number): Scenario[][] {
  const shares = Array.from({ length: Math.min(instances, all.length) }, (): Scenario[] => []);
  for (const [index, scenario] of all.entries()) shares[index % shares.length]?.push(scenario);
  return shares;
}

function runsOf({ installation, scenarios, instances }: Part, version: Version) {
  const playable = scenarios.filter(({ only }) => !only || only === version);
  return distribute(playable, instances).map((share, index) => ({ installation, version, index, scenarios: share }));
}

async function runAll(options: Options, onResult: (result: ScenarioResult) => void): Promise<void> {
  // Before the instances start: they would otherwise all unpack the same.
  await Promise.all(options.versions.map(unpackedTree));
  try {
    if (options.accounts.length > 0) edge = await startWorker();
    const common = { edge: edge?.url, accounts: options.accounts, keepAll: options.keepAll, onResult };
    const runs = options.versions.flatMap((version) => options.parts.flatMap((part) => runsOf(part, version)));
    const results = await Promise.allSettled(runs.map((run) => runScenarios({ ...run, ...common })));
    const errors = results.filter((result) => result.status === "rejected").map(({ reason }) => reason);
    if (errors.length > 0) throw new AggregateError(errors, "some scenarios could not be run");
  } finally {
    await stopEverything();
  }
}

let edge: Edge | undefined;

/** Imported only when needed, because wrangler takes time to load and needs a home folder. */
async function startWorker(): Promise<Edge> {
  const { startEdge } = await import("../harness/worker.ts");
  return await startEdge();
}

async function stopEverything(): Promise<void> {
  await stopAllObservers();
  await Promise.all([stopAllLabs(), edge?.stop()]);
}

function report({ version, name, account, seconds, differences, first = [] }: ScenarioResult): void {
  const verdict = differences.length === 0 ? "ok  " : "FAIL";
  const again = first.length === 0 ? "" : ", played again";
  console.log(`${verdict} ${version} ${account.padEnd(5)} ${name} (${seconds.toFixed(1)} s)${again}`);
  for (const text of first) console.log(`       at first: ${text}`);
  for (const text of differences) console.log(`       ${text}`);
}

async function main(): Promise<void> {
  let passed = 0;
  let failed = 0;
  let again = 0;
  let interrupted = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => {
      interrupted = true;
      console.error(`\n${signal}: stopping`);
      void stopEverything().finally(() => process.exit(130));
    });
  try {
    goFirst();
    await runAll(readOptions(), (result) => {
      if (interrupted) return;
      if (result.differences.length === 0) passed++;
      else failed++;
      if (result.differences.length === 0 && result.first) again++;
      report(result);
    });
  } catch (error) {
    // Errors that the interruption itself causes are not reported.
    if (interrupted) return;
    failed++;
    for (const one of error instanceof AggregateError ? error.errors : [error])
      console.error(one instanceof LabError ? one.message : one);
  }
  if (again > 0) console.log(`${again} of those that passed did so only when they were played again`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}

await main();
