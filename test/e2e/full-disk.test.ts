/** A connector whose spool is on a full disk, while the worker is away (UP6). Needs root, to mount a small disk. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { type Client, openWebSocket } from "../harness/client.ts";
import { type ConnectorProcess, startConnector } from "../harness/connector.ts";
import { freePort } from "../harness/port.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";
import { type SimulatedPbx, startPbx } from "../pbx/start.ts";

// Generous, for a busy machine. `until` fails earlier and reports its evidence.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const canMount = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), "pbxis-mount-"));
  try {
    mount(folder);
    shell("umount $1", folder);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
})();

function mount(folder: string): void {
  shell("mount -t tmpfs -o size=64k,mode=700 tmpfs $1", folder);
}

function shell(script: string, folder: string): void {
  execFileSync("bash", ["-c", script, "bash", folder], { stdio: "ignore" });
}

let edge: Edge;
let pbx: SimulatedPbx;
let token: string;
let disk: string;
let watchPort: number;
let connector: ConnectorProcess;
let client: Client | undefined;

beforeAll(async () => {
  edge = await startEdge();
  token = await mintToken({ site: ["full", "freed"] });
});

beforeEach(async () => {
  pbx = await startPbx();
  watchPort = await freePort();
  disk = mkdtempSync(join(tmpdir(), "pbxis-disk-"));
  if (canMount) mount(disk);
});

afterEach(async () => {
  client?.close();
  await connector?.kill();
  await pbx.stop();
  if (canMount) shell("umount -l $1", disk);
  rmSync(disk, { recursive: true });
});

afterAll(() => edge.stop());

async function start(site: string): Promise<void> {
  connector = await startConnector({
    edgeUrl: edge.url,
    site,
    ami: { port: pbx.port },
    env: { PBXIS_SPOOL: join(disk, "spool"), PBXIS_WATCH_PORT: String(watchPort) },
  });
  await until("AMI to be up", () => /AMI: connected/.test(connector.output()), { evidence: connector.output });
  await until("the site to have it", () => /uplink: connected/.test(connector.output()), {
    evidence: connector.output,
  });
}

const watched = async (path: string) => (await fetch(`http://127.0.0.1:${watchPort}${path}`)).text();
const metric = async (name: string) =>
  Number(new RegExp(`^${name} (\\S+)$`, "m").exec(await watched("/metrics"))?.[1] ?? Number.NaN);

/** Of a call from a queue that rings one agent at a time, who answers: EV6, EV16 and EV23. */
const occurrencesPerCall = 3;

/** Calls that are answered and end; resolves when the connector holds all of their occurrences. */
async function completeCalls(count: number): Promise<void> {
  const before = await metric("pbxis_outbox_occurrences");
  for (let call = 0; call < count; call++) {
    pbx.call({ queue: "sales", number: `1500555${String(call).padStart(4, "0")}` });
    const agent = await until("an agent to answer", () => ["1003", "1004", "1005"].find((id) => pbx.answer(id)));
    await until("the end of the call", () => pbx.hangup(agent));
  }
  await until(
    "the calls",
    async () => (await metric("pbxis_outbox_occurrences")) === before + count * occurrencesPerCall,
    {
      evidence: connector.output,
    },
  );
}

/**
 * Starts the worker and the connector again. Waits until a client that was there before the connector has all of `count`
 * occurrences, but those that are known to be lost. Returns how many these are.
 */
async function lostOf(count: number, site: string): Promise<number> {
  await edge.resume();
  client = openWebSocket({ url: edge.url, token, site, agents: ["*"], queues: ["*"] });
  await until("the client to be there", () => client?.record.cursor != null);
  await start(site);
  await until("the link to be up", () => client?.record.link === "up", { evidence: connector.output });
  await until("nothing to wait", async () => (await metric("pbxis_outbox_occurrences")) === 0);
  const url = new URL(`/v1/sites/${site}`, edge.url);
  const { lost } = await (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).json();
  await expect.poll(() => (client?.record.occurrences.length ?? 0) + lost.total).toBe(count);
  return lost.total;
}

it.runIf(canMount)("UP6 killed on a full disk, it loses nothing uncounted, and says so before", async () => {
  await start("full");
  await edge.halt();
  await completeCalls(3);
  writeFileSync(join(disk, "filler"), "");
  shell("dd if=/dev/zero of=$1/filler bs=4k 2>/dev/null || true", disk);
  // Each is about 200 bytes, and the file's last page has room for some.
  await completeCalls(25);
  await until("the failing spool", async () => (await metric("pbxis_spool_failing")) === 1, {
    evidence: connector.output,
  });
  const missing = await metric("pbxis_spool_missing_occurrences");
  expect(await watched("/healthz")).toMatch(
    /the spool cannot be written: .*; up to \d+ occurrences are in memory only/,
  );
  expect(connector.output().match(/"level":"error"/g)?.length).toBe(1);
  await connector.kill();
  rmSync(join(disk, "filler"));
  expect(await lostOf(28 * occurrencesPerCall, "full")).toBe(missing);
  expect(missing).toBeGreaterThan(0);
});

it.runIf(canMount)("once there is room again the spool is complete, and killed then it loses nothing", async () => {
  await start("freed");
  await edge.halt();
  shell("dd if=/dev/zero of=$1/filler bs=4k 2>/dev/null || true", disk);
  await completeCalls(28);
  await until("the failing spool", async () => (await metric("pbxis_spool_failing")) === 1, {
    evidence: connector.output,
  });
  rmSync(join(disk, "filler"));
  await until("the spool to be complete", async () => (await metric("pbxis_spool_failing")) === 0, {
    evidence: connector.output,
    timeoutMs: 90_000,
  });
  await connector.kill();
  expect(await lostOf(28 * occurrencesPerCall, "freed")).toBe(0);
});
