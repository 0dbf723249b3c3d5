/** The size of the deployed parts, and the time they take to start. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildConnector } from "../../connector/bin/build.ts";
import { bundleWorker } from "../../worker/bin/bundle.ts";
import { type Bench, type BenchContext, median, type Report } from "../bench.ts";
import { startProductionWorker } from "../edge/worker.ts";

/** From the process's start until it opens its connection to AMI. */
async function connectorStartMs(file: string): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const connected = once(server, "connection");
  const began = performance.now();
  const child = spawn(process.execPath, [file], {
    env: {
      PATH: process.env.PATH ?? "",
      PBXIS_SITE: "hq",
      PBXIS_EDGE_URL: "http://127.0.0.1:9",
      PBXIS_TOKEN: "x",
      AMI_HOST: "127.0.0.1",
      AMI_PORT: String(port),
      AMI_USERNAME: "a",
      AMI_SECRET: "b",
    },
    stdio: "ignore",
  });
  await connected;
  const ms = performance.now() - began;
  child.kill("SIGKILL");
  server.close();
  return ms;
}

/** From workerd's start to the first answer, which needs all of the worker's code. */
async function workerStart(): Promise<Readonly<{ upMs: number; firstMs: number; laterMs: number }>> {
  const began = performance.now();
  const worker = await startProductionWorker();
  const upMs = performance.now() - began;
  const ask = async () => {
    const at = performance.now();
    await (await fetch(new URL("/openapi.json", worker.url))).arrayBuffer();
    return performance.now() - at;
  };
  const firstMs = await ask();
  const laterMs = await ask();
  await worker.stop();
  return { upMs, firstMs, laterMs };
}

async function times<Value>(count: number, run: () => Promise<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for (let round = 0; round < count; round++) values.push(await run());
  return values;
}

const kilobytes = (bytes: number) => `${Math.round(bytes / 1024)} KB`;

async function run({ quick }: BenchContext): Promise<Report> {
  const rounds = quick ? 2 : 9;
  const folder = mkdtempSync(join(tmpdir(), "pbxis-start-"));
  const file = join(folder, "pbxis-connector.mjs");
  try {
    await buildConnector(file);
    const size = statSync(file).size;
    const version = spawnSync(process.execPath, [file, "--version"], { cwd: folder, encoding: "utf8" }).stdout.trim();
    const starts = await times(rounds, () => connectorStartMs(file));
    const bare = await times(rounds, async () => {
      const began = performance.now();
      spawnSync(process.execPath, ["-e", "0"]);
      return performance.now() - began;
    });
    const code = await bundleWorker();
    const workers = await times(quick ? 1 : 5, workerStart);
    const startMs = median(starts);
    return {
      method: [
        "Connector: from the start of the process to its connection to AMI, compared with an empty Node process. Worker: the whole bundle in a fresh workerd; the first request compiles and runs it.",
      ],
      tables: [
        {
          title: "Sizes",
          columns: ["part", "bytes", "gzipped", "also needed"],
          rows: [
            [
              `connector ${version}, one file`,
              kilobytes(size),
              kilobytes(gzipSync(readFileSync(file)).length),
              "Node ≥ 20.12, nothing else",
            ],
            ["worker", kilobytes(code.length), kilobytes(gzipSync(code).length), "nothing"],
          ],
        },
        {
          title: "Start, ms",
          columns: ["what", "median"],
          rows: [
            ["connector: process to AMI connection", startMs.toFixed(0)],
            ["an empty Node process", median(bare).toFixed(0)],
            ["workerd up with the worker", median(workers.map(({ upMs }) => upMs)).toFixed(0)],
            [
              "worker: first request (openapi.json, which builds all schemas)",
              median(workers.map(({ firstMs }) => firstMs)).toFixed(0),
            ],
            ["worker: second request", median(workers.map(({ laterMs }) => laterMs)).toFixed(1)],
          ],
        },
      ],
      targets: [
        {
          goal: "the connector is one file that needs nothing beyond Node",
          seen: `run in an empty folder: version ${version}`,
          met: version.length > 0,
        },
        { goal: "it starts in < 300 ms", seen: `${startMs.toFixed(0)} ms`, met: startMs < 300 },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const bench: Bench = { title: "Size and start", run };
