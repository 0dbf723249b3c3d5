/** Commands over the whole chain, and every fault on their way: one outcome each, and nothing is done twice (CM11, CM12). */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { type ConnectorProcess, startConnector } from "../harness/connector.ts";
import { type FaultProxy, startFaultProxy } from "../harness/fault-proxy.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type EvictableEdge, startEvictableEdge } from "../harness/worker.ts";
import { type SimulatedPbx, startPbx } from "../pbx/start.ts";

// A whole chain on a busy machine; a wait that is in vain fails much earlier, and says why.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let edge: EvictableEdge;
let pbx: SimulatedPbx;
/** Between connector and worker, and between connector and PBX. */
let uplink: FaultProxy;
let ami: FaultProxy;
let connectors: ConnectorProcess[];
let site: string;
let token: string;
let sites = 0;

beforeAll(async () => {
  edge = await startEvictableEdge();
});

afterAll(async () => {
  await edge?.stop();
});

beforeEach(async () => {
  site = `commands${sites++}`;
  token = await mintToken({ site });
  connectors = [];
  pbx = await startPbx();
  uplink = await startFaultProxy(Number(edge.url.port));
  ami = await startFaultProxy(pbx.port);
  await connect();
});

afterEach(async () => {
  await Promise.all(connectors.map((connector) => connector.kill()));
  await Promise.all([uplink.stop(), ami.stop(), pbx.stop()]);
});

async function connect(): Promise<void> {
  const edgeUrl = new URL(`http://127.0.0.1:${uplink.port}/`);
  const { username, secret } = pbx;
  connectors.push(await startConnector({ edgeUrl, site, ami: { port: ami.port, username, secret } }));
  await isUp();
}

async function get(path: string): Promise<Record<string, unknown>> {
  const url = new URL(`v1/sites/${site}${path}`, edge.url);
  return (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).json() as Promise<
    Record<string, unknown>
  >;
}

async function isUp(): Promise<void> {
  const evidence = () => connectors.map((connector) => connector.output());
  await until("the link to be up", async () => (await get("")).link === "up", { evidence });
}

type Answer = Readonly<{ status: number; body: Record<string, unknown> }>;

async function send(
  body: Record<string, unknown>,
  key?: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(new URL(`v1/sites/${site}/commands`, edge.url), {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      ...(key !== undefined && { "idempotency-key": key }),
      ...headers,
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const pause = { type: "queuePause", queue: "support", agent: "1001", reason: "Lunch" };
const add = { type: "queueAdd", queue: "sales", agent: "1001" };

/** How often the PBX was asked for it. */
const asked = (action: string) => ami.received().split(`Action: ${action}\r\n`).length - 1;
const reached = (action: string) => until(`${action} to reach the PBX`, () => asked(action) > 0);
const isDone = ({ status, body }: Answer) => expect([status, body.status]).toEqual([200, "done"]);
const isUnknown = ({ status, body }: Answer) =>
  expect([status, body]).toEqual([
    504,
    expect.objectContaining({ status: "unknown", error: expect.objectContaining({ code: "outcome_unknown" }) }),
  ]);

/** Returns once the site has taken the command and sent it, with a way to wait for its outcome. */
async function begin(body: Record<string, unknown>): Promise<() => Promise<Record<string, unknown>>> {
  const answer = await send(body, undefined, { prefer: "respond-async" });
  expect([answer.status, answer.body.status]).toEqual([202, "pending"]);
  const look = () => get(`/commands/${answer.body.commandId}`);
  return () =>
    until("the outcome", async () => {
      const record = await look();
      return record.status !== "pending" && record;
    });
}

it("is done, shows in the state, and its outcome can be looked up", async () => {
  const answer = await send(pause);
  isDone(answer);
  expect(answer.body.result).toEqual({ queues: ["support"] });
  expect(await get(`/commands/${answer.body.commandId}`)).toEqual(answer.body);
  await until("the pause to show", async () =>
    JSON.stringify((await get("/state?agents=1001&queues=support")).events).includes('"pausedReason":"Lunch"'),
  );
  expect(asked("QueuePause")).toBe(1);
});

it("CM12 two clients send the same key at once: done once, one outcome", async () => {
  const [one, other] = await Promise.all([send(add, "a-key"), send(add, "a-key")]);
  isDone(one);
  expect(other).toEqual(one);
  expect(asked("QueueAdd")).toBe(1);
  expect((await send({ ...add, queue: "support" }, "a-key")).status).toBe(422);
});

it("the uplink is cut before the command gets through: it is sent again, and done once", async () => {
  uplink.freeze();
  const outcome = await begin(add);
  uplink.thaw();
  uplink.cut("accept");
  expect(await outcome()).toMatchObject({ status: "done" });
  expect(asked("QueueAdd")).toBe(1);
});

it("the uplink is cut while it is carried out: the connector tells the outcome when it is back", async () => {
  ami.mute();
  const answer = send(add);
  await reached("QueueAdd");
  uplink.cut("accept");
  ami.unmute();
  isDone(await answer);
  expect(asked("QueueAdd")).toBe(1);
});

it("the connector is killed under way: unknown, and the next connector does not repeat it", async () => {
  ami.mute();
  const answer = send(add, "killed");
  await reached("QueueAdd");
  await connectors[0]?.kill();
  ami.unmute();
  await connect();
  isUnknown(await answer);
  isUnknown(await send(add, "killed"));
  expect(asked("QueueAdd")).toBe(1);
});

it("AMI is lost under way: unknown", async () => {
  ami.mute();
  const answer = send(add, "lost");
  await reached("QueueAdd");
  ami.cut("accept");
  ami.unmute();
  isUnknown(await answer);
  await isUp();
  isUnknown(await send(add, "lost"));
  expect(asked("QueueAdd")).toBe(1);
});

it("the Site object is evicted under way: done once", async () => {
  ami.mute();
  // Nobody waits: an object in which a call is under way is not evicted.
  const outcome = await begin(add);
  await reached("QueueAdd");
  await edge.evict("SITE", site);
  ami.unmute();
  expect(await outcome()).toMatchObject({ status: "done" });
  expect(asked("QueueAdd")).toBe(1);
});

it("the deadline passes while it is on its way: it is not started", async () => {
  uplink.freeze();
  const outcome = await begin({ ...add, deadlineSeconds: 1 });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  uplink.thaw();
  uplink.cut("accept");
  expect(await outcome()).toMatchObject({ status: "failed", error: { code: "deadline_passed" } });
  expect(asked("QueueAdd")).toBe(0);
});

it("nobody is there: 503 at once, and nothing is done when somebody comes", async () => {
  await connectors[0]?.kill();
  await until("the site to be offline", async () => (await get("")).link === "offline");
  expect(await send(add, "away")).toMatchObject({ status: 503, body: { error: { code: "unavailable" } } });
  await connect();
  expect(asked("QueueAdd")).toBe(0);
  isDone(await send(add, "away"));
});

it("Asterisk is away: 503", async () => {
  ami.cut("refuse");
  await until("the link to be down", async () => (await get("")).link === "down");
  expect(await send(add)).toMatchObject({ status: 503, body: { error: { code: "unavailable" } } });
});

it("the commands of one agent are carried out in their order", async () => {
  const all = [true, false, true, false, true].map((paused) => send({ ...pause, paused, reason: undefined }));
  for (const answer of await Promise.all(all)) isDone(answer);
  expect(asked("QueuePause")).toBe(5);
});
