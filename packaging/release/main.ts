/**
 * Makes a release: version, changelog, packages, checksums, and lists of what they contain (SBOM), all in `dist`.
 *
 *     pnpm release 0.2.0              edits the repository, builds, commits and tags
 *     pnpm release 0.2.0 --dry-run    builds, and leaves the repository as it is
 *
 * Without a version it is the one that the manifests have. Publishing what is in `dist` is the next step, by hand.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { keepRelease, releaseFolder } from "../../test/upgrade/builds.ts";
import { buildPackages } from "../main.ts";
import { dist, root } from "../repository.ts";
import { planRelease } from "./plan.ts";
import { writeSbom } from "./sbom.ts";

function git(...args: readonly string[]): string {
  return execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
}

function fail(message: string): never {
  process.stderr.write(`release: ${message}\n`);
  process.exit(2);
}

/** Those of the repository and of its packages. */
function readManifests(): Record<string, string> {
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const paths = ["package.json", ...folders.map(({ name }) => `${name}/package.json`)];
  return Object.fromEntries(
    paths.flatMap((path) => {
      const text = readIfThere(join(root, path));
      return text === undefined ? [] : [[path, text]];
    }),
  );
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

async function writeChecksums(paths: readonly string[]): Promise<string> {
  const lines = await Promise.all(
    paths.map(
      async (path) =>
        `${createHash("sha256")
          .update(await readFile(path))
          .digest("hex")}  ${basename(path)}\n`,
    ),
  );
  const file = join(dist, "SHA256SUMS");
  await writeFile(file, lines.join(""));
  return file;
}

async function release(wanted: string | null, isDry: boolean): Promise<void> {
  if (!isDry && git("status", "--porcelain") !== "") fail("commit or remove your changes first");
  const date = new Date().toISOString().slice(0, 10);
  const changelog = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  const plan = planRelease({ wanted, manifests: readManifests(), changelog, date });
  if (!plan.ok) fail(plan.message);
  const { version, edits, notes } = plan;
  if (!isDry && git("tag", "--list", `v${version}`) !== "") fail(`v${version} is released already`);
  // Nothing of an earlier release may get into this one's checksums.
  await rm(dist, { recursive: true, force: true });
  if (!isDry) for (const [path, text] of Object.entries(edits)) await writeFile(join(root, path), text);
  const made = await buildPackages({ version });
  for (const part of ["connector", "worker"] as const) made.push(await writeSbom(part, version, dist));
  const notesFile = join(dist, "RELEASE-NOTES.md");
  await writeFile(notesFile, `${notes}\n`);
  made.push(notesFile, await writeChecksums(made));
  for (const path of made) console.log(relative(root, path));
  if (isDry) {
    console.log(`dry run: ${Object.keys(edits).length} files would be edited, committed and tagged v${version}`);
    return;
  }
  await keepRelease(version);
  git("add", releaseFolder);
  git("commit", "--quiet", "--message", `Release ${version}`, "--", ...Object.keys(edits), releaseFolder);
  git("tag", "--annotate", "--message", `pbxis-edge ${version}`, `v${version}`);
  console.log(`committed and tagged v${version}; push both, then publish dist`);
}

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== "--"),
  allowPositionals: true,
  options: { "dry-run": { type: "boolean", default: false } },
});
if (positionals.length > 1) fail("one version at most");
await release(positionals[0] ?? null, values["dry-run"]);
