/**
 * Workers under measurement, in workerd without a proxy: the production worker as it is deployed, and the small ones
 * that benchmarks compare it with. Storage is on disk, as in production, in a folder of its own.
 */
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBundledWorker } from "../../test/harness/bundled-worker.ts";
import { testSecret } from "../../test/harness/token.ts";
import { bundleWorker } from "../../worker/bin/bundle.ts";

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

/** `settings`: variables of the worker besides its secret. */
export async function startProductionWorker(settings: Readonly<Record<string, string>> = {}): Promise<BenchWorker> {
  const objects = {
    SITE: "SiteObject",
    QUEUE: "QueueObject",
    AGENT: "AgentObject",
    CHANNEL: "ChannelObject",
    TICKET: "TicketObject",
    WEBHOOK: "WebhookObject",
  };
  const text = { PBXIS_SECRET: testSecret, ...settings };
  return startScript({ contents: await bundleWorker(), bindings: objects, text });
}

/** Starts a worker. `bindings`: the class of each object namespace. */
export async function startScript({ contents, bindings, text = {} }: Script): Promise<BenchWorker> {
  const folder = await mkdtemp(join(tmpdir(), "pbxis-bench-"));
  const before = new Set(workerds());
  const worker = await startBundledWorker({ contents, objects: bindings, vars: text, folder, port: 0 });
  const pid = workerds().find((one) => !before.has(one)) ?? 0;
  return {
    url: worker.url,
    pid,
    stop: async () => {
      await worker.stop();
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
