import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SiteEvent } from "@pbxis/shared";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { count, occurrence } from "../../testing/uplink-samples.ts";
import { markUncorrected, withoutMark } from "../uncorrected.ts";
import { encodeHead, encodeSpool } from "./format.ts";
import { openSpool, type Spool } from "./spool.ts";

const mount = "mount -t tmpfs -o";
let folder: string;
let path: string;
let lines: string[];
let now: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pbxis-spool-"));
  path = join(folder, "spool");
  lines = [];
  now = 0;
});

afterEach(() => rmSync(folder, { recursive: true }));

const open = () => openSpool(path, { log: (level, message) => void lines.push(`${level} ${message}`), now: () => now });
const idsOf = ({ leftover }: Spool) => leftover.events.map((event) => "actionId" in event && event.actionId);
const replaceBy = (...ids: string[]) => ({ events: ids.map(occurrence), lost: 0 });

it("returns to the next process what was appended, in order", async () => {
  const first = open();
  expect([first.leftover.events, first.size(), lines]).toEqual([[], 0, []]);
  first.append([occurrence("a"), occurrence("b")]);
  first.append([occurrence("c")]);
  await first.stop();
  const second = open();
  expect(idsOf(second)).toEqual(["a", "b", "c"]);
  expect(second.size()).toBe(statSync(path).size - encodeHead(0).length);
  expect(lines).toEqual(["info spool: 3 occurrences of an earlier process wait to be sent"]);
  second.append([occurrence("d")]);
  await second.stop();
  expect(idsOf(open())).toEqual(["a", "b", "c", "d"]);
});

it("UP11 the next process corrects the times of what waited for the site's clock, and of nothing else", async () => {
  const first = open();
  first.append([markUncorrected(occurrence("early")), occurrence("late")]);
  await first.stop();
  const second = open();
  const { at } = occurrence("late");
  const corrected = second.leftover.events.map((event) => withoutMark(event, 3_600_000));
  expect(corrected).toEqual([{ ...occurrence("early"), at: at + 3_600_000 }, occurrence("late")]);
  await second.stop();
});

it("RD1 what an earlier process left in clear is redacted, also in the file", async () => {
  const first = open();
  first.append([occurrence("4155550100")]);
  await first.stop();
  const redact = (event: SiteEvent) => ({ ...event, actionId: "hidden" }) as SiteEvent;
  const second = openSpool(path, { log: () => {}, now: () => now, redact });
  expect(idsOf(second)).toEqual(["hidden"]);
  expect(readFileSync(path, "utf8")).not.toContain("4155550100");
  await second.stop();
});

it("empty and replace discard what is in the file, also while something is being written", async () => {
  const spool = open();
  spool.append([occurrence("a")]);
  spool.append([occurrence("b")]);
  spool.replace(replaceBy("c"));
  spool.append([occurrence("d")]);
  await spool.settled();
  expect(idsOf(open())).toEqual(["c", "d"]);
  spool.replace(replaceBy("e"));
  spool.empty();
  expect([spool.size(), spool.isVoid()]).toEqual([0, true]);
  spool.append([occurrence("f")]);
  await spool.stop();
  expect(idsOf(open())).toEqual(["f"]);
  const again = open();
  again.empty();
  await again.stop();
  expect(readFileSync(path, "utf8")).toBe(encodeHead(0));
  expect(readdirSync(folder)).toEqual(["spool"]);
});

it("returns to the next process how many were dropped", async () => {
  const first = open();
  first.append([occurrence("a"), occurrence("b")]);
  first.replace({ events: [occurrence("b")], lost: 7 });
  first.append([occurrence("c")]);
  await first.stop();
  const second = open();
  expect([idsOf(second), second.leftover.lost]).toEqual([["b", "c"], 7]);
  second.empty();
  await second.stop();
  expect(open().leftover.lost).toBe(0);
});

it("the number of dropped ones alone keeps the file from being void", () => {
  writeFileSync(path, encodeHead(3));
  const spool = open();
  expect([spool.size(), spool.isVoid(), spool.leftover.lost]).toEqual([0, false, 3]);
});

it("an incomplete last line, as after kill -9, costs that line alone, and the next one is not appended to it", async () => {
  writeFileSync(path, encodeSpool(replaceBy("a", "b")).slice(0, -30));
  const spool = open();
  expect(idsOf(spool)).toEqual(["a"]);
  spool.append([occurrence("c")]);
  await spool.stop();
  expect(idsOf(open())).toEqual(["a", "c"]);
  expect(lines.filter((line) => line.startsWith("error"))).toEqual([]);
});

