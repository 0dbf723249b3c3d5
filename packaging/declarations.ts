/** The declarations of a package in one text. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Plugin, rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";
import { root } from "./repository.ts";

export type Declarations = Readonly<{
  /** A folder of the workspace, which is compiled if its declarations are older than its source. */
  project: string;
  /** Below its `src`, without an ending. */
  entry: string;
  plugins?: readonly Plugin[];
  /** Packages that stay imported. */
  external?: readonly string[];
}>;

export async function bundleDeclarations({
  project,
  entry,
  plugins = [],
  external = [],
}: Declarations): Promise<string> {
  const compiler = spawnSync(
    process.execPath,
    [join(root, "node_modules/typescript/bin/tsc"), "-b", join(root, project)],
    { encoding: "utf8" },
  );
  if (compiler.status !== 0) throw new Error(`${project} cannot be compiled:\n${compiler.stdout}${compiler.stderr}`);
  const bundle = await rolldown({
    input: { index: join(root, `.tsbuild/${project}/${entry}.d.ts`) },
    external: [...external],
    plugins: [...plugins, ...dts({ dtsOnly: true, sourcemap: false, generator: "oxc" })],
    logLevel: "warn",
  });
  const { output } = await bundle.generate({ format: "es" });
  const text = output.find(({ fileName }) => fileName.endsWith(".d.ts"));
  if (text?.type !== "chunk") throw new Error(`${project} has no declarations`);
  return text.code;
}
