/**
 * The client's declarations in one text, which is both what its package ships and, as `client.api.d.ts`, the report of
 * its public surface.
 */
import { join } from "node:path";
import { bundleDeclarations } from "../declarations.ts";
import { root } from "../repository.ts";
import { printProtocolTypes } from "./protocol-types.ts";

const protocolId = join(root, ".tsbuild/shared/protocol-types.d.ts");

export async function clientDeclarations(): Promise<string> {
  return await bundleDeclarations({ project: "shared", entry: "client/index", plugins: [protocolTypes()] });
}

/** Imports of the protocol lead to the printed types. */
function protocolTypes() {
  return {
    name: "protocol-types",
    resolveId: {
      order: "pre" as const,
      handler: (id: string) => (/^\.\.\/protocol\/\w+\.ts$/.test(id) ? protocolId : undefined),
    },
    load: (id: string) => (id === protocolId ? printProtocolTypes() : undefined),
  };
}
