/** What the parts of a release contain, as CycloneDX (SBOM), by pnpm's own command. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../repository.ts";

type Bom = { metadata: { component: { version: string } }; components: object[] };

/** Returns the file's path. `part` is a folder of the workspace. */
export async function writeSbom(part: "connector" | "worker", version: string, folder: string): Promise<string> {
  const args = [`--filter=@pbxis/${part}`, "sbom", "--prod", "--sbom-format=cyclonedx", "--sbom-type=application"];
  const { stdout } = await promisify(execFile)("pnpm", args, { cwd: root, maxBuffer: 1 << 24 });
  const bom: Bom = JSON.parse(stdout);
  bom.metadata.component.version = version;
  // The executable and the .deb contain it; pnpm does not know that.
  if (part === "connector") bom.components.push(nodeComponent());
  const path = join(folder, `pbxis-${part}-${version}.cdx.json`);
  await writeFile(path, `${JSON.stringify(bom, null, 2)}\n`);
  return path;
}

function nodeComponent(): object {
  const version = process.versions.node;
  const purl = `pkg:generic/node@${version}`;
  return { type: "platform", name: "node", version, purl, "bom-ref": purl, licenses: [{ license: { id: "MIT" } }] };
}
