/**
 * Bundles `worker/dashboard/` into the static files that the worker serves at `/` and `/docs`: scripts and styles whose
 * names contain a hash of their content, and the page that refers to them. A view that is imported dynamically gets a
 * script of its own, which browsers load when it is opened. Several builds may run at once, and while the files are
 * served: a file that is already right is not touched.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Metafile, type OutputFile } from "esbuild";
import { type BuiltFile, withImports } from "./dashboard-size.ts";
import { docsPages } from "./docs/pages.ts";

const folder = fileURLToPath(new URL("../dashboard/", import.meta.url));
const dist = join(folder, "dist");
const protocol = fileURLToPath(new URL("../../PROTOCOL.md", import.meta.url));

const pageScript = "src/main.tsx";

export async function buildDashboard(): Promise<readonly BuiltFile[]> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: folder,
    entryPoints: { main: pageScript, style: "style/main.css", docs: "style/docs.css", icon: "icon.svg" },
    outdir: dist,
    bundle: true,
    format: "esm",
    splitting: true,
    target: "es2022",
    minify: true,
    loader: { ".svg": "copy" },
    entryNames: "assets/[name]-[hash]",
    assetNames: "assets/[name]-[hash]",
    chunkNames: "assets/[name]-[hash]",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const files = outputFiles.map((file) => builtFile(file, metafile));
  const built = bySource(metafile);
  const page = await pageOf(built, files);
  await mkdir(join(dist, "assets"), { recursive: true });
  for (const { path, contents } of outputFiles) await put(path, contents);
  // The pages are written last, so that they never refer to a missing file.
  const docs = docsPages(
    { style: pathOf(built, "style/docs.css"), icon: pathOf(built, "icon.svg") },
    await readFile(protocol, "utf8"),
  );
  for (const [path, text] of [["index", page] as const, ...docs])
    await put(join(dist, `${path}.html`), new TextEncoder().encode(text));
  await removeOthers(outputFiles);
  return files;
}

function builtFile({ path: absolute, contents }: OutputFile, { outputs }: Metafile): BuiltFile {
  const { imports = [], entryPoint = null } = outputs[relative(folder, absolute)] ?? {};
  const path = relative(dist, absolute);
  return {
    path,
    gzipBytes: gzipSync(contents, { level: 9 }).length,
    imports: imports.filter(({ kind }) => kind === "import-statement").map((one) => relative("dist", one.path)),
    role: entryPoint === pageScript ? "page" : entryPoint !== null && path.endsWith(".js") ? "view" : "other",
  };
}

/** The built files by their source, such as `src/main.tsx`. */
function bySource({ outputs }: Metafile): ReadonlyMap<string, string> {
  const built = new Map<string, string>();
  for (const [path, { entryPoint, inputs }] of Object.entries(outputs)) {
    const source = entryPoint ?? Object.keys(inputs)[0];
    if (source && !built.has(source)) built.set(source, `/${relative("dist", path)}`);
  }
  return built;
}

function pathOf(built: ReadonlyMap<string, string>, source: string): string {
  const path = built.get(source);
  if (!path) throw new Error(`a page refers to ${source}, which is not built`);
  return path;
}

/**
 * `index.html` names each file by its source, such as `{{src/main.tsx}}`. `{{preloads}}` becomes the scripts that the
 * first one imports, so that the browser loads them all at once.
 */
async function pageOf(built: ReadonlyMap<string, string>, files: readonly BuiltFile[]): Promise<string> {
  const first = files.find(({ role }) => role === "page")?.path;
  const preloads = [...withImports(first, files)]
    .filter((path) => path !== first)
    .map((path) => `<link rel="modulepreload" href="/${path}">`);
  const page = await readFile(join(folder, "index.html"), "utf8");
  return page.replaceAll(/\{\{(.+?)\}\}/g, (_, source: string) =>
    source === "preloads" ? preloads.join("\n    ") : pathOf(built, source),
  );
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
