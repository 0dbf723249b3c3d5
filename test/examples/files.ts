/** Serves this repository to a browser, as the examples' README does, with what a reader builds first. */
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { build } from "esbuild";
import { bundleClient } from "../../packaging/client/build.ts";

const root = join(import.meta.dirname, "../..");
const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

export type Files = Readonly<{ origin: string; stop: () => Promise<void> }>;

export async function serveFiles(): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), "pbxis-examples-"));
  const built: Readonly<Record<string, string>> = {
    "/dist/pbxis-client.js": join(folder, "client.js"),
    "/examples/react-wallboard/main.js": join(folder, "main.js"),
  };
  await Promise.all([bundleClient(join(folder, "client.js")), bundleReact(join(folder, "main.js"))]);
  const server = createServer(async ({ url = "/" }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const path = built[pathname] ?? join(root, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    const text = await readFile(path).catch(() => null);
    response.writeHead(text ? 200 : 404, { "content-type": types[extname(path)] ?? "text/plain" }).end(text ?? "");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function bundleReact(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(root, "examples/react-wallboard/main.tsx")],
    outfile,
    bundle: true,
    jsx: "automatic",
    format: "esm",
    define: { "process.env.NODE_ENV": '"development"' },
    // Installed from `dist` by a reader.
    alias: {
      "@pbxis/client": join(root, "shared/src/client/index.ts"),
      "@pbxis/react": join(root, "react/src/index.ts"),
    },
    nodePaths: [join(root, "react/node_modules")],
  });
}
