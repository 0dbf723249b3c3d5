/** `@pbxis/client`, installed from its tarball into empty projects: it compiles, and runs in each Node there is. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { mintToken } from "../../test/harness/token.ts";
import { root } from "../repository.ts";
import type { Check } from "./check.ts";
import type { Installed } from "./installed.ts";

const run = promisify(execFile);

const compilers = {
  nodenext: { module: "nodenext" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
} as const;

export async function clientChecks(folder: string, tarball: string, others: Installed): Promise<readonly Check[]> {
  await install(folder, tarball);
  const lines = await linesOfReadme();
  return [
    ...Object.entries(compilers).map(
      ([name, options]): Check => [
        `the README's lines compile under strict ${name}, with the declarations checked`,
        () => compile(join(folder, name), options, lines),
      ],
    ),
    ["a mistake in a command does not compile", () => expectMistake(join(folder, "mistake"))],
    ...others.nodes.flatMap(({ path, version }): Check[] => [
      [`an ES module receives the site's states in Node ${version}`, () => runClient(folder, "run.mjs", path, others)],
      [`CommonJS does so by a dynamic import in Node ${version}`, () => runClient(folder, "run.cjs", path, others)],
    ]),
  ];
}

/** Projects are folders below that of the package. */
async function install(folder: string, tarball: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }');
  await run("npm", ["install", "--no-audit", "--no-fund", "--offline", tarball], { cwd: folder });
}

async function linesOfReadme(): Promise<string> {
  const text = await readFile(join(root, "packaging/client/README.md"), "utf8");
  const [, lines] = /```ts\n([\s\S]*?)```/.exec(text) ?? [];
  assert.ok(lines, "the client's README has no example");
  // `token` is the reader's.
  return `declare const token: string;\ndeclare const console: { log(...a: unknown[]): void; error(a: string): void };\n${lines}`;
}

async function compile(project: string, options: object, source: string): Promise<void> {
  await mkdir(project, { recursive: true });
  const compilerOptions = {
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
    ...{ target: "es2022", lib: ["es2022"], types: [], noEmit: true },
    ...options,
  };
  await writeFile(join(project, "package.json"), '{ "private": true, "type": "module" }');
  await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.ts"] }));
  await writeFile(join(project, "main.ts"), source);
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  await run(process.execPath, [compiler, "-p", project]).catch((error) => {
    throw new Error(`it does not compile:\n${error.stdout}`);
  });
}

async function expectMistake(project: string): Promise<void> {
  const source = `import { connectSite } from "@pbxis/client";
await connectSite({ url: "https://edge.example", site: "hq", token: "" }).command({ type: "originate", agent: "1001" });\n`;
  await assert.rejects(compile(project, compilers.nodenext, source), /'to' is missing/);
}

const body = `
const { url, site, token } = JSON.parse(process.argv[2]);
const hq = connectSite({ url, site, token });
const seen = new Promise((resolve) => {
  const board = hq.subscribe({ agents: "*", queues: "*" }, {
    onLink: () => resolve({ queues: board.state.queues().length, member: board.state.agents().length > 0 }),
  });
});
const states = await seen;
const { site: name } = await hq.status();
console.log(JSON.stringify({ ...states, name }));
process.exit(0);
`;
const programs = {
  "run.mjs": `import { connectSite } from "@pbxis/client";\n${body}`,
  "run.cjs": `(async () => { const { connectSite } = await import("@pbxis/client");\n${body}})();`,
} as const;

async function runClient(folder: string, file: keyof typeof programs, node: string, { place, site }: Installed) {
  await writeFile(join(folder, file), programs[file]);
  const address = { url: place.edgeUrl.href, site, token: await mintToken({ site }) };
  const { stdout } = await run(node, [join(folder, file), JSON.stringify(address)], { timeout: 60_000 });
  const { queues, member, name } = JSON.parse(stdout);
  assert.ok(queues > 0 && member && name === site, `it has seen ${stdout}`);
}
