/**
 * `pnpm build:connector` bundles the connector into one file, `dist/pbxis-connector.mjs`, which needs only Node ≥
 * 20.12.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Returns what went into the file. */
export async function buildConnector(
  outfile = path("../../dist/pbxis-connector.mjs"),
  version = readVersion(),
): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [path("../src/main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    minify: true,
    legalComments: "inline",
    define: { pbxisBundledVersion: JSON.stringify(version) },
    // Bundled CommonJS modules `require` Node's own modules; an ES module has no `require`.
    banner: {
      js: '#!/usr/bin/env node\nimport { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
    },
    metafile: true,
    logLevel: "warning",
  });
  return metafile;
}

function readVersion(): string {
  return JSON.parse(readFileSync(path("../package.json"), "utf8")).version;
}

if (import.meta.main) {
  const [output] = Object.values((await buildConnector()).outputs);
  const bytes = output?.bytes ?? 0;
  process.stdout.write(`dist/pbxis-connector.mjs: ${Math.round(bytes / 1024)} KB\n`);
}
