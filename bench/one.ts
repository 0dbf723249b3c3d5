/**
 * Runs one benchmark in this process, and sends its result to the parent process or prints it:
 * `node --expose-gc bench/one.ts NAME [--quick]`.
 */
import type { Bench } from "./bench.ts";
import { describeMachine } from "./machine.ts";
import { isBenchName } from "./names.ts";
import { type Result, sectionOf } from "./page.ts";

const [name = "", ...options] = process.argv.slice(2);
if (!isBenchName(name)) {
  process.stderr.write(`bench: there is no benchmark ${name}\n`);
  process.exit(2);
}
const { bench }: { bench: Bench } = await import(`./${name}/bench.ts`);
const log = (line: string) => process.stderr.write(`${name}: ${line}\n`);
const report = await bench.run({ quick: options.includes("--quick"), log });
const result: Result = { name, title: bench.title, at: new Date().toISOString(), machine: describeMachine(), report };
if (process.send) process.send(result, () => process.exit(0));
else {
  process.stdout.write(`${sectionOf(result)}\n`);
  process.exit(0);
}
