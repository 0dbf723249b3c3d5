/** A connector's machine whose clock is wrong from the start, or is set while the connector runs (UP11). */
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { type Client, openWebSocket } from "../harness/client.ts";
import { type ConnectorProcess, startConnector } from "../harness/connector.ts";
import { freePort } from "../harness/port.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";
import { type SimulatedPbx, startPbx } from "../pbx/start.ts";

// Generous, for a busy machine. `until` fails earlier and reports its evidence.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const hour = 3_600_000;
/** What a test may take. The clocks differ by much more. */
const slackMs = 600_000;

let edge: Edge;
let pbx: SimulatedPbx;
let token: string;
let watchPort: number;
let connector: ConnectorProcess | undefined;
let client: Client | undefined;

beforeAll(async () => {
  edge = await startEdge();
  token = await mintToken();
});

afterEach(async () => {
  client?.close();
  await connector?.kill();
  await pbx?.stop();
});

afterAll(async () => {
  await edge?.stop();
});

/** A connector whose clock is `ahead` of the right time, and is set by `step` at SIGWINCH. */
async function start(ahead: number, step = 0): Promise<void> {
  pbx = await startPbx();
  watchPort = await freePort();
  const clock = `const now=Date.now;let ahead=${ahead};Date.now=()=>now()+ahead;process.on("SIGWINCH",()=>{ahead+=${step}})`;
  connector = await startConnector({
    edgeUrl: edge.url,
    ami: { port: pbx.port },
    env: {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(clock)}`,
      PBXIS_WATCH_PORT: String(watchPort),
    },
  });
  client = openWebSocket({ url: edge.url, token, agents: ["*"], queues: ["*"] });
  await until("the link to be up", () => client?.record.link === "up", { evidence: () => connector?.output() });
}

/** A caller joins; resolves with how far the time that a client sees is from now. */
async function joined(number: string, queue = "support"): Promise<number> {
  const before = client?.record.events.length ?? 0;
  pbx.call({ queue, number });
  const count = await until("the caller", () =>
    client?.record.events
      .slice(before)
      .find((event) => event.type === "queueCount" && event.queue === queue && event.longestWaitSince !== null),
  );
  return Date.now() - (count.type === "queueCount" ? (count.longestWaitSince ?? 0) : 0);
}

const site = async () =>
  (await fetch(new URL("/v1/sites/hq", edge.url), { headers: { authorization: `Bearer ${token}` } })).json();
const watched = async (path: string) => (await fetch(`http://127.0.0.1:${watchPort}${path}`)).text();
const warnings = () => connector?.output().match(/clock: this machine's clock is/g)?.length ?? 0;

it.each([hour, -hour])(
  "UP11 a clock that is wrong by %i ms: clients see the right times, operators the error",
  async (ahead) => {
    await start(ahead);
    expect(Math.abs(await joined("15005550100"))).toBeLessThan(slackMs);
    await until("the site's status", async () => (await site()).connector.clockOffsetMs !== null);
    const { asOf, connector: reported } = await site();
    expect(Math.abs(Date.now() - asOf)).toBeLessThan(slackMs);
    expect(Math.abs(reported.clockOffsetMs - ahead)).toBeLessThan(slackMs);
    expect(await watched("/healthz")).toMatch(/the clock of this machine is \d+\.\d s (ahead of|behind) the worker's/);
    expect(await watched("/metrics")).toMatch(/^pbxis_clock_offset_seconds -?3[56]\d\d(\.\d+)?$/m);
    expect(warnings()).toBe(1);
  },
);

it.each([hour, -hour])("UP11 a clock that is set by %i ms while a caller waits: the wait stays right", async (step) => {
  await start(0, step);
  expect(Math.abs(await joined("15005550100"))).toBeLessThan(slackMs);
  expect(warnings()).toBe(0);
  process.kill(connector?.pid ?? 0, "SIGWINCH");
  await until("the warning", () => warnings() === 1, { evidence: () => connector?.output() });
  // The first caller still waits the longest in the one queue, and the second one is the first in the other.
  expect(Math.abs(await joined("15005550101"))).toBeLessThan(slackMs);
  expect(Math.abs(await joined("15005550102", "sales"))).toBeLessThan(slackMs);
  await until("the site's status", async () => Math.abs((await site()).connector.clockOffsetMs) > hour - slackMs);
  expect(warnings()).toBe(1);
});
