/**
 * `pnpm bench [NAME…] [--quick]`: runs benchmarks, each in a process of its own, keeps their results in
 * docs/benchmarks, and writes docs/BENCHMARKS.md from all results there. With `--quick` the results are printed only.
 * Exit code 1 if a benchmark failed, 2 for a wrong command line.
 */
import { fork } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type BenchName, benchNames, isBenchName } from "./names.ts";
import { pageOf, type Result, sectionOf } from "./page.ts";

const docs = fileURLToPath(new URL("../docs/", import.meta.url));
const script = fileURLToPath(new URL("one.ts", import.meta.url));

function refuse(message: string): never {
  process.stderr.write(
    `bench: ${message}\nBenchmarks: ${benchNames.join(", ")}; --quick for a short run whose results are not kept\n`,
  );
  process.exit(2);
}

function readOptions(): { quick: boolean; names: readonly BenchName[] } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { quick: { type: "boolean", default: false } },
    });
    const names = positionals.filter(isBenchName);
    if (names.length < positionals.length)
      refuse(`there is no benchmark ${positionals.find((name) => !isBenchName(name))}`);
    return { quick: values.quick, names: names.length > 0 ? names : benchNames };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function runOne(name: BenchName, quick: boolean): Promise<Result | undefined> {
  return new Promise((resolve) => {
    let result: Result | undefined;
    const child = fork(script, [name, ...(quick ? ["--quick"] : [])], { execArgv: ["--expose-gc", "--no-warnings"] });
    child.on("message", (message) => {
      result = message as Result;
    });
    child.on("exit", () => resolve(result));
  });
}

function keep(result: Result): void {
  mkdirSync(`${docs}benchmarks`, { recursive: true });
  writeFileSync(`${docs}benchmarks/${result.name}.json`, `${JSON.stringify(result, null, 1)}\n`);
}

function kept(): Result[] {
  return benchNames.flatMap((name): Result[] => {
    try {
      return [JSON.parse(readFileSync(`${docs}benchmarks/${name}.json`, "utf8"))];
    } catch {
      return [];
    }
  });
}

const { quick, names } = readOptions();
const failures: string[] = [];
for (const name of names) {
  process.stderr.write(`bench: ${name}\n`);
  const result = await runOne(name, quick);
  if (!result) failures.push(name);
  else {
    process.stdout.write(`${sectionOf(result)}\n`);
    if (!quick) keep(result);
  }
}
if (!quick) writeFileSync(`${docs}BENCHMARKS.md`, pageOf(kept()));
for (const name of failures) process.stderr.write(`bench: ${name} failed\n`);
process.exit(failures.length > 0 ? 1 : 0);
