/** What several checks share. */
import { execFile } from "node:child_process";
import { realpath } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Place } from "./site.ts";

export type NodeProgram = Readonly<{ path: string; version: string }>;

export type Installed = Readonly<{
  place: Place;
  /** A site whose states the worker has. */
  site: string;
  nodes: readonly NodeProgram[];
}>;

/** The workspace's Node, and the others on the path that can run the client: in CI the image's, which is Node 20. */
export async function findNodes(): Promise<NodeProgram[]> {
  const found = new Map<string, string>([[process.version, process.execPath]]);
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = await realpath(join(folder, "node")).catch(() => undefined);
    if (path === undefined) continue;
    const version = await promisify(execFile)(path, ["--version"]).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
    if (version && !found.has(version) && Number(version.slice(1).split(".")[0]) >= 20) found.set(version, path);
  }
  return [...found].map(([version, path]) => ({ version, path }));
}
