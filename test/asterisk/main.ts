/**
 * Plays calls on real Asterisk 22 and 16 and compares what a client is told with what really happened.
 *
 *     node test/asterisk/main.ts                              everything, both versions
 *     node test/asterisk/main.ts --only park --version 22     scenarios whose name has "park", one version
 *     node test/asterisk/main.ts --account least              one account instead of all three
 *     node test/asterisk/main.ts --lanes 1                    how many Asterisks of a version share the scenarios
 *     node test/asterisk/main.ts --unwatched                  only Asterisk and the phones, nothing under test
 *     node test/asterisk/main.ts --keep                       evidence of what passed as well
 *
 * Needs root on Debian: the Asterisks are unpacked from Debian's packages into `.cache/asterisk/`, nothing is installed but
 * mmdebstrap. The last line is `N passed, N failed`: one for each scenario, version and account. Evidence of a failure is
 * left in `.cache/asterisk/evidence/`.
 */
import { parseArgs } from "node:util";
import type { Edge } from "../harness/worker.ts";
import { type AccountName, accounts } from "./config.ts";
import type { Outcome } from "./evidence.ts";
import { stopAllLabs } from "./lab.ts";
import { playLane } from "./lane.ts";
import { stopAllObservers } from "./observer.ts";
import { scenarios } from "./scenarios/all.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { LabError, unpackedTree, type Version, versions } from "./unpack.ts";

type Options = Readonly<{
  versions: readonly Version[];
  accounts: readonly AccountName[];
  scenarios: readonly Scenario[];
  lanes: number;
  keepAll: boolean;
}>;

function readArguments() {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const options = { only: text, version: text, account: text, lanes: text, unwatched: flag, keep: flag };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new LabError(error instanceof Error ? error.message : String(error));
  }
}

function readOptions(): Options {
  const values = readArguments();
  const names = Object.keys(accounts) as AccountName[];
  const chosen = {
    versions: versions.filter((version) => !values.version || version === values.version),
    accounts: values.unwatched ? [] : names.filter((name) => !values.account || name === values.account),
    scenarios: scenarios.filter(({ name }) => !values.only || name.toLowerCase().includes(values.only.toLowerCase())),
    lanes: Number(values.lanes ?? 2),
    keepAll: values.keep,
  };
  if (chosen.versions.length === 0) throw new LabError(`--version is one of ${versions.join(", ")}`);
  if (chosen.scenarios.length === 0) throw new LabError(`no scenario's name has "${values.only}"`);
  if (!values.unwatched && chosen.accounts.length === 0) throw new LabError(`--account is one of ${names.join(", ")}`);
  if (!(chosen.lanes >= 1)) throw new LabError("--lanes is a number from 1");
  return chosen;
}

/** Deals the scenarios out to the lanes, so that each has about as many. */
function deal(all: readonly Scenario[], lanes: number): Scenario[][] {
  const hands = Array.from({ length: Math.min(lanes, all.length) }, (): Scenario[] => []);
  for (const [index, scenario] of all.entries()) hands[index % hands.length]?.push(scenario);
  return hands;
}

async function play(options: Options, onOutcome: (outcome: Outcome) => void): Promise<void> {
  // One after the other: two first starts at once would both unpack, and both call apt.
  for (const version of options.versions) await unpackedTree(version);
  try {
    if (options.accounts.length > 0) edge = await startWorker();
    const common = { edge: edge?.url, accounts: options.accounts, keepAll: options.keepAll, onOutcome };
    const lanes = options.versions.flatMap((version) =>
      deal(options.scenarios, options.lanes).map((hand, index) => ({ version, index, scenarios: hand })),
    );
    const results = await Promise.allSettled(lanes.map((lane) => playLane({ ...lane, ...common })));
    const broken = results.filter((result) => result.status === "rejected").map(({ reason }) => reason);
    if (broken.length > 0) throw new AggregateError(broken, "some scenarios could not be played");
  } finally {
    await stopEverything();
  }
}

let edge: Edge | undefined;

/** Loaded late: wrangler wants a home folder and time, and neither is there for who only asks for what is missing. */
async function startWorker(): Promise<Edge> {
  const { startEdge } = await import("../harness/worker.ts");
  return await startEdge();
}

async function stopEverything(): Promise<void> {
  await stopAllObservers();
  await Promise.all([stopAllLabs(), edge?.stop()]);
}

function report({ version, name, account, seconds, differences }: Outcome): void {
  const verdict = differences.length === 0 ? "ok  " : "FAIL";
  console.log(`${verdict} ${version} ${account.padEnd(5)} ${name} (${seconds.toFixed(1)} s)`);
  for (const text of differences) console.log(`       ${text}`);
}

async function main(): Promise<void> {
  let passed = 0;
  let failed = 0;
  let interrupted = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => {
      interrupted = true;
      console.error(`\n${signal}: stopping`);
      void stopEverything().finally(() => process.exit(130));
    });
  try {
    await play(readOptions(), (outcome) => {
      if (interrupted) return;
      if (outcome.differences.length === 0) passed++;
      else failed++;
      report(outcome);
    });
  } catch (error) {
    // What is pulled away by the interruption fails too; nobody needs to hear of it.
    if (interrupted) return;
    failed++;
    for (const one of error instanceof AggregateError ? error.errors : [error])
      console.error(one instanceof LabError ? one.message : one);
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}

await main();
