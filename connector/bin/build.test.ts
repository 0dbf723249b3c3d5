import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { buildConnector } from "./build.ts";

vi.setConfig({ testTimeout: 30_000 });

/** An empty folder, so that the file finds nothing that it should contain. */
const folder = mkdtempSync(join(tmpdir(), "pbxis-bundle-"));
const file = join(folder, "pbxis-connector.mjs");
beforeAll(() => buildConnector(file));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, [file, ...args], { cwd: folder, encoding: "utf8", env: { PATH: process.env.PATH } });

it("the bundled connector knows its version", () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect(run("--version").stdout).toBe(`${version}\n`);
});

it("the bundled connector prints the account for Asterisk and reports invalid settings in one line", () => {
  expect(run("--print-manager-conf").stdout).toContain("[pbxis]");
  const { status, stderr } = run();
  expect([status, stderr.trimEnd().split("\n").length]).toEqual([2, 1]);
});
