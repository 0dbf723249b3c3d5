/**
 * The builds that are deployed one over the other: that of the last release, this one, and one that comes after it.
 *
 * The release's bundles are in `release/`; `pnpm release` replaces them. The next build is this one with one version of
 * stored data raised, and an upgrade to it.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import type { Plugin } from "esbuild";
import { unstable_readConfig } from "wrangler";
import { buildConnector } from "../../connector/bin/build.ts";
import { bundleWorker } from "../../worker/bin/bundle.ts";

const root = join(import.meta.dirname, "../..");
/** The bundles of the last release. */
export const releaseFolder = join(import.meta.dirname, "release");

/** `objects`: the class of each binding of Durable Objects. `connector`: the text of its bundle. */
export type Build = Readonly<{ worker: string; objects: Readonly<Record<string, string>>; connector: string }>;

/** @throws Error if there is no release. */
export async function releaseBuild(): Promise<Build> {
  const { objects }: Pick<Build, "objects"> = JSON.parse(await readFile(join(releaseFolder, "release.json"), "utf8"));
  return { objects, worker: await unpack("worker.mjs.br"), connector: await unpack("connector.mjs.br") };
}

export async function thisBuild(): Promise<Build> {
  const folder = await mkdtemp(join(tmpdir(), "pbxis-build-"));
  const outfile = join(folder, "connector.mjs");
  await buildConnector(outfile);
  const connector = await readFile(outfile, "utf8");
  await rm(folder, { recursive: true });
  return { objects: readObjects(), worker: await bundleWorker(), connector };
}

/** Its connector is this build's: only stored data differs. */
export async function nextBuild({ objects, connector }: Build): Promise<Build> {
  return { objects, connector, worker: await bundleWorker(undefined, [raiseVersionOfCalls]) };
}

/** Makes this build that of the last release. */
export async function keepRelease(version: string): Promise<void> {
  const { objects, worker, connector } = await thisBuild();
  await mkdir(releaseFolder, { recursive: true });
  await writeFile(join(releaseFolder, "release.json"), `${JSON.stringify({ version, objects }, null, 2)}\n`);
  await writeFile(join(releaseFolder, "worker.mjs.br"), brotliCompressSync(worker));
  await writeFile(join(releaseFolder, "connector.mjs.br"), brotliCompressSync(connector));
}

async function unpack(name: string): Promise<string> {
  return brotliDecompressSync(await readFile(join(releaseFolder, name))).toString();
}

function readObjects(): Record<string, string> {
  const { durable_objects: objects } = unstable_readConfig({ config: join(root, "wrangler.toml") });
  const bindings: readonly Readonly<{ name: string; class_name: string }>[] = objects.bindings;
  return Object.fromEntries(bindings.map(({ name, class_name: exported }) => [name, exported]));
}

const raiseVersionOfCalls: Plugin = {
  name: "the next build",
  setup: (build) => {
    build.onLoad({ filter: /call-rows\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const [text = "", version] = /name: "calls",\s+version: (\d+),/.exec(source) ?? [];
      const raised = source
        .replace(text, `name: "calls", version: ${Number(version) + 1},`)
        .replace("upgrades: {", `upgrades: { ${version}: () => {},`);
      if (!version || !raised.includes(`${version}: () => {}`))
        throw new Error("the tables of calls are not as expected");
      return { contents: raised, loader: "ts" };
    });
  },
};
