/** `@pbxis/client` as a package for npm: one module without dependencies, and its declarations. */
import { join } from "node:path";
import { bundleModule, packModule } from "../module-package.ts";
import { clientDeclarations } from "./declarations.ts";

export function bundleClient(outfile: string): Promise<void> {
  return bundleModule("shared/src/client/index.ts", outfile);
}

/** Returns the package's path. */
export function buildClientPackage(version: string): Promise<string> {
  return packModule({
    manifest: {
      name: "@pbxis/client",
      version,
      description: "Live call queues and agents of an Asterisk PBX, through a pbxis-edge worker",
      engines: { node: ">=20" },
    },
    bundle: bundleClient,
    declarations: clientDeclarations,
    readme: join(import.meta.dirname, "README.md"),
  });
}
