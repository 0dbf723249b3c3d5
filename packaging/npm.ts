/** Makes a package for npm of a folder that holds all of its files but `package.json`. */
import { execFile } from "node:child_process";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { dist, root } from "./repository.ts";

/** Returns the package's path in `dist`. */
export async function packForNpm(folder: string, manifest: Readonly<Record<string, unknown>>): Promise<string> {
  await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await copyFile(join(root, "LICENSE"), join(folder, "LICENSE"));
  const { stdout } = await promisify(execFile)("npm", ["pack", "--silent", "--pack-destination", dist], {
    cwd: folder,
  });
  return join(dist, stdout.trim());
}
