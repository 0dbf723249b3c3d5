/** `@pbxis/react` as a package for npm: one module that needs React and `@pbxis/client`, and its declarations. */
import { join } from "node:path";
import { bundleDeclarations } from "../declarations.ts";
import { bundleModule, packModule } from "../module-package.ts";

export function bundleHooks(outfile: string): Promise<void> {
  // Where components run on the server by default, these run in the page.
  return bundleModule("react/src/index.ts", outfile, { external: ["react"], banner: { js: '"use client";' } });
}

/** Outside of this workspace the typed client has another name. */
export async function hooksDeclarations(): Promise<string> {
  const external = ["react", "@pbxis/shared/client"];
  const text = await bundleDeclarations({ project: "react", entry: "index", external });
  return text.replaceAll("@pbxis/shared/client", "@pbxis/client");
}

/** Returns the package's path. */
export function buildReactPackage(version: string): Promise<string> {
  return packModule({
    manifest: {
      name: "@pbxis/react",
      version,
      description: "React hooks for live call queues and agents of an Asterisk PBX",
      // The client is needed for its types, and by whoever creates a client.
      peerDependencies: { "@pbxis/client": `^${version}`, react: ">=18" },
    },
    bundle: bundleHooks,
    declarations: hooksDeclarations,
    readme: join(import.meta.dirname, "README.md"),
  });
}
