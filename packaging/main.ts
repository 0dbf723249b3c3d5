/**
 * Makes the packages of a release in `dist`:
 *
 *     pnpm build:packages                     all of them
 *     pnpm build:packages client connector    some: client, react, connector, executable, deb
 *
 * The executable is for this machine's system and processor. The .deb contains it, and needs dpkg-deb.
 */
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { buildConnector } from "../connector/bin/build.ts";
import { buildClientPackage } from "./client/build.ts";
import { buildDeb } from "./connector/deb.ts";
import { buildExecutable } from "./connector/executable.ts";
import { buildConnectorPackage } from "./connector/npm.ts";
import { licenseOfNode, licensesOf } from "./licenses.ts";
import { buildReactPackage } from "./react/build.ts";
import { dist, readVersion, root } from "./repository.ts";

const kinds = ["client", "react", "connector", "executable", "deb"] as const;
type Kind = (typeof kinds)[number];

/** Returns the paths of what it has made. */
export async function buildPackages({
  wanted = kinds,
  version = readVersion(),
}: Readonly<{ wanted?: readonly Kind[]; version?: string }> = {}): Promise<string[]> {
  await mkdir(dist, { recursive: true });
  const made: string[] = [];
  const wants = (...some: Kind[]) => some.some((kind) => wanted.includes(kind));
  if (wants("client")) made.push(await buildClientPackage(version));
  if (wants("react")) made.push(await buildReactPackage(version));
  if (!wants("connector", "executable", "deb")) return made;
  const bundle = join(dist, "pbxis-connector.mjs");
  const licenses = licensesOf(await buildConnector(bundle, version));
  const withNode = `${licenses}\n${licenseOfNode()}`;
  if (wants("connector")) made.push(bundle, await buildConnectorPackage(version, bundle, licenses));
  if (!wants("executable", "deb")) return made;
  const executable = join(dist, `pbxis-connector-${process.platform}-${process.arch}`);
  await buildExecutable(bundle, executable);
  await writeFile(`${executable}.licenses.txt`, withNode);
  made.push(executable, `${executable}.licenses.txt`);
  if (wants("deb")) made.push(await buildDeb({ version, executable, licenses: withNode, outfolder: dist }));
  return made;
}

function parseKinds(words: readonly string[]): readonly Kind[] | undefined {
  const known = words.filter((word): word is Kind => (kinds as readonly string[]).includes(word));
  if (known.length < words.length) return undefined;
  return known.length === 0 ? kinds : known;
}

if (import.meta.main) {
  const wanted = parseKinds(process.argv.slice(2).filter((word) => word !== "--"));
  if (wanted) {
    for (const path of await buildPackages({ wanted })) {
      const { size } = await stat(path);
      console.log(`${relative(root, path)}: ${Math.ceil(size / 1024)} KB`);
    }
  } else {
    console.error(`build:packages: unknown package (there are ${kinds.join(", ")})`);
    process.exitCode = 2;
  }
}
