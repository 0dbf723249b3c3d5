/** A real process with a spool, killed by SIGKILL at each of its operations on the disk. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openSpool } from "./spool.ts";

const script = fileURLToPath(new URL("../../testing/killed-spool.ts", import.meta.url));

let folder: string;
let operations: number;

/** Runs the process to its end. Returns the lines that it printed. */
function run(file: string, ...args: string[]): Promise<string[]> {
  return new Promise((resolve) =>
    execFile(process.execPath, ["--no-warnings", script, file, ...args], (_error, stdout) =>
      resolve(stdout.trimEnd().split("\n")),
    ),
  );
}

function found(file: string): readonly string[] {
  const { leftover } = openSpool(file, { log: () => {}, now: () => 0 });
  expect(leftover.lost).toBe(0);
  return leftover.events.map((event) => ("actionId" in event ? event.actionId : ""));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pbxis-killed-"));
  const lines = await run(join(folder, "whole"));
  operations = Number(lines.at(-1)?.replace("operations ", ""));
});
afterAll(() => rmSync(folder, { recursive: true }));

it("the process that is not killed leaves what is not acknowledged", () => {
  expect(operations).toBeGreaterThan(25);
  expect(found(join(folder, "whole"))).toEqual(["1.3", "1.4", "1.5", "1.late"]);
});

it.each(["before", "within", "after"])(
  "killed %s any operation, nothing that was written is lost",
  async (when) => {
    const problems: string[] = [];
    const one = async (nth: number) => {
      const file = join(folder, `${when}-${nth}`);
      const lines = await run(file, when, String(nth));
      if (lines.at(-1)?.startsWith("operations")) problems.push(`operation ${nth}: the process was not killed`);
      const must: string[] = JSON.parse(lines.at(-1) || "[]");
      const has = found(file);
      if (!must.every((id) => has.includes(id))) problems.push(`operation ${nth}: ${has} instead of ${must}`);
      if (new Set(has).size < has.length) problems.push(`operation ${nth}: ${has} has duplicates`);
    };
    // Two at a time.
    for (let nth = 1; nth <= operations; nth += 2)
      await Promise.all([one(nth), ...(nth < operations ? [one(nth + 1)] : [])]);
    expect(problems).toEqual([]);
  },
  240_000,
);
