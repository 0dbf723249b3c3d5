/** The command line, run as an operator runs it. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimSpool } from "./uplink/spool/claim.ts";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));
const settings = {
  PBXIS_SITE: "hq",
  PBXIS_EDGE_URL: "http://127.0.0.1:9",
  PBXIS_TOKEN: "not-for-the-log",
  AMI_PORT: "9",
  AMI_USERNAME: "pbxis",
  AMI_SECRET: "nor-this",
};
const compiled = { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pbxis-main-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Run = Readonly<{ code: number | null; stdout: string; stderr: string }>;

/** Runs the connector to its end. Sends each signal once the text before it was written. */
function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  signals: readonly (readonly [after: string, signal: NodeJS.Signals])[] = [],
): Promise<Run> {
  return new Promise((resolve) => {
    // After `--`, so that Node itself does not take `--env-file`.
    const child = execFile(
      process.execPath,
      ["--", main, ...args],
      { env: { ...compiled, ...env } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
    const left = [...signals];
    let text = "";
    child.stdout?.on("data", (chunk) => {
      text += chunk;
      const [next] = left;
      if (!next || !text.includes(next[0])) return;
      left.shift();
      child.kill(next[1]);
    });
  });
}

describe("invalid settings are reported in one line, with exit code 2", () => {
  it.each<[string, string[], Record<string, string>, RegExp]>([
    ["nothing set", [], {}, /PBXIS_SITE is missing; .*AMI_SECRET is missing/],
    ["an invalid site", [], { ...settings, PBXIS_SITE: "a b" }, /PBXIS_SITE must be/],
    ["an invalid URL", [], { ...settings, PBXIS_EDGE_URL: "ftp://x" }, /PBXIS_EDGE_URL must be an http/],
    [
      "minutes that are not a number",
      [],
      { ...settings, PBXIS_AUDIT_MINUTES: "often" },
      /PBXIS_AUDIT_MINUTES must be a number/,
    ],
    ["half a minute", [], { ...settings, PBXIS_AUDIT_MINUTES: "0.5" }, /PBXIS_AUDIT_MINUTES must be a whole number/],
    ["too many minutes", [], { ...settings, PBXIS_AUDIT_MINUTES: "99999" }, /PBXIS_AUDIT_MINUTES must be at most/],
    [
      "an invalid port",
      [],
      { ...settings, PBXIS_WATCH_PORT: "http" },
      /PBXIS_WATCH_PORT must be a whole number from 1 to 65535/,
    ],
    [
      "a number to redact without a key",
      ["--redact", "+14155550100"],
      { ...settings, PBXIS_REDACT_NUMBERS: "hash" },
      /PBXIS_REDACT_KEY is missing/,
    ],
    ["a spool that is no file", [], { ...settings, PBXIS_SPOOL: tmpdir() }, /PBXIS_SPOOL: .* is not a writable file/],
    ["an unknown option", ["--nope"], settings, /Unknown option '--nope'/],
    ["a missing file", ["--env-file", "/does/not/exist"], settings, /--env-file: cannot read \/does\/not\/exist/],
  ])("%s", async (_title, args, env, message) => {
    const { code, stdout, stderr } = await run(args, env);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n").length).toBe(1);
    expect([code, stdout]).toEqual([2, ""]);
  });
});

it.each([[["--help"]], [["-h"]], [["--", "--help"]]])("%j lists every setting", async (args) => {
  const { code, stdout } = await run(args);
  expect(code).toBe(0);
  for (const name of Object.keys(settings)) expect(stdout).toContain(name);
});

it("--print-dialplan prints the snippet for a valid context", async () => {
  const other = await run(["--print-dialplan"], { PBXIS_EDGE_CONTEXT: "supervisors" });
  expect([other.code, other.stdout]).toEqual([0, expect.stringMatching(/^\[supervisors\]$[\s\S]*^exten => spy,1,/m)]);
  const { code, stderr } = await run(["--print-dialplan"], { PBXIS_EDGE_CONTEXT: "a]" });
  expect([code, stderr]).toEqual([2, expect.stringContaining("PBXIS_EDGE_CONTEXT must be the name")]);
});

it("--version, --print-manager-conf and --print-dialplan need no settings", async () => {
  expect((await run(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await run(["--print-manager-conf"])).stdout).toMatch(/^\[pbxis\]$/m);
  expect((await run(["--print-dialplan"])).stdout).toMatch(/^\[pbxis-edge\]$/m);
});

it("reads an env file, runs without AMI and site, stops cleanly, and logs no secret", async () => {
  const file = join(folder, "env");
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
  const { code, stdout } = await run(["--env-file", file], {}, [["uplink: ", "SIGTERM"]]);
  expect(code).toBe(0);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines[0].msg).toContain("site hq");
  expect(lines.at(-1).msg).toBe("stopping after SIGTERM");
  expect(stdout).not.toMatch(/not-for-the-log|nor-this/);
});

it("stops once, however many signals arrive", async () => {
  const { code, stdout } = await run([], { ...settings, PBXIS_SPOOL: join(folder, "spool") }, [
    ["uplink: ", "SIGTERM"],
    ["stopping after SIGTERM", "SIGINT"],
  ]);
  expect([code, stdout]).toEqual([0, expect.not.stringContaining("SIGINT")]);
});

it("with a spool that another connector uses, it refuses to start and says which", async () => {
  const file = join(folder, "shared spool");
  const other = await claimSpool(file);
  const { code, stderr } = await run([], { ...settings, PBXIS_SPOOL: file });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^connector: PBXIS_SPOOL: .* is in use by .*\d+\)\n$/)]);
  if (other.ok) other.release();
});

it("says at the start what is unsafe, and which names are no settings", async () => {
  const { stdout } = await run([], { ...settings, PBXIS_ORIGNATE_CONTEXT: "from-agents" }, [["uplink: ", "SIGTERM"]]);
  expect(stdout).toMatch(/"level":"warn".*PBXIS_ORIGNATE_CONTEXT is not a setting.*PBXIS_ORIGINATE_CONTEXT\?/);
  expect(stdout).toMatch(/"level":"warn".*PBXIS_DIAL_PATTERN is its default/);
});

it("SIGUSR2 requests an audit and does not stop the connector", async () => {
  const { code, stdout } = await run([], settings, [
    ["uplink: ", "SIGUSR2"],
    ["audit: not possible", "SIGTERM"],
  ]);
  expect([code, stdout]).toEqual([0, expect.stringContaining("stopping after SIGTERM")]);
});

it("PBXIS_WATCH_PORT on a port in use is logged, and the connector goes on", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const { code, stdout } = await run([], { ...settings, PBXIS_WATCH_PORT: String(port) }, [
    ["watch: cannot listen", "SIGTERM"],
  ]);
  taken.close();
  expect([code, stdout]).toEqual([0, expect.stringContaining("EADDRINUSE")]);
});
