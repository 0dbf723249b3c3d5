/**
 * Builds the packages, installs them where nothing else is, and runs them beside a real Asterisk and a real worker.
 *
 *     node packaging/test/main.ts
 *     node packaging/test/main.ts --built    those that are in `dist` already
 *
 * Needs Debian and root. The last line of the output is `N passed, N failed`.
 */
import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildDeb } from "../connector/deb.ts";
import { buildPackages } from "../main.ts";
import { dist, readVersion } from "../repository.ts";
import { copyBareTree } from "./bare-tree.ts";
import type { Check } from "./check.ts";
import { clientChecks } from "./client.ts";
import { connectorChecks } from "./connector.ts";
import { debChecks } from "./deb.ts";
import { dockerChecks } from "./dockerfile.ts";
import { findNodes } from "./installed.ts";
import { reactChecks } from "./react.ts";
import { startPlace } from "./site.ts";

/** With `--built`, those that are in `dist` already. */
async function built(): Promise<string[]> {
  if (!process.argv.includes("--built")) return buildPackages();
  return (await readdir(dist)).map((name) => join(dist, name));
}

async function prepare() {
  const folder = await mkdtemp(join(tmpdir(), "pbxis-packages-"));
  const [made, place, tree] = await Promise.all([built(), startPlace(), copyBareTree()]);
  const find = (end: string) => made.find((path) => path.endsWith(end)) ?? "";
  const version = readVersion();
  const nextVersion = `${version}+next`;
  const executable = join(dist, `pbxis-connector-${process.platform}-${process.arch}`);
  const next = await buildDeb({ version: nextVersion, executable, licenses: "", outfolder: folder });
  const stop = async () => {
    await place.stop();
    await tree.remove();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    ...{ folder, place, tree, stop, version, nextVersion, executable, next, deb: find(".deb") },
    bundle: find(".mjs"),
    client: find(`client-${version}.tgz`),
    react: find(`react-${version}.tgz`),
    connector: find(`connector-${version}.tgz`),
  };
}

async function checksOf(all: Awaited<ReturnType<typeof prepare>>): Promise<readonly Check[]> {
  const { folder, place, tree, bundle, version, client, react, connector } = all;
  const nodes = await findNodes(join(folder, "nodes"));
  const connectorFolder = join(folder, "connector");
  await copyFile(bundle, join(folder, "pbxis-connector.mjs"));
  const files = { tarball: connector, bundle: join(folder, "pbxis-connector.mjs"), version };
  return [
    ...connectorChecks(connectorFolder, files, place, nodes),
    ...(await clientChecks(join(folder, "client"), client, { place, site: `mjs-${process.version}`, nodes })),
    ...(await reactChecks(join(folder, "react"), [client, react])),
    ...debChecks(tree, all, place),
    ...dockerChecks(tree, folder, place),
  ];
}

let passed = 0;
let failed = 0;
const start = performance.now();
const all = await prepare();
console.log(`built and unpacked (${((performance.now() - start) / 1000).toFixed(1)} s)`);
try {
  for (const [what, check] of await checksOf(all)) {
    const begun = performance.now();
    const error = await Promise.resolve(check()).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(`${error === undefined ? "ok  " : "FAIL"} ${what} (${seconds} s)`);
    if (error === undefined) passed++;
    else {
      failed++;
      console.log(error);
    }
  }
} finally {
  await all.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