it("a file of an older version, without a head, is read and gets one", () => {
  writeFileSync(path, `{"lost":2}\n${JSON.stringify(occurrence("a"))}\n`);
  const spool = open();
  expect([idsOf(spool), spool.leftover.lost]).toEqual([["a"], 2]);
  expect(readFileSync(path, "utf8")).toBe(encodeSpool({ events: [occurrence("a")], lost: 2 }));
});

it("lines that are not occurrences are skipped and logged", () => {
  const bad = ["[]", '"', '{"lost":-1}', JSON.stringify(count("support", 1))];
  writeFileSync(path, [...bad, JSON.stringify(occurrence("a")), ""].join("\n"));
  expect(idsOf(open())).toEqual(["a"]);
  expect(lines).toContain(`error spool: 4 lines of ${path} are unreadable`);
});

it("only the owner may read it, also after a replacement", async () => {
  const spool = open();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  spool.replace(replaceBy("a"));
  await spool.stop();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

describe("a full disk", () => {
  it("UP6 loses nothing uncounted, and is logged once", async () => {
    // The file may have 1 KB: a part of the second line is written without an error, and nothing of the third.
    const script = `
      import { openSpool } from ${JSON.stringify(new URL("./spool.ts", import.meta.url).href)};
      const log = (level, message) => console.log(level, message);
      const spool = openSpool(${JSON.stringify(path)}, { log, now: () => 0 });
      for (const event of ${JSON.stringify(["a", "b", "c"].map((id) => occurrence(id.repeat(500))))}) {
        spool.append([event]);
        await spool.settled();
      }
      console.log(JSON.stringify(spool.failure()));
      process.kill(process.pid, "SIGKILL");`;
    // SIGXFSZ is ignored by Node: a write beyond the limit fails with EFBIG.
    const args = ["-c", 'ulimit -f 1; "$0" --no-warnings --input-type=module -e "$1"; true', process.execPath, script];
    const output = execFileSync("bash", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    expect(output).toMatch(/^error spool: .*\n\{"because":".*","missing":2\}\n$/);
    const next = open();
    expect([idsOf(next), next.leftover.lost]).toEqual([["a".repeat(500)], 2]);
  });

  it.runIf(canMount())("on a real one: the file has everything once there is room", async () => {
    const disk = join(folder, "disk");
    shell(`mkdir $1 && ${mount} size=64k,mode=700 tmpfs $1`, disk);
    try {
      path = join(disk, "spool");
      const spool = open();
      const long = (id: string) => `${id}${"x".repeat(2_000)}`;
      spool.append([occurrence(long("a"))]);
      await spool.settled();
      writeFileSync(join(disk, "filler"), "x".repeat(56 * 1024));
      const ids = ["b", "c", "d", "e"].map(long);
      for (const id of ids) {
        spool.append([occurrence(id)]);
        await spool.settled();
      }
      expect(spool.failure()).toMatchObject({ because: expect.stringMatching(/ENOSPC|bytes were written/) });
      const meanwhile = open();
      const kept = meanwhile.leftover.events.length;
      expect([kept > 0, kept + meanwhile.leftover.lost]).toEqual([true, 5]);
      now = 10_000;
      expect(spool.isReplaceDue()).toBe(true);
      const all = { events: [long("a"), ...ids].map(occurrence), lost: 0 };
      spool.replace(all);
      await spool.settled();
      expect(spool.failure()).not.toBeNull();
      rmSync(join(disk, "filler"));
      now = 20_000;
      expect(spool.isReplaceDue()).toBe(true);
      spool.replace(all);
      await spool.settled();
      expect([spool.failure(), open().leftover]).toEqual([null, all]);
      expect(readdirSync(disk)).toEqual(["spool"]);
      expect(lines.filter((line) => line.startsWith("error")).length).toBe(1);
    } finally {
      // Lazily: the files that this test opened to look are still open.
      shell("umount -l $1", disk);
    }
  });
});

function shell(script: string, folder: string): void {
  execFileSync("bash", ["-c", script, "bash", folder], { stdio: "ignore" });
}

/** Only root may mount, and not in every container. */
function canMount(): boolean {
  const at = mkdtempSync(join(tmpdir(), "pbxis-mount-"));
  try {
    shell(`${mount} size=4k tmpfs $1 && umount $1`, at);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(at, { recursive: true });
  }
}
