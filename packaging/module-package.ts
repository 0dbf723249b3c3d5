/** A library as a package for npm: one bundled module, its declarations, and its README. */
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { packForNpm } from "./npm.ts";
import { root } from "./repository.ts";

/** Bundles `entry`, a path within the repository. Without short names, so that a stack trace can be read. */
export async function bundleModule(entry: string, outfile: string, options: BuildOptions = {}): Promise<void> {
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2022",
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: "warning",
    ...options,
  });
}

type ModulePackage = Readonly<{
  /** Fields of package.json besides those that all have. */
  manifest: Readonly<{ name: string; version: string; description: string }> & Readonly<Record<string, unknown>>;
  /** Writes the module to `outfile`. */
  bundle: (outfile: string) => Promise<void>;
  declarations: () => Promise<string>;
  readme: string;
}>;

/** Returns the package's path. */
export async function packModule({ manifest, bundle, declarations, readme }: ModulePackage): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pbxis-package-"));
  try {
    await bundle(join(folder, "index.js"));
    await writeFile(join(folder, "index.d.ts"), await declarations());
    await copyFile(readme, join(folder, "README.md"));
    return await packForNpm(folder, {
      ...manifest,
      license: "Apache-2.0",
      type: "module",
      exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
      // For tools that do not read `exports`.
      main: "./index.js",
      types: "./index.d.ts",
      sideEffects: false,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
