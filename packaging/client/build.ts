/** `@pbxis/client` as a package for npm: one module without dependencies, and its declarations. */
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { packForNpm } from "../npm.ts";
import { root } from "../repository.ts";
import { clientDeclarations } from "./declarations.ts";

/** Without short names, so that a stack trace can be read. */
export async function bundleClient(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(root, "shared/src/client/index.ts")],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2022",
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: "warning",
  });
}

/** Returns the package's path. */
export async function buildClientPackage(version: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pbxis-client-"));
  try {
    await bundleClient(join(folder, "index.js"));
    await writeFile(join(folder, "index.d.ts"), await clientDeclarations());
    await copyFile(join(import.meta.dirname, "README.md"), join(folder, "README.md"));
    return await packForNpm(folder, {
      name: "@pbxis/client",
      version,
      description: "Live call queues and agents of an Asterisk PBX, through a pbxis-edge worker",
      license: "Apache-2.0",
      type: "module",
      exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
      // For tools that do not read `exports`.
      main: "./index.js",
      types: "./index.d.ts",
      sideEffects: false,
      engines: { node: ">=20" },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
