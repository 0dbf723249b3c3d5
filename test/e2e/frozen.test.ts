/**
 * Processes that are stopped, as by a debugger, a hypervisor or an overloaded machine, and continue later (ST3, UP7).
 */
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { type Client, openWebSocket } from "../harness/client.ts";
import { type ConnectorProcess, startConnector } from "../harness/connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";
import { startPbx } from "../pbx/start.ts";

// Generous, for a busy machine. `until` fails earlier and reports its evidence.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let edge: Edge;
let pbx: Awaited<ReturnType<typeof startPbx>>;
let connector: ConnectorProcess;
let client: Client;
const stopped = new Set<number>();

beforeAll(async () => {
  edge = await startEdge();
  pbx = await startPbx();
  connector = await startConnector({ edgeUrl: edge.url, ami: { port: pbx.port } });
  client = openWebSocket({ url: edge.url, token: await mintToken(), agents: ["*"], queues: ["*"] });
  await until("the link to be up", () => client.record.link === "up", { evidence: connector.output });
});

afterEach(() => {
  for (const pid of stopped) process.kill(pid, "SIGCONT");
  stopped.clear();
});

afterAll(async () => {
  client?.close();
  await connector?.kill();
  await pbx?.stop();
  await edge?.stop();
});

function freeze(pid: number): void {
  stopped.add(pid);
  process.kill(pid, "SIGSTOP");
}

/** The workerd processes that this test started: the worker and the proxy of wrangler in front of it. */
function workerdPids(): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const own = pids.filter((pid) => {
    const [, comm, , parent] = /^\d+ \((.*)\) (\S) (\d+)/.exec(read(`/proc/${pid}/stat`)) ?? [];
    return comm === "workerd" && Number(parent) === process.pid;
  });
  return own.map(Number);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

const links = () => client.record.frames.flatMap((frame) => ("link" in frame ? [frame.link] : []));

it("ST3 a frozen connector is offline for clients, and comes back when it continues", async () => {
  freeze(connector.pid);
  await until("the link to be offline", () => client.record.link === "offline", {
    evidence: () => client.record.frames,
  });
  process.kill(connector.pid, "SIGCONT");
  await until("the link to be up again", () => client.record.link === "up", { evidence: connector.output });
  expect(client.record.violations).toEqual([]);
});

it("UP7 a worker that was held up for longer than a silence does not call its connector silent", async () => {
  const before = links().length;
  const pids = workerdPids();
  expect(pids.length).toBeGreaterThan(0);
  for (const pid of pids) freeze(pid);
  // The time itself is the fault: longer than the silence that the worker allows.
  await new Promise((resolve) => setTimeout(resolve, 13_500));
  for (const pid of pids) process.kill(pid, "SIGCONT");
  const seen = client.record.events.length;
  pbx.pause("1001");
  await until("the next event", () => client.record.events.length > seen, { evidence: connector.output });
  expect(links().slice(before)).toEqual([]);
  expect(client.ended()).toBeFalsy();
});
