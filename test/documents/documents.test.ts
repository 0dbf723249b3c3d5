/** What a reader types from the documents works: each command is run here or in CI, or is listed with a reason. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { describeSettings } from "../../connector/src/config.ts";
import { type ConnectorProcess, startConnector } from "../harness/connector.ts";
import { freePort } from "../harness/port.ts";
import { mintToken, testSecret } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";
import { type SimulatedPbx, startPbx } from "../pbx/start.ts";
import { type Block, blocksOf, commandsOf, isSettingsFile } from "./blocks.ts";
import { runCommands } from "./shell.ts";
import { whereRun } from "./where-run.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const root = join(import.meta.dirname, "../..");
const pages = [
  ...[
    "README.md",
    "CONTRIBUTING.md",
    "packaging/client/README.md",
    "packaging/react/README.md",
    "packaging/connector/README.md",
    "examples/README.md",
  ],
  ...readdirSync(join(root, "docs")).flatMap((name) =>
    /\.md$/.test(name) && !name.startsWith("BENCH") ? [`docs/${name}`] : [],
  ),
];
const blocks = new Map(pages.map((page) => [page, blocksOf(readFileSync(join(root, page), "utf8"))]));
/** Diagrams have no commands. */
const isShell = (block: Block) => !isSettingsFile(block) && !/[─▶]/.test(block.text);
const commandsIn = (page: string) => (blocks.get(page) ?? []).filter(isShell).flatMap(commandsOf);
const runHere = (page: string) => commandsIn(page).filter((command) => whereRun(command)?.kind === "here");

let edge: Edge;
let pbx: SimulatedPbx;
let connector: ConnectorProcess;
let issuerPort: number;
let cursor: string;

beforeAll(async () => {
  [pbx, issuerPort] = [await startPbx(), await freePort()];
  edge = await startEdge({ vars: issuerVars() });
  connector = await startConnector({ edgeUrl: edge.url, ami: pbx });
  cursor = await until("the site to be up", async () => {
    const headers = { authorization: `Bearer ${await mintToken()}` };
    const response = await fetch(new URL("/v1/sites/hq", edge.url), { headers });
    const status = (await response.json()) as { link: string; cursor: string };
    return status.link === "up" && status.cursor;
  });
});

afterAll(async () => {
  await connector?.kill();
  await Promise.all([pbx?.stop(), edge?.stop()]);
});

/** As `docs/deploy.md` starts a worker. */
function issuerVars(): Record<string, string> {
  const start = commandsIn("docs/deploy.md").find((command) => command.startsWith("PBXIS_JWKS_URL=")) ?? "";
  return Object.fromEntries(
    [...start.matchAll(/(PBXIS_\w+)=(\S+)/g)].map(([, name = "", value = ""]) => [
      name,
      value.replace("8789", String(issuerPort)),
    ]),
  );
}

/**
 * Ports that are free here, this worker, folders that may be written, a shorter wait; and a reader who goes on once a
 * program in the background has printed something.
 */
function replace(command: string): string {
  if (command.startsWith("EDGE=")) return "";
  return command
    .replaceAll("8789", String(issuerPort))
    .replaceAll("http://127.0.0.1:8790", edge.url.origin)
    .replaceAll("/etc/asterisk/", "./")
    .replaceAll("wait=25", "wait=1")
    .replace(/> (\w+) &$/, "> $1 &\nuntil [ -s $1 ]; do sleep 0.05; done");
}

describe("the documents", () => {
  it.each(pages)("each command of %s is run somewhere, or listed with a reason", (page) => {
    expect(commandsIn(page).filter((command) => whereRun(command) === undefined)).toEqual([]);
  });

  it("what CI is said to run it does run", () => {
    const steps = readFileSync(join(root, ".ci/run"), "utf8").matchAll(/(?:^ +|&& )step (.*?)(?= &&|$)/gm);
    const ci = [...steps].map(([, command]) => `npx --yes pnpm@12 ${command}`);
    const said = pages.flatMap(commandsIn).filter((command) => whereRun(command)?.kind === "ci");
    expect(said.length).toBeGreaterThan(5);
    expect(said.filter((command) => !ci.some((line) => line === command || line.startsWith(`${command} `)))).toEqual(
      [],
    );
  });

  it.each(pages.filter((page) => runHere(page).length > 0))("the commands of %s work", async (page) => {
    const tokens = { TOKEN: await mintToken(), OPERATOR: await mintToken({ role: "operator" }) };
    const others = { EDGE: edge.url.origin, CLICK_ID: "1", CURSOR: cursor, PBXIS_SECRET: testSecret };
    const output = await runCommands(runHere(page), { replace, env: { ...tokens, ...others } });
    expect(output).toContain("+ ");
  });

  it("the settings in them are the connector's", () => {
    const files = [...blocks.values()].flat().filter(isSettingsFile);
    const names = files.flatMap(({ text }) => [...text.matchAll(/^\w+/gm)].map(([name]) => name));
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect(describeSettings()).toMatch(new RegExp(`^ {2}${name} `, "m"));
  });

  it("the JavaScript in them can be parsed, and the typed client's lines are those that its package is tested with", () => {
    const all = [...blocks.values()].flat();
    for (const { language, text } of all) if (language === "js") new Script(text);
    const tested = blocks.get("packaging/client/README.md") ?? [];
    const lines = all.flatMap(({ language, text }) => (language === "ts" ? [text] : []));
    expect(lines.filter((text) => !tested.some((block) => block.text === text))).toEqual([]);
    expect(lines.length).toBeGreaterThan(tested.filter(({ language }) => language === "ts").length);
  });
});

describe("the commands of a block", () => {
  it.each<[string, Block, string[]]>([
    ["comments and blank lines", { language: "sh", text: "# first\n\na b   # why\n" }, ["a b"]],
    ["a continued line", { language: "", text: "a \\\n  b\nc\n" }, ["a b", "c"]],
    ["prompts and output", { language: "", text: "$ a\nout\n$ b \\\n   c\n" }, ["a", "b c"]],
    ["another language", { language: "toml", text: "a\n" }, []],
  ])("%s", (_name, block, commands) => expect(commandsOf(block)).toEqual(commands));
});
