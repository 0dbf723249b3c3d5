import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimSpool } from "./claim.ts";

let folder: string;
let path: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pbxis-claim-"));
  path = join(folder, "spool");
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

/** A process that claims the file and prints the result; if it got the file, it stays. */
function claimElsewhere(file = path): Readonly<{ child: ChildProcess; result: Promise<string> }> {
  const script = `
    import { claimSpool } from ${JSON.stringify(new URL("./claim.ts", import.meta.url).href)};
    const claim = await claimSpool(${JSON.stringify(file)});
    console.log(claim.ok ? "claimed" : claim.message);
    if (claim.ok) setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ["--no-warnings", "--input-type=module", "-e", script]);
  children.push(child);
  return { child, result: once(child.stdout, "data").then(([data]) => String(data).trim()) };
}

async function kill(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
}

describe("a second connector", () => {
  it("does not get the file, and learns which process has it", async () => {
    const first = claimElsewhere();
    expect(await first.result).toBe("claimed");
    const second = await claimSpool(path);
    expect(second).toEqual({
      ok: false,
      message: `${path} is in use by another connector (process ${first.child.pid})`,
    });
  });

  it("does not get it by another name of the file", async () => {
    expect(await claimElsewhere().result).toBe("claimed");
    const link = join(folder, "link");
    symlinkSync(path, link);
    expect(await claimSpool(link)).toMatchObject({ ok: false });
  });

  it("does not get it while the first is frozen", async () => {
    const first = claimElsewhere();
    await first.result;
    first.child.kill("SIGSTOP");
    expect(await claimSpool(path)).toMatchObject({ ok: false });
  });

  it("gets it once the first was killed, and nothing of that one is left", async () => {
    const first = claimElsewhere();
    await first.result;
    await kill(first.child);
    const second = await claimSpool(path);
    expect(second).toMatchObject({ ok: true, warnings: [] });
    expect(readdirSync(folder).filter((name) => name.includes(`lock-${first.child.pid}`))).toEqual([]);
    if (second.ok) second.release();
    expect(readdirSync(folder)).toEqual(["spool"]);
  });

  it("gets another file in the same folder", async () => {
    expect(await claimElsewhere().result).toBe("claimed");
    const other = await claimSpool(`${path}2`);
    expect(other.ok).toBe(true);
    if (other.ok) other.release();
  });

  it("of four that start at once, after one was killed, never two get it", async () => {
    const dead = claimElsewhere();
    await dead.result;
    await kill(dead.child);
    const results = await Promise.all(Array.from({ length: 4 }, () => claimElsewhere().result));
    expect(results.filter((result) => result === "claimed").length).toBeLessThanOrEqual(1);
    for (const result of results) expect(result).toMatch(/^claimed$|is in use by another connector \(process \d+\)$/);
  });
});

it("a path that is longer than a socket's may be is no obstacle", async () => {
  const deep = join(folder, "a".repeat(80), "b".repeat(80));
  mkdirSync(deep, { recursive: true });
  const claim = await claimSpool(join(deep, "spool"));
  expect(claim).toMatchObject({ ok: true, warnings: [] });
  expect(await claimElsewhere(join(deep, "spool")).result).toMatch(/in use/);
  if (claim.ok) claim.release();
});

describe("only the owner may read it", () => {
  it.each([0o644, 0o660, 0o604, 0o700])("rights %o are narrowed, with a warning", async (mode) => {
    writeFileSync(path, "");
    chmodSync(path, mode);
    const claim = await claimSpool(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(claim).toMatchObject({ ok: true, warnings: [expect.stringContaining(`0${mode.toString(8)}`)] });
    if (claim.ok) claim.release();
  });

  it("a new file has them from the start", async () => {
    const claim = await claimSpool(path);
    expect(claim).toMatchObject({ ok: true, warnings: [] });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    if (claim.ok) claim.release();
  });

  // Root may change any file's rights; another user may not.
  it.runIf(process.getuid?.() === 0)("a file whose rights cannot be narrowed is refused", async () => {
    writeFileSync(path, "");
    chmodSync(path, 0o666);
    chmodSync(folder, 0o777);
    process.seteuid?.(65_534);
    try {
      expect(await claimSpool(path)).toMatchObject({ ok: false, message: expect.stringMatching(/0666.*0600/) });
    } finally {
      process.seteuid?.(0);
    }
  });
});

it.each([
  ["a folder", () => tmpdir(), /not a writable file/],
  ["a device", () => "/dev/null", /not a writable file/],
  ["a missing folder", () => join(folder, "no", "spool"), /not a writable file/],
])("%s is refused", async (_title, file, message) => {
  expect(existsSync(folder)).toBe(true);
  expect(await claimSpool(file())).toMatchObject({ ok: false, message: expect.stringMatching(message) });
});
