/** Compiles a program in an empty project, as a strict user of a package does. */
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../repository.ts";

const run = promisify(execFile);

export const compilers = {
  nodenext: { module: "nodenext" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
} as const;

/**
 * `project`: a folder below that of the installed package. `sources`: by the names of files. @throws Error with what
 * the compiler says.
 */
export async function compile(
  project: string,
  options: object,
  sources: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(project, { recursive: true });
  const compilerOptions = {
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
    ...{ target: "es2022", lib: ["es2022"], types: [], noEmit: true },
    ...options,
  };
  await writeFile(join(project, "package.json"), '{ "private": true, "type": "module" }');
  await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: Object.keys(sources) }));
  for (const [name, text] of Object.entries(sources)) await writeFile(join(project, name), text);
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  await run(process.execPath, [compiler, "-p", project]).catch((error) => {
    throw new Error(`it does not compile:\n${error.stdout}`);
  });
}

/** The examples in this language. @throws Error if there is none. */
export async function examplesOf(readme: string, language: string): Promise<readonly string[]> {
  const text = await readFile(join(root, readme), "utf8");
  const found = [...text.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))];
  if (found.length === 0) throw new Error(`${readme} has no example`);
  return found.map(([, lines = ""]) => lines);
}

/** Makes an empty project with these packages. @throws Error if one of them needs what is not there. */
export async function installInto(folder: string, ...packages: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }');
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...packages], { cwd: folder });
}
