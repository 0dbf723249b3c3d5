/**
 * The real worker in workerd, for tests that run in Node.
 *
 * wrangler offers two ways to start it: `startEdge` keeps its storage in a folder and can be restarted on the same
 * port; `startEvictableEdge` can evict single objects from memory.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTestHarness, unstable_startWorker } from "wrangler";
import { freePort } from "./port.ts";
import { testSecret } from "./token.ts";

/**
 * Otherwise the runtime requests its location from the internet, which takes seconds and logs a warning when offline.
 */
process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
/** As `pnpm worker` does. */
process.env.X_LOCAL_OBSERVABILITY ??= "false";
process.env.X_LOCAL_EXPLORER ??= "false";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The runner of the tests has built the dashboard already (worker/bin/dashboard-setup.ts). */
const build = process.env.PBXIS_TEST_DASHBOARD === "built" ? { custom: { command: "" } } : {};

export type EdgeOptions = Readonly<{
  secret?: string;
  port?: number;
  folder?: string;
  vars?: Readonly<Record<string, string>>;
}>;

export type Edge = Readonly<{
  url: URL;
  /** Stops workerd. The storage and the address are kept. */
  halt: () => Promise<void>;
  /** Starts it again after `halt`. */
  resume: () => Promise<void>;
  stop: () => Promise<void>;
}>;

export async function startEdge(options: EdgeOptions = {}): Promise<Edge> {
  const { secret = testSecret, port = await freePort(), vars = {} } = options;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "pbxis-edge-")));
  const bindings: Record<string, object> = { PBXIS_SECRET: { type: "secret_text", value: secret } };
  for (const [name, value] of Object.entries(vars)) bindings[name] = { type: "plain_text", value };
  const start = async () => {
    const worker = await unstable_startWorker({
      config: join(root, "wrangler.toml"),
      bindings,
      build,
      dev: {
        server: { hostname: "127.0.0.1", port },
        persist: folder,
        logLevel: "none",
        watch: false,
        inspector: false,
        registry: undefined,
      },
    });
    await worker.ready;
    return worker;
  };
  let running: Awaited<ReturnType<typeof start>> | undefined = await start();
  const halt = async () => {
    await running?.dispose();
    running = undefined;
  };
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    halt,
    resume: async () => {
      running ??= await start();
    },
    stop: async () => {
      await halt();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The bindings of Durable Objects in wrangler.toml. */
type ObjectKind = "SITE" | "QUEUE" | "AGENT" | "CHANNEL" | "TICKET" | "WEBHOOK";

export type EvictableEdge = Readonly<{
  url: URL;
  /** Evicts one object from memory. Its storage and its hibernated sockets remain, as on the platform. */
  evict: (kind: ObjectKind, name: string) => Promise<void>;
  /** Evicts every object of a kind that is in memory. */
  evictAll: (kind: ObjectKind) => Promise<void>;
  stop: () => Promise<void>;
}>;

export async function startEvictableEdge(options: Omit<EdgeOptions, "port"> = {}): Promise<EvictableEdge> {
  const { secret = testSecret, vars = {} } = options;
  const harness = createTestHarness({
    root,
    workers: [{ configPath: "./wrangler.toml", vars: { ...vars }, secrets: { PBXIS_SECRET: secret } }],
  });
  const { url } = await harness.listen();
  const worker = () => harness.getWorker();
  return {
    url,
    evict: (kind, name) => worker().evictDurableObject(kind, { name, webSockets: "hibernate" }),
    evictAll: async (kind) => {
      for (const id of await worker().listDurableObjectIds(kind))
        await worker().evictDurableObject(kind, { id, webSockets: "hibernate" }).catch(ignoreNotRunning);
    },
    stop: () => harness.close(),
  };
}

function ignoreNotRunning(error: unknown): void {
  if (!String(error).includes("not currently running")) throw error;
}
