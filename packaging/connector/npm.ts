/** The connector as a package for npm: one file without dependencies, which `npx @pbxis/connector` runs. */
import { chmod, copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packForNpm } from "../npm.ts";

/** `bundle`: the connector in one file. Returns the package's path. */
export async function buildConnectorPackage(version: string, bundle: string, licenses: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pbxis-connector-"));
  const name = "pbxis-connector.mjs";
  try {
    await copyFile(bundle, join(folder, name));
    await chmod(join(folder, name), 0o755);
    await writeFile(join(folder, "THIRD-PARTY-LICENSES"), licenses);
    await copyFile(join(import.meta.dirname, "README.md"), join(folder, "README.md"));
    return await packForNpm(folder, {
      name: "@pbxis/connector",
      version,
      description: "Publishes the queues and agents of an Asterisk PBX to a pbxis-edge worker",
      license: "Apache-2.0",
      type: "module",
      bin: { "pbxis-connector": name },
      engines: { node: ">=20.12" },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
