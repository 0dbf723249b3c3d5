/** `@pbxis/react` as a package for npm: one module that needs React and `@pbxis/client`, and its declarations. */
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { bundleDeclarations } from "../declarations.ts";
import { packForNpm } from "../npm.ts";
import { root } from "../repository.ts";

export async function bundleHooks(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(root, "react/src/index.ts")],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2022",
    external: ["react"],
    // Where components run on the server by default, these run in the page.
    banner: { js: '"use client";' },
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: "warning",
  });
}

/** Outside of this workspace the typed client has another name. */
export async function hooksDeclarations(): Promise<string> {
  const external = ["react", "@pbxis/shared/client"];
  const text = await bundleDeclarations({ project: "react", entry: "index", external });
  return text.replaceAll("@pbxis/shared/client", "@pbxis/client");
}

/** Returns the package's path. */
export async function buildReactPackage(version: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pbxis-react-"));
  try {
    await bundleHooks(join(folder, "index.js"));
    await writeFile(join(folder, "index.d.ts"), await hooksDeclarations());
    await copyFile(join(import.meta.dirname, "README.md"), join(folder, "README.md"));
    return await packForNpm(folder, {
      name: "@pbxis/react",
      version,
      description: "React hooks for live call queues and agents of an Asterisk PBX",
      license: "Apache-2.0",
      type: "module",
      exports: { ".": { types: "./index.d.ts", default: "./index.js" } },
      main: "./index.js",
      types: "./index.d.ts",
      sideEffects: false,
      // The client is needed for its types, and by whoever makes a client.
      peerDependencies: { "@pbxis/client": `^${version}`, react: ">=18" },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
