/**
 * Bundles `worker/dashboard/` into the static files that the worker serves at `/`: scripts and styles whose names
 * contain a hash of their content, and the page that refers to them. Several builds may run at once, and while the
 * files are served: a file that is already right is not touched.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Metafile, type OutputFile } from "esbuild";

const folder = fileURLToPath(new URL("../dashboard/", import.meta.url));
const dist = join(folder, "dist");

/** The limit of all scripts together after gzip. */
export const maxScriptBytes = 48 * 1024;

/** `path` is relative to the output folder. */
export type BuiltFile = Readonly<{ path: string; gzipBytes: number }>;

export async function buildDashboard(): Promise<readonly BuiltFile[]> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: folder,
    entryPoints: { main: "src/main.tsx", style: "style/main.css", icon: "icon.svg" },
    outdir: dist,
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    loader: { ".svg": "copy" },
    entryNames: "assets/[name]-[hash]",
    assetNames: "assets/[name]-[hash]",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const page = await pageOf(metafile);
  await mkdir(join(dist, "assets"), { recursive: true });
  for (const { path, contents } of outputFiles) await put(path, contents);
  // The page is written last, so that it never refers to a missing file.
  await put(join(dist, "index.html"), new TextEncoder().encode(page));
  await removeOthers(outputFiles);
  return outputFiles.map(({ path, contents }) => ({
    path: relative(dist, path),
    gzipBytes: gzipSync(contents, { level: 9 }).length,
  }));
}

export function scriptBytes(files: readonly BuiltFile[]): number {
  return files.filter(({ path }) => path.endsWith(".js")).reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
}

/** `index.html` names each file by its source, such as `{{src/main.tsx}}`. */
async function pageOf({ outputs }: Metafile): Promise<string> {
  const built = new Map<string, string>();
  for (const [path, { entryPoint, inputs }] of Object.entries(outputs)) {
    const source = entryPoint ?? Object.keys(inputs)[0];
    if (source && !built.has(source)) built.set(source, `/${relative("dist", path)}`);
  }
  const page = await readFile(join(folder, "index.html"), "utf8");
  return page.replaceAll(/\{\{(.+?)\}\}/g, (_, source: string) => {
    const path = built.get(source);
    if (!path) throw new Error(`index.html refers to ${source}, which is not built`);
    return path;
  });
}

async function put(path: string, contents: Uint8Array): Promise<void> {
  const old = await readFile(path).catch(() => null);
  if (old?.equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, contents);
  await rename(temporary, path);
}

/** Removes the files of earlier builds. Another build may be removing them at the same time. */
async function removeOthers(files: readonly OutputFile[]): Promise<void> {
  const kept = new Set(files.map(({ path }) => path));
  for (const name of await readdir(join(dist, "assets"))) {
    const path = join(dist, "assets", name);
    // A name that ends in digits is a temporary file of another build.
    if (!kept.has(path) && !/\.\d+$/.test(name)) await rm(path, { force: true });
  }
}
