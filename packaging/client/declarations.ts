/**
 * The client's declarations in one text, which is both what its package ships and, as `client.api.d.ts`, the report of
 * its public surface.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";
import { printProtocolTypes } from "./protocol-types.ts";

const root = join(import.meta.dirname, "../..");
const entry = join(root, ".tsbuild/shared/client/index.d.ts");
const protocolId = join(root, ".tsbuild/shared/protocol-types.d.ts");

/** Compiles `shared` if its declarations are older than its source. */
export async function clientDeclarations(): Promise<string> {
  const compiler = spawnSync(
    process.execPath,
    [join(root, "node_modules/typescript/bin/tsc"), "-b", join(root, "shared")],
    {
      encoding: "utf8",
    },
  );
  if (compiler.status !== 0) throw new Error(`shared cannot be compiled:\n${compiler.stdout}${compiler.stderr}`);
  const bundle = await rolldown({
    input: { index: entry },
    plugins: [protocolTypes(), ...dts({ dtsOnly: true, sourcemap: false, generator: "oxc" })],
    logLevel: "warn",
  });
  const { output } = await bundle.generate({ format: "es" });
  const text = output.find(({ fileName }) => fileName.endsWith(".d.ts"));
  if (text?.type !== "chunk") throw new Error("the client has no declarations");
  return text.code;
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
