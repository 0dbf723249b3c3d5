/** The whole chain as it is deployed: a PBX, the bundled connector in a process of its own, the worker in workerd. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildConnector } from "../../connector/bin/build.ts";
import { freePort } from "../../test/harness/port.ts";
import { mintToken } from "../../test/harness/token.ts";
import { until } from "../../test/harness/wait.ts";
import { type BenchPbx, type Size, startBenchPbx } from "./pbx.ts";
import { type BenchWorker, startProductionWorker } from "./worker.ts";

export type Chain = Readonly<{
  pbx: BenchPbx;
  worker: BenchWorker;
  connectorPid: number;
  token: string;
  /** The address of an event stream. */
  url: (query: string) => string;
  get: (path: string, role?: "client" | "operator") => Promise<unknown>;
  /** From the connector's start until the site is live, in ms. */
  firstStatesMs: number;
  metrics: () => Promise<string>;
  stop: () => Promise<void>;
}>;

const site = "bench";

/** `settings`: variables of the worker. */
export async function startChain(size: Size, settings: Readonly<Record<string, string>> = {}): Promise<Chain> {
  const folder = await mkdtemp(join(tmpdir(), "pbxis-bench-"));
  const file = join(folder, "pbxis-connector.mjs");
  await buildConnector(file);
  const pbx = await startBenchPbx(size);
  const worker = await startProductionWorker({ settings });
  const watchPort = await freePort();
  const token = await mintToken({ site });
  const operator = await mintToken({ site, role: "operator" });
  const get = async (path: string, role: "client" | "operator" = "client"): Promise<unknown> => {
    const headers = { authorization: `Bearer ${role === "client" ? token : operator}` };
    return (await fetch(new URL(`/v1/sites/${site}${path}`, worker.url), { headers })).json();
  };
  const began = performance.now();
  const connector: ChildProcess = spawn(process.execPath, [file], {
    env: {
      PATH: process.env.PATH ?? "",
      PBXIS_SITE: site,
      PBXIS_EDGE_URL: worker.url.href,
      PBXIS_TOKEN: await mintToken({ site, role: "connector" }),
      PBXIS_WATCH_PORT: String(watchPort),
      PBXIS_LOG_LEVEL: "warn",
      AMI_HOST: "127.0.0.1",
      AMI_PORT: String(pbx.port),
      AMI_USERNAME: "pbxis",
      AMI_SECRET: "secret",
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  // A benchmark that throws ends its process without `stop`. The connector must not survive it.
  const killConnector = () => connector.kill();
  process.once("exit", killConnector);
  await until("the site to be live", async () => ((await get("")) as { link?: string }).link === "up", {
    timeoutMs: 30_000,
  });
  return {
    pbx,
    worker,
    token,
    get,
    connectorPid: connector.pid ?? 0,
    url: (query) => `${worker.url.href}v1/sites/${site}/events?${query}`,
    firstStatesMs: performance.now() - began,
    metrics: async () => (await fetch(`http://127.0.0.1:${watchPort}/metrics`)).text(),
    stop: async () => {
      process.off("exit", killConnector);
      connector.kill();
      await pbx.stop();
      await worker.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
