/**
 * Workers under measurement, in workerd without a proxy: the production worker as it is deployed, and the small ones
 * that benchmarks compare it with. Storage is on disk, as in production, in a folder of its own.
 */
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Isolate, startBundledWorker } from "../../test/harness/bundled-worker.ts";
import { testSecret } from "../../test/harness/token.ts";
import { bundleWorker } from "../../worker/bin/bundle.ts";
import { carrierWorker } from "./carrier-worker.ts";
import { heapOf } from "./heap.ts";

export type BenchWorker = Readonly<{
  url: URL;
  /** The workerd process: another one after `restart`. */
  pid: number;
  /** Kills workerd, so that every connection ends at once, and starts it again with the same address and storage. */
  restart: () => Promise<void>;
  /** Bytes of the JavaScript heap, without garbage. */
  heap: (isolate: Isolate) => Promise<number>;
  stop: () => Promise<void>;
}>;

type Script = Readonly<{
  contents: string;
  bindings: Readonly<Record<string, string>>;
  /** As `bindings`, of objects that store nothing. */
  empty?: Readonly<Record<string, string>>;
  text?: Readonly<Record<string, string>>;
  around?: (module: string) => string;
  isInspected?: boolean;
}>;

/**
 * `settings`: variables of the worker besides its secret. `scopes`: where the storage of the scope objects is, which
 * store nothing. `memory` saves the files that workerd opens for each object, and gives them an isolate of their own.
 * `carries`: whether clients may share a socket (carrier-worker.ts).
 */
export type ProductionOptions = Readonly<{
  settings?: Readonly<Record<string, string>>;
  scopes?: "disk" | "memory";
  carries?: boolean;
  isInspected?: boolean;
}>;

export async function startProductionWorker(options: ProductionOptions = {}): Promise<BenchWorker> {
  const { settings = {}, scopes = "disk", carries = false, isInspected = false } = options;
  const stored = { SITE: "SiteObject", TICKET: "TicketObject", WEBHOOK: "WebhookObject" };
  const scopeObjects = { QUEUE: "QueueObject", AGENT: "AgentObject", CHANNEL: "ChannelObject" };
  return startScript({
    contents: await bundleWorker(),
    text: { PBXIS_SECRET: testSecret, ...settings },
    isInspected,
    ...(carries && { around: carrierWorker }),
    ...(scopes === "memory" ? { bindings: stored, empty: scopeObjects } : { bindings: { ...stored, ...scopeObjects } }),
  });
}

/** Starts a worker. `bindings`: the class of each object namespace. */
export async function startScript(script: Script): Promise<BenchWorker> {
  const { contents, bindings, empty, text = {}, around, isInspected } = script;
  const folder = await mkdtemp(join(tmpdir(), "pbxis-bench-"));
  const start = async (port: number) => {
    const before = new Set(workerds());
    const running = await startBundledWorker({
      ...{ contents, objects: bindings, vars: text, folder, port },
      ...(empty && { emptyObjects: empty }),
      ...(around && { around }),
      ...(isInspected && { isInspected }),
    });
    return { ...running, pid: workerds().find((one) => !before.has(one)) ?? 0 };
  };
  let worker = await start(0);
  return {
    url: worker.url,
    get pid() {
      return worker.pid;
    },
    restart: async () => {
      await worker.stop();
      worker = await start(Number(worker.url.port));
    },
    heap: async (isolate) => heapOf(await worker.inspector(isolate)),
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

/** Open files and connections. */
export function filesOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
