import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lockState } from "./state-lock.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pbxis-state-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refused = { ok: false, message: expect.stringMatching(/another worker uses.* state .*--state DIR --port N/) };

it("a second worker is refused in words, and others may use other folders", () => {
  expect(lockState(join(folder, "a"), "a")).toEqual({ ok: true, value: null });
  expect(lockState(join(folder, "a"), "state")).toEqual(refused);
  expect(lockState(join(folder, "b"), "b").ok).toBe(true);
});

it("the folder is free again after its worker was killed", async () => {
  const source = JSON.stringify(fileURLToPath(new URL("state-lock.ts", import.meta.url)));
  const script = `const { lockState } = await import(${source});
    console.log(lockState(process.argv[1], "x").ok); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, folder]);
  const [line] = await once(child.stdout, "data");
  expect(String(line).trim()).toBe("true");
  expect(lockState(folder, "x")).toEqual(refused);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(lockState(folder, "x").ok).toBe(true);
});

it("a folder that cannot be used is named", () => {
  writeFileSync(join(folder, "file"), "");
  expect(lockState(join(folder, "file"), "file")).toMatchObject({
    ok: false,
    message: expect.stringMatching(/^--state file: /),
  });
});
