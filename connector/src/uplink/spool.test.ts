import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { count, occurrence } from "../testing/uplink-samples.ts";
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

it("returns to the next process what was appended, in order", async () => {
  const first = open();
  expect([first.leftover, first.size(), lines]).toEqual([[], 0, []]);
  first.append([occurrence("a"), occurrence("b")]);
  first.append([occurrence("c")]);
  await first.stop();
  const second = open();
  expect(ids(second.leftover)).toEqual(["a", "b", "c"]);
  expect(second.size()).toBe(statSync(path).size);
  expect(lines).toEqual(["info spool: 3 occurrences of an earlier process wait to be sent"]);
  second.append([occurrence("d")]);
  await second.stop();
  expect(ids(open().leftover)).toEqual(["a", "b", "c", "d"]);
});

it("replace discards what is in the file, also while something is being written", async () => {
  const spool = open();
  spool.append([occurrence("a")]);
  spool.append([occurrence("b")]);
  spool.replace([occurrence("c")], 0);
  spool.append([occurrence("d")]);
  await spool.stop();
  expect(ids(open().leftover)).toEqual(["c", "d"]);
  const again = open();
  again.replace([], 0);
  expect(again.size()).toBe(0);
  await again.stop();
  expect(readFileSync(path, "utf8")).toBe("");
});

it("returns to the next process how many were dropped", async () => {
  const first = open();
  first.append([occurrence("a"), occurrence("b")]);
  first.replace([occurrence("b")], 7);
  first.append([occurrence("c")]);
  await first.stop();
  const second = open();
  expect([ids(second.leftover), second.lost]).toEqual([["b", "c"], 7]);
  second.replace(second.leftover, 0);
  await second.stop();
  expect(open().lost).toBe(0);
});

it("an incomplete last line, as after kill -9, costs that line alone, and the next one is not appended to it", async () => {
  writeFileSync(path, `${JSON.stringify(occurrence("a"))}\n${JSON.stringify(occurrence("b")).slice(0, 30)}`);
  const spool = open();
  expect(ids(spool.leftover)).toEqual(["a"]);
  spool.append([occurrence("c")]);
  await spool.stop();
  expect(ids(open().leftover)).toEqual(["a", "c"]);
  expect(lines.filter((line) => line.startsWith("error"))).toEqual([]);
});

it("a full disk costs only the lines that it did not write", async () => {
  // The file may have 1 KB: a part of the second line is written without an error, and nothing of the third.
  const events = ["a", "b", "c"].map((id) => occurrence(id.repeat(500)));
  const script = `
    import { openSpool } from ${JSON.stringify(new URL("./spool.ts", import.meta.url).href)};
    const spool = openSpool(${JSON.stringify(path)}, (level, message) => console.log(level, message));
    for (const event of ${JSON.stringify(events)}) {
      spool.append([event]);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await spool.stop();`;
  const args = ["-c", 'ulimit -f 1 && exec "$0" --no-warnings --input-type=module -e "$1"', process.execPath, script];
  const output = execFileSync("bash", args, { encoding: "utf8", cwd: import.meta.dirname });
  expect(output).toMatch(/^error spool: .*: only \d+ of \d+ bytes were written\n$/);
  const spool = open();
  expect(ids(spool.leftover)).toEqual(["a".repeat(500)]);
  spool.append([occurrence("d")]);
  await spool.stop();
  expect(ids(open().leftover)).toEqual(["a".repeat(500), "d"]);
});

it("lines that are not occurrences are skipped and logged", () => {
  writeFileSync(
    path,
    ["[]", '"', '{"lost":-1}', JSON.stringify(count("support", 1)), JSON.stringify(occurrence("a")), ""].join("\n"),
  );
  expect(ids(open().leftover)).toEqual(["a"]);
  expect(lines).toContain(`error spool: 4 lines of ${path} are unreadable`);
});

it("only the owner may read it", () => {
  open();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

/** It can be opened for writing, and refuses anything but a number. */
const refusing = "/proc/self/oom_score_adj";

it.runIf(existsSync(refusing))("a file that cannot be written is logged once, and stops nothing", async () => {
  path = refusing;
  const spool = open();
  for (const id of ["a", "b"]) {
    spool.append([occurrence(id)]);
    await new Promise((resolve) => setTimeout(resolve));
  }
  await spool.stop();
  expect(lines).toEqual([expect.stringMatching(/^error spool: .*EINVAL/)]);
});
