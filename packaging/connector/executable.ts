/**
 * The connector as one executable file that needs no Node: Node's own executable with the bundle inside (a "single
 * executable application"). For the system and processor of the machine that builds it.
 */
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** @throws Error if this Node cannot build executables (it can from 25.5 on). */
export async function buildExecutable(bundle: string, outfile: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "pbxis-executable-"));
  try {
    const base = join(folder, "node");
    await copyFile(process.execPath, base);
    // Debug symbols are a quarter of the file. Without binutils they stay.
    await run("strip", ["--strip-all", base]).catch(() => {});
    const config = join(folder, "config.json");
    await writeFile(
      config,
      JSON.stringify({
        main: bundle,
        mainFormat: "module",
        executable: base,
        output: outfile,
        disableExperimentalSEAWarning: true,
      }),
    );
    await run(process.execPath, ["--build-sea", config]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
