/**
 * Workers under measurement, in workerd without a proxy: the production worker as it is deployed, and the small ones
 * that benchmarks compare it with. Storage is on disk, as in production, in a folder of its own.
 */
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Log, LogLevel, Miniflare } from "miniflare";
import { testSecret } from "../../test/harness/token.ts";

export type BenchWorker = Readonly<{
  url: URL;
  /** The workerd process. */
  pid: number;
  stop: () => Promise<void>;
}>;

type Script = Readonly<{
  contents: string;
  bindings: Readonly<Record<string, string>>;
  text?: Readonly<Record<string, string>>;
}>;

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Returns the worker as one file. */
export async function bundleWorker(entry = "worker/src/index.ts"): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    external: ["cloudflare:*", "node:*"],
    conditions: ["workerd", "worker", "browser"],
    write: false,
    logLevel: "warning",
  });
  const [file] = outputFiles;
  if (!file) throw new Error(`esbuild wrote nothing for ${entry}`);
  return file.text;
}

export async function startProductionWorker(): Promise<BenchWorker> {
  const objects = {
    SITE: "SiteObject",
    QUEUE: "QueueObject",
    AGENT: "AgentObject",
    CHANNEL: "ChannelObject",
    TICKET: "TicketObject",
  };
  return startScript({ contents: await bundleWorker(), bindings: objects, text: { PBXIS_SECRET: testSecret } });
}

/** Starts a worker. `bindings`: the class of each object namespace. */
export async function startScript({ contents, bindings, text = {} }: Script): Promise<BenchWorker> {
  process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
  const folder = await mkdtemp(join(tmpdir(), "pbxis-bench-"));
  const before = new Set(workerds());
  const objects = Object.entries(bindings);
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    port: 0,
    cf: false,
    log: new Log(LogLevel.ERROR),
    logRequests: false,
    resourcePersistencePath: folder,
    workers: [
      {
        config: {
          name: "bench",
          compatibilityDate: "2026-11-17",
          manifest: { mainModule: "index.js", modules: { "index.js": { type: "esm", contents } } },
          env: {
            ...Object.fromEntries(
              objects.map(([name, exportName]) => [
                name,
                { type: "durable-object", worker: "bench", exportName } as const,
              ]),
            ),
            ...Object.fromEntries(
              Object.entries(text).map(([name, value]) => [name, { type: "text", value } as const]),
            ),
          },
          exports: Object.fromEntries(
            objects.map(([, name]) => [name, { type: "durable-object", storage: "sqlite" } as const]),
          ),
        },
      },
    ],
  });
  const url = await miniflare.ready;
  const pid = workerds().find((one) => !before.has(one)) ?? 0;
  return {
    url,
    pid,
    stop: async () => {
      await miniflare.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The workerd processes that this process has started. */
function workerds(): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && isOurs(pid));
}

function isOurs(pid: number): boolean {
  try {
    const [, name = "", , parent = ""] =
      /^\d+ \((.*)\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return name.startsWith("workerd") && Number(parent) === process.pid;
  } catch {
    return false;
  }
}

/** Resident memory in bytes. */
export function memoryOf(pid: number): number {
  const [, pages = "0"] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
  return Number(pages) * 4096;
}

/** User and system time so far, in seconds. */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
