/**
 * Fault injection with real processes: an Asterisk under load, a connector, a worker and clients, which are killed, cut
 * off, stalled and throttled at random times. At the end every client must show the state that Asterisk reports, and
 * every completed call that the connector received must have reached every client exactly once.
 *
 *     node test/faults/main.ts [--minutes 2] [--seed N] [--version 22]
 *
 * Needs root on Debian, like test/asterisk. The last line of the output is `N passed, N failed`; logs are kept in
 * `.cache/faults/`.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { goFirst, stopAllLabs } from "../asterisk/lab.ts";
import { LabError, versions } from "../asterisk/unpack.ts";
import { createRandom } from "../harness/random.ts";
import { play } from "./play.ts";
import { killAllProcesses } from "./processes.ts";
import { reportOf } from "./report.ts";

const folder = join(import.meta.dirname, "../../.cache/faults");

function readOptions() {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({ options: { minutes: text, seed: text, version: text } });
    const minutes = Number(values.minutes ?? 2);
    const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
    const version = versions.find((known) => known === (values.version ?? "22"));
    if (!(minutes > 0) || !Number.isInteger(seed) || !version)
      throw new Error(
        `--minutes must be a positive number, --seed an integer, --version one of ${versions.join(", ")}`,
      );
    return { minutes, seed, version };
  } catch (error) {
    console.error(`test:faults: ${error instanceof Error ? error.message : error}`);
    process.exit(2);
  }
}

async function stopEverything(): Promise<void> {
  killAllProcesses();
  await stopAllLabs();
}

const options = readOptions();
goFirst();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, () => void stopEverything().finally(() => process.exit(130)));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
console.log(`seed ${options.seed}: ${options.minutes} minutes on Asterisk ${options.version}`);
try {
  const outcome = await play({ ...options, folder, chance: createRandom(options.seed) }, (line) => console.log(line));
  const { text, checks } = reportOf(outcome);
  writeFileSync(join(folder, "report.txt"), text);
  console.log(text);
  const failed = checks.filter(({ problems }) => problems.length > 0).length;
  console.log(`${checks.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof LabError ? error.message : error);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
} finally {
  await stopEverything();
}
process.exit();
