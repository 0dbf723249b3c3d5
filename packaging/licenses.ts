/** The licenses of what a package contains besides our own code. */
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Metafile } from "esbuild";
import { root } from "./repository.ts";

/** One text with each package's name, version and license. @throws Error if one states none. */
export function licensesOf({ inputs }: Metafile): string {
  const folders = new Set(
    Object.keys(inputs).flatMap((path) => /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  );
  return [...folders].sort().map(licenseOf).join("\n");
}

function licenseOf(folder: string): string {
  const path = join(root, folder);
  const { name, version, license } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
  const file = readdirSync(path).find((entry) => /^licen[cs]e(?:\.\w+)?$/i.test(entry));
  if (file === undefined) throw new Error(`${name} ${version} has no license file`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(path, file), "utf8").trim()}\n`;
}

/** That of this Node and of the libraries in it, as its own package for npm has it; otherwise where to find it. */
export function licenseOfNode(): string {
  const { version } = process;
  const folder = join(dirname(realpathSync(process.execPath)), "..");
  const names = [`node_modules/node-${process.platform}-${process.arch}/LICENSE`, "LICENSE"];
  const file = names.map((name) => join(folder, name)).find((path) => existsSync(path));
  const text = file ? readFileSync(file, "utf8").trim() : `https://github.com/nodejs/node/blob/${version}/LICENSE`;
  return `Node.js ${version}\n\n${text}\n`;
}
