/** What several checks share. */
import { execFile } from "node:child_process";
import { realpath } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { installInto } from "./compile.ts";
import type { Place } from "./site.ts";

export type NodeProgram = Readonly<{ path: string; version: string }>;

export type Installed = Readonly<{
  place: Place;
  /** A site whose states the worker has. */
  site: string;
  nodes: readonly NodeProgram[];
}>;

/** The releases with long-term support that packages must run in, besides the workspace's own. */
const supported = ["20", "22"];

/** The workspace's Node and the supported ones: from the path, where CI's image has Node 20, otherwise from npm. */
export async function findNodes(folder: string): Promise<NodeProgram[]> {
  const found = new Map<string, string>([[process.version, process.execPath]]);
  for (const directory of (process.env.PATH ?? "").split(delimiter)) await note(found, join(directory, "node"));
  for (const major of supported) {
    if ([...found.keys()].some((version) => version.startsWith(`v${major}.`))) continue;
    const name = `node-${process.platform}-${process.arch}`;
    await installInto(join(folder, major), `${name}@${major}`);
    await note(found, join(folder, major, "node_modules", name, "bin/node"));
  }
  return [...found].map(([version, path]) => ({ version, path }));
}

/** Older ones cannot run the packages. */
async function note(found: Map<string, string>, program: string): Promise<void> {
  const path = await realpath(program).catch(() => undefined);
  if (path === undefined) return;
  const version = await promisify(execFile)(path, ["--version"]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  if (version && !found.has(version) && Number(version.slice(1).split(".")[0]) >= 20) found.set(version, path);
}
