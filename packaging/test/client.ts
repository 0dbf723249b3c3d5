/** `@pbxis/client`, installed from its tarball into empty projects: it compiles, and runs in each Node there is. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { mintToken } from "../../test/harness/token.ts";
import { browserChecks } from "./browser.ts";
import type { Check } from "./check.ts";
import { compile, compilers, examplesOf, installInto } from "./compile.ts";
import type { Installed } from "./installed.ts";

const run = promisify(execFile);

export async function clientChecks(folder: string, tarball: string, others: Installed): Promise<readonly Check[]> {
  await installInto(folder, tarball);
  const examples = await examplesOf("packaging/client/README.md", "ts");
  const sources = Object.fromEntries(examples.map((text, index) => [`example-${index}.ts`, readersOwn + text]));
  return [
    ...Object.entries(compilers).map(
      ([name, options]): Check => [
        `the README's lines compile under strict ${name}, with the declarations checked`,
        () => compile(join(folder, name), options, sources),
      ],
    ),
    ["a mistake in a command does not compile", () => expectMistake(join(folder, "mistake"))],
    ...others.nodes.flatMap(({ path, version }): Check[] => [
      [`an ES module receives the site's states in Node ${version}`, () => runClient(folder, "run.mjs", path, others)],
      [`CommonJS does so by a dynamic import in Node ${version}`, () => runClient(folder, "run.cjs", path, others)],
      ...(canRequireModules(version)
        ? [[`and by require in Node ${version}`, () => runClient(folder, "require.cjs", path, others)] as const]
        : []),
    ]),
    ...browserChecks(folder, others),
  ];
}

/** What the reader of the example has. */
const readersOwn = `declare const token: string;
declare const console: { log(...a: unknown[]): void; error(a: string): void };
`;

async function expectMistake(project: string): Promise<void> {
  const text = `import { connectSite } from "@pbxis/client";
await connectSite({ url: "https://edge.example", site: "hq", token: "" }).command({ type: "originate", agent: "1001" });\n`;
  await assert.rejects(compile(project, compilers.nodenext, { "main.ts": text }), /'to' is missing/);
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
  "require.cjs": `const { connectSite } = require("@pbxis/client");\n(async () => {${body}})();`,
} as const;

/** Node 22.12 is the first that does so without an option. */
function canRequireModules(version: string): boolean {
  const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 12);
}

async function runClient(folder: string, file: keyof typeof programs, node: string, { place, site }: Installed) {
  await writeFile(join(folder, file), programs[file]);
  const address = { url: place.edgeUrl.href, site, token: await mintToken({ site }) };
  const { stdout } = await run(node, [join(folder, file), JSON.stringify(address)], { timeout: 60_000 });
  const { queues, member, name } = JSON.parse(stdout);
  assert.ok(queues > 0 && member && name === site, `it has seen ${stdout}`);
}
