/** The whole chain: a scripted AMI server, the connector as a process, the worker in workerd, and remote clients. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { type ScriptedAsterisk, startScriptedAsterisk } from "../../connector/src/testing/scripted-asterisk.ts";
import { type Client, openClient, type Transport, transports } from "../harness/client.ts";
import { type ConnectorProcess, startConnector } from "../harness/connector.ts";
import { type FaultProxy, startFaultProxy } from "../harness/fault-proxy.ts";
import { completesOf, countsOf } from "../harness/scripted-connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type EvictableEdge, startEvictableEdge } from "../harness/worker.ts";

// Generous, for a busy machine. `until` fails earlier and reports its evidence.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let edge: EvictableEdge;
let asterisk: ScriptedAsterisk;
/** Between the connectors and the worker. */
let network: FaultProxy;
let connectors: ConnectorProcess[];
let clients: Client[];
let site: string;
let sites = 0;

beforeAll(async () => {
  edge = await startEvictableEdge();
  network = await startFaultProxy(Number(edge.url.port));
});

afterAll(async () => {
  await network?.stop();
  await edge?.stop();
});

beforeEach(async () => {
  site = `chain${sites++}`;
  connectors = [];
  clients = [];
  asterisk = await startScriptedAsterisk(["1.1"]);
});

afterEach(async () => {
  for (const client of clients) client.close();
  await Promise.all(connectors.map((connector) => connector.kill()));
  await asterisk.stop();
});

async function connect(): Promise<ConnectorProcess> {
  const edgeUrl = new URL(`http://127.0.0.1:${network.port}/`);
  const connector = await startConnector({ edgeUrl, site, ami: { port: asterisk.port } });
  connectors.push(connector);
  return connector;
}

async function watch(transport: Transport = "websocket"): Promise<Client> {
  const token = await mintToken({ site });
  const client = openClient(transport, { url: edge.url, token, site, agents: ["*"], queues: ["*"] });
  clients.push(client);
  return client;
}

/** Waits for a condition of a client, the first one by default. */
function sees(what: string, probe: (client: Client) => boolean, client = clients[0] as Client): Promise<unknown> {
  const evidence = () => ({
    links: client.record.frames.flatMap((frame) => ("link" in frame ? [frame.link] : [])),
    states: [...client.record.states.values()],
    occurrences: completesOf(client),
    ended: client.ended(),
    logs: connectors.map((connector) => connector.output()),
  });
  return until(what, () => probe(client), { evidence });
}

const isUp = (client: Client) => client.record.link === "up" && client.record.states.size > 0;
const memberStatus = ({ record }: Client) =>
  [...record.states.values()].flatMap((event) => (event.type === "queueMemberStatus" ? [event.status] : []));

it("AP1 clients on every transport receive the same events", async () => {
  await connect();
  for (const transport of transports) await watch(transport);
  for (const client of clients) await sees("the first states", (one) => isUp(one) && countsOf(one)[0] === 1, client);
  asterisk.join("1.2");
  asterisk.pause(true);
  asterisk.complete("1.1");
  for (const client of clients) {
    await sees("the count", (one) => countsOf(one)[0] === 2, client);
    await sees("the pause", (one) => memberStatus(one)[0] === "paused", client);
    await sees("the completed call", (one) => completesOf(one).length === 1, client);
    expect(client.record.violations).toEqual([]);
    expect([...client.record.states]).toEqual([...(clients[0] as Client).record.states]);
  }
});

it("UP4 after a restart of the connector clients keep their states and receive only the changes", async () => {
  const first = await connect();
  const client = await watch();
  await sees("the first states", isUp);
  await first.kill("SIGKILL");
  await until("ST3 the loss", () => client.record.link === "offline");
  expect(countsOf(client)).toEqual([1]);
  asterisk.join("1.2");
  const before = client.record.events.length;
  await connect();
  await sees("the link again", isUp);
  expect(countsOf(client)).toEqual([2]);
  const changed = client.record.events.slice(before).map((event) => event.type);
  expect(changed).not.toContain("agentName");
  expect(changed).toContain("queueCount");
  expect(client.record.frames.filter((frame) => frame.type === "snapshot").length).toBe(1);
  expect(client.record.violations).toEqual([]);
});

it("ST3 while AMI is cut clients see the link down and keep their states; afterwards they receive the changes", async () => {
  await connect();
  const client = await watch();
  await sees("the first states", isUp);
  asterisk.cut();
  asterisk.join("1.2");
  await sees("the loss and the return", () => asterisk.sessions() === 2 && isUp(client) && countsOf(client)[0] === 2);
  const links = client.record.frames.flatMap((frame) => (frame.type === "link" ? [frame.link] : []));
  expect(links.slice(-2)).toEqual(["down", "up"]);
  asterisk.complete("1.1");
  await sees("a call after that", () => completesOf(client).length === 1);
  expect(client.record.violations).toEqual([]);
});

it("EV11 while the uplink is cut again and again, each completed call is delivered once and in order", async () => {
  await connect();
  const client = await watch();
  await sees("the first states", isUp);
  const before = network.connections();
  const calls = Array.from({ length: 120 }, (_, index) => `2.${index}`);
  for (const [index, call] of calls.entries()) {
    asterisk.join(call);
    asterisk.complete(call);
    if (index % 30 === 15) network.cut("accept");
    // Only spreads the calls over time; nothing depends on how long it takes.
    if (index % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await sees("the last call", () => completesOf(client).length >= calls.length && isUp(client));
  expect(completesOf(client)).toEqual(calls);
  expect(countsOf(client)).toEqual([121]);
  expect(network.connections()).toBeGreaterThan(before);
  expect(client.record.violations).toEqual([]);
});

it("UP3 of two connectors one publishes and the other is a standby, and each call is delivered once", async () => {
  const earlier = await connect();
  const client = await watch();
  await sees("the first states", isUp);
  const later = await connect();
  const isHandedOver = () => earlier.output().includes("now a standby") && later.output().includes("AMI: connected");
  // The client's link may still be that of the earlier connector, whose remaining occurrences are handed over only
  // after half a minute.
  await sees("the later one in the earlier one's place", isHandedOver);
  await sees("the link of the later one", isUp);
  const calls = ["2.1", "2.2", "2.3"];
  for (const call of calls) asterisk.complete(call);
  await sees("all calls", () => completesOf(client).length >= calls.length);
  asterisk.join("1.2");
  await sees("something after them", () => countsOf(client)[0] === 2);
  expect(completesOf(client)).toEqual(calls);
  expect(earlier.exitCode()).toBeNull();
  expect(client.record.violations).toEqual([]);
});

it("EV11 eviction of every object during calls loses and repeats nothing", async () => {
  await connect();
  const client = await watch();
  await sees("the first states", isUp);
  for (const call of ["2.1", "2.2", "2.3"]) {
    asterisk.complete(call);
    await edge.evictAll("SITE");
    await edge.evictAll("CHANNEL");
    await sees(`call ${call}`, () => completesOf(client).at(-1) === call);
  }
  expect(completesOf(client)).toEqual(["2.1", "2.2", "2.3"]);
  expect(client.record.violations).toEqual([]);
});
