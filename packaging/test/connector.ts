/** The connector as npm package and as one file, run by each Node there is. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Check } from "./check.ts";
import type { NodeProgram } from "./installed.ts";
import type { Place } from "./site.ts";

const run = promisify(execFile);

export type ConnectorFiles = Readonly<{ tarball: string; bundle: string; version: string }>;

export function connectorChecks(
  folder: string,
  { tarball, bundle, version }: ConnectorFiles,
  place: Place,
  nodes: readonly NodeProgram[],
): readonly Check[] {
  const program = join(folder, "node_modules/.bin/pbxis-connector");
  return [
    [
      "the npm package installs a program that knows its version and its name",
      async () => {
        await mkdir(folder, { recursive: true });
        await writeFile(join(folder, "package.json"), '{ "private": true }');
        await run("npm", ["install", "--no-audit", "--no-fund", "--offline", tarball], { cwd: folder });
        assert.equal((await run(program, ["--version"])).stdout, `${version}\n`);
        assert.match((await run(program, ["--help"])).stdout, /^Usage: pbxis-connector \[options\]$/m);
      },
    ],
    ...nodes.flatMap(({ path, version: node }): Check[] => [
      [`the npm package's program serves a site in Node ${node}`, () => serve(place, path, program, `npm-${node}`)],
      [`the .mjs serves a site in Node ${node}`, () => serve(place, path, bundle, `mjs-${node}`)],
    ]),
  ];
}

async function serve(place: Place, node: string, file: string, site: string): Promise<void> {
  const env = { PATH: process.env.PATH ?? "", ...(await place.settingsOf(site)) };
  await place.expectToServe(site, spawn(node, [file], { env, stdio: ["ignore", "pipe", "pipe"] }));
}
