/**
 * Commands over the whole chain with faults at every step: each has one outcome, and none is executed twice (CM11,
 * CM12).
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { type ConnectorProcess, startConnector } from "../harness/connector.ts";
import { type FaultProxy, startFaultProxy } from "../harness/fault-proxy.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type EvictableEdge, startEvictableEdge } from "../harness/worker.ts";
import { type SimulatedPbx, startPbx } from "../pbx/start.ts";

// Generous, for a busy machine. `until` fails earlier and reports its evidence.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let edge: EvictableEdge;
let pbx: SimulatedPbx;
/** `uplink`: between connector and worker; `ami`: between connector and PBX. */
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

/** How many actions of this name the PBX has received. */
const executions = (action: string) => ami.received().split(`Action: ${action}\r\n`).length - 1;
const reached = (action: string) => until(`${action} to reach the PBX`, () => executions(action) > 0);
const isDone = ({ status, body }: Answer) => expect([status, body.status]).toEqual([200, "done"]);
const isUnknown = ({ status, body }: Answer) =>
  expect([status, body]).toEqual([
    504,
    expect.objectContaining({ status: "unknown", error: expect.objectContaining({ code: "outcome_unknown" }) }),
  ]);

/** Resolves when the site has accepted the command, with a function that waits for its outcome. */
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

it("CM11 a command is done, changes the state, and its outcome can be looked up", async () => {
  const answer = await send(pause);
  isDone(answer);
  expect(answer.body.result).toEqual({ queues: ["support"] });
  expect(await get(`/commands/${answer.body.commandId}`)).toEqual(answer.body);
  await until("the pause to show", async () =>
    JSON.stringify((await get("/state?agents=1001&queues=support")).events).includes('"pausedReason":"Lunch"'),
  );
  expect(executions("QueuePause")).toBe(1);
});

it("CM12 a key that two clients send at once is executed once and has one outcome", async () => {
  const [one, other] = await Promise.all([send(add, "a-key"), send(add, "a-key")]);
  isDone(one);
  expect(other).toEqual(one);
  expect(executions("QueueAdd")).toBe(1);
  expect((await send({ ...add, queue: "support" }, "a-key")).status).toBe(422);
});

it("CM11 if the uplink is cut before the command arrives, the command is sent again and executed once", async () => {
  uplink.freeze();
  const outcome = await begin(add);
  uplink.thaw();
  uplink.cut("accept");
  expect(await outcome()).toMatchObject({ status: "done" });
  expect(executions("QueueAdd")).toBe(1);
});

it("CM11 if the uplink is cut during the execution, the connector reports the outcome when it reconnects", async () => {
  ami.mute();
  const answer = send(add);
  await reached("QueueAdd");
  uplink.cut("accept");
  ami.unmute();
  isDone(await answer);
  expect(executions("QueueAdd")).toBe(1);
});

it("CM11 if the connector is killed during the execution, the outcome is unknown and the next connector does not repeat the command", async () => {
  ami.mute();
  const answer = send(add, "killed");
  await reached("QueueAdd");
  await connectors[0]?.kill();
  ami.unmute();
  await connect();
  isUnknown(await answer);
  isUnknown(await send(add, "killed"));
  expect(executions("QueueAdd")).toBe(1);
});

it("CM11 if AMI is lost during the execution, the outcome is unknown", async () => {
  ami.mute();
  const answer = send(add, "lost");
  await reached("QueueAdd");
  ami.cut("accept");
  ami.unmute();
  isUnknown(await answer);
  await isUp();
  isUnknown(await send(add, "lost"));
  expect(executions("QueueAdd")).toBe(1);
});

it("CM11 if the Site object is evicted during the execution, the command is executed once", async () => {
  ami.mute();
  // An object with a pending call is not evicted, so the client does not wait for the outcome.
  const outcome = await begin(add);
  await reached("QueueAdd");
  await edge.evict("SITE", site);
  ami.unmute();
  expect(await outcome()).toMatchObject({ status: "done" });
  expect(executions("QueueAdd")).toBe(1);
});

it("CM11 a command whose deadline passes before it arrives is not executed", async () => {
  uplink.freeze();
  const outcome = await begin({ ...add, deadlineSeconds: 1 });
  // The deadline is real time that has to pass; a longer wait does not change the result.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  uplink.thaw();
  uplink.cut("accept");
  expect(await outcome()).toMatchObject({ status: "failed", error: { code: "deadline_passed" } });
  expect(executions("QueueAdd")).toBe(0);
});

it("CM11 without a connector the answer is 503 at once, and a connector that starts later does not execute the command", async () => {
  await connectors[0]?.kill();
  await until("the site to be offline", async () => (await get("")).link === "offline");
  expect(await send(add, "away")).toMatchObject({ status: 503, body: { error: { code: "unavailable" } } });
  await connect();
  expect(executions("QueueAdd")).toBe(0);
  isDone(await send(add, "away"));
});

it("CM11 without AMI the answer is 503", async () => {
  ami.cut("refuse");
  await until("the link to be down", async () => (await get("")).link === "down");
  expect(await send(add)).toMatchObject({ status: 503, body: { error: { code: "unavailable" } } });
});

it("the commands of one agent are executed in order", async () => {
  const all = [true, false, true, false, true].map((paused) => send({ ...pause, paused, reason: undefined }));
  for (const answer of await Promise.all(all)) isDone(answer);
  expect(executions("QueuePause")).toBe(5);
});
