import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { count, failed } from "../testing/uplink-samples.ts";
import { openSpool } from "./spool.ts";

let folder: string;
let path: string;
let lines: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pbxis-spool-"));
  path = join(folder, "spool");
  lines = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

const open = () => openSpool(path, (level, message) => lines.push(`${level} ${message}`));
const ids = (events: readonly object[]) => events.map((event) => "actionId" in event && event.actionId);

it("gives the next life what was kept, in order", async () => {
  const first = open();
  expect([first.left, first.size(), lines]).toEqual([[], 0, []]);
  first.keep([failed("a"), failed("b")]);
  first.keep([failed("c")]);
  await first.stop();
  const second = open();
  expect(ids(second.left)).toEqual(["a", "b", "c"]);
  expect(second.size()).toBe(statSync(path).size);
  expect(lines).toEqual(["info spool: 3 occurrences of an earlier life wait to be told"]);
  second.keep([failed("d")]);
  await second.stop();
  expect(ids(open().left)).toEqual(["a", "b", "c", "d"]);
});

it("is as good as new when it was replaced, also while something is being written", async () => {
  const spool = open();
  spool.keep([failed("a")]);
  spool.keep([failed("b")]);
  spool.replace([failed("c")], 0);
  spool.keep([failed("d")]);
  await spool.stop();
  expect(ids(open().left)).toEqual(["c", "d"]);
  const again = open();
  again.replace([], 0);
  expect(again.size()).toBe(0);
  await again.stop();
  expect(readFileSync(path, "utf8")).toBe("");
});

it("gives the next life the number of those that were dropped", async () => {
  const first = open();
  first.keep([failed("a"), failed("b")]);
  first.replace([failed("b")], 7);
  first.keep([failed("c")]);
  await first.stop();
  const second = open();
  expect([ids(second.left), second.lost]).toEqual([["b", "c"], 7]);
  second.replace(second.left, 0);
  await second.stop();
  expect(open().lost).toBe(0);
});

it("half a line, as kill -9 leaves it, costs that line alone; the next one begins anew", async () => {
  writeFileSync(path, `${JSON.stringify(failed("a"))}\n${JSON.stringify(failed("b")).slice(0, 30)}`);
  const spool = open();
  expect(ids(spool.left)).toEqual(["a"]);
  spool.keep([failed("c")]);
  await spool.stop();
  expect(ids(open().left)).toEqual(["a", "c"]);
  expect(lines.filter((line) => line.startsWith("error"))).toEqual([]);
});

it("a disk that becomes full costs the lines it did not take, and no other", async () => {
  // Of the file, 1 KB is allowed: the second line is taken in part and without an error, the third not at all.
  const events = ["a", "b", "c"].map((id) => failed(id.repeat(500)));
  const script = `
    import { openSpool } from ${JSON.stringify(new URL("./spool.ts", import.meta.url).href)};
    const spool = openSpool(${JSON.stringify(path)}, (level, message) => console.log(level, message));
    for (const event of ${JSON.stringify(events)}) {
      spool.keep([event]);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await spool.stop();`;
  const args = ["-c", 'ulimit -f 1 && exec "$0" --no-warnings --input-type=module -e "$1"', process.execPath, script];
  const told = execFileSync("bash", args, { encoding: "utf8", cwd: import.meta.dirname });
  expect(told).toMatch(/^error spool: .*: only \d+ of \d+ bytes were taken\n$/);
  const spool = open();
  expect(ids(spool.left)).toEqual(["a".repeat(500)]);
  spool.keep([failed("d")]);
  await spool.stop();
  expect(ids(open().left)).toEqual(["a".repeat(500), "d"]);
});

it("what is no occurrence is passed over, and told", () => {
  writeFileSync(
    path,
    ["[]", '"', '{"lost":-1}', JSON.stringify(count("support", 1)), JSON.stringify(failed("a")), ""].join("\n"),
  );
  expect(ids(open().left)).toEqual(["a"]);
  expect(lines).toContain(`error spool: 4 lines of ${path} cannot be read`);
});

it("nobody else may read it", () => {
  open();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

/** It can be opened, and refuses what is no number. */
const refusing = "/proc/self/oom_score_adj";

it.runIf(existsSync(refusing))("a file that cannot be written is told of once, and stops nothing", async () => {
  path = refusing;
  const spool = open();
  for (const id of ["a", "b"]) {
    spool.keep([failed(id)]);
    await new Promise((resolve) => setTimeout(resolve));
  }
  await spool.stop();
  expect(lines).toEqual([expect.stringMatching(/^error spool: .*EINVAL/)]);
});
