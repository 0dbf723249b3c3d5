/** How much script a visitor's browser loads, and the limits. Pure. */

/**
 * `path` is relative to the output folder. `imports`: the scripts that a browser loads with this one. `role`: `page` is
 * the script that the page starts with, a `view` is loaded when it is opened.
 */
export type BuiltFile = Readonly<{
  path: string;
  gzipBytes: number;
  imports: readonly string[];
  role: "page" | "view" | "other";
}>;

/** The limit of the scripts that the page and any one view need, after gzip: what the first view sends. */
export const maxFirstViewBytes = 60 * 1024;
/** The limit of all scripts together after gzip. */
export const maxScriptBytes = 120 * 1024;

/** Bytes after gzip. `firstView`: the page with the view that needs most; `views` by the name of the view's file. */
export type ScriptSizes = Readonly<{ all: number; firstView: number; views: Readonly<Record<string, number>> }>;

export function scriptSizes(files: readonly BuiltFile[]): ScriptSizes {
  const scripts = files.filter(({ path }) => path.endsWith(".js"));
  const page = withImports(scripts.find(({ role }) => role === "page")?.path, scripts);
  const bytesOf = (loaded: Iterable<string>): number =>
    [...loaded].reduce((sum, path) => sum + (scripts.find((script) => script.path === path)?.gzipBytes ?? 0), 0);
  const views = scripts
    .filter(({ role }) => role === "view")
    .map(({ path }): [string, number] => [path, bytesOf(new Set([...page, ...withImports(path, scripts)]))]);
  return {
    all: bytesOf(scripts.map(({ path }) => path)),
    firstView: Math.max(bytesOf(page), ...views.map(([, bytes]) => bytes)),
    views: Object.fromEntries(views),
  };
}

/** The script and all that it imports statically, which a browser loads with it. */
export function withImports(path: string | undefined, files: readonly BuiltFile[]): ReadonlySet<string> {
  const loaded = new Set<string>();
  const add = (one: string): void => {
    if (loaded.has(one)) return;
    loaded.add(one);
    for (const next of files.find((file) => file.path === one)?.imports ?? []) add(next);
  };
  if (path !== undefined) add(path);
  return loaded;
}

/** Why the scripts are too large; null if they are not. */
export function sizeProblem({ all, firstView }: ScriptSizes): string | null {
  if (firstView > maxFirstViewBytes)
    return `the first view sends ${inKilobytes(firstView)} of scripts, limit ${inKilobytes(maxFirstViewBytes)}`;
  if (all > maxScriptBytes) return `all scripts have ${inKilobytes(all)}, limit ${inKilobytes(maxScriptBytes)}`;
  return null;
}

export function inKilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}
