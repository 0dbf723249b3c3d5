/**
 * The connector's uplink against the real worker, without a PBX: clients receive exactly what is pushed to the uplink,
 * despite faults of the network and evictions of objects.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Uplink } from "../../connector/src/uplink/socket.ts";
import { type Client, openClient, openWebSocket, transports } from "../harness/client.ts";
import { type FaultProxy, startFaultProxy } from "../harness/fault-proxy.ts";
import {
  complete,
  completesOf,
  count,
  countsOf,
  type ScriptedConnector,
  startScriptedConnector,
} from "../harness/scripted-connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type EvictableEdge, startEvictableEdge } from "../harness/worker.ts";

// Generous, for a busy machine. `until` fails earlier and reports its evidence.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let edge: EvictableEdge;
let network: FaultProxy;
let token: string;
const open: { close: () => void }[] = [];
const uplinks: Uplink[] = [];
let sites = 0;

beforeAll(async () => {
  edge = await startEvictableEdge();
  network = await startFaultProxy(Number(edge.url.port));
  token = await mintToken({ site: Array.from({ length: 20 }, (_, index) => `site${index}`) });
});

afterEach(async () => {
  network.accept();
  for (const client of open.splice(0)) client.close();
  await Promise.all(uplinks.splice(0).map((uplink) => uplink.stop()));
});

afterAll(async () => {
  await network?.stop();
  await edge?.stop();
});

async function connect(site: string, run = 1, counts = [count("support", 0)]): Promise<ScriptedConnector> {
  const connector = await startScriptedConnector({
    url: new URL(`http://127.0.0.1:${network.port}/`),
    site,
    run,
    counts,
  });
  uplinks.push(connector);
  return connector;
}

const freshSite = () => `site${sites++}`;

function watch(site: string, options: Partial<Parameters<typeof openWebSocket>[0]> = {}): Client {
  const client = openWebSocket({ url: edge.url, token, site, agents: ["*"], queues: ["*"], ...options });
  open.push(client);
  return client;
}

const live = (uplink: Uplink) => until("the uplink is live", () => uplink.phase() === "live");

describe("AP1 snapshot and live events", () => {
  it.each(transports)("arrive by %s", async (transport) => {
    const site = freshSite();
    const connector = await connect(site);
    const client = openClient(transport, { url: edge.url, token, site, agents: ["1001"], queues: ["support"] });
    open.push(client);
    const seen = { evidence: () => [client.record, client.ended(), connector.lines] };
    await until("the snapshot with the link up", () => client.record.link === "up" && countsOf(client)[0] === 0, seen);
    connector.push([count("support", 3), complete("1"), complete("2"), count("other", 9)]);
    await until("the events", () => countsOf(client)[0] === 3 && completesOf(client).length === 2, seen);
    expect(completesOf(client)).toEqual(["1", "2"]);
    expect(countsOf(client)).toEqual([3]);
    expect(client.record.violations).toEqual([]);
  });
});

it("EV11 UP2 with an uplink that is cut under load, each occurrence arrives once and in order", async () => {
  const site = freshSite();
  const connector = await connect(site);
  const client = watch(site);
  await until("the snapshot", () => client.record.link === "up", { evidence: () => [client.record, connector.lines] });
  const sent: string[] = [];
  for (let round = 0; round < 6; round++) {
    for (let index = 0; index < 200; index++) {
      sent.push(`${round}.${index}`);
      connector.push([complete(`${round}.${index}`), count("support", index)]);
      if (index % 50 === 25) await new Promise(setImmediate);
    }
    network.cut("accept");
    await live(connector);
  }
  await until("the last occurrence", () => completesOf(client).at(-1) === sent.at(-1), {
    evidence: () => connector.lines,
  });
  expect(completesOf(client)).toEqual(sent);
  expect(countsOf(client)).toEqual([199]);
  expect(client.record.violations).toEqual([]);
});

it("EV11 eviction of every object between two events loses and repeats nothing", async () => {
  const site = freshSite();
  const connector = await connect(site);
  const client = watch(site);
  await until("the snapshot", () => client.record.link === "up");
  for (let round = 0; round < 3; round++) {
    connector.push([complete(`${round}`), count("support", round + 1)]);
    await until(`event ${round}`, () => completesOf(client).length === round + 1, { evidence: () => client.record });
    await edge.evict("SITE", site);
    await edge.evictAll("CHANNEL");
  }
  expect(completesOf(client)).toEqual(["0", "1", "2"]);
  expect(countsOf(client)).toEqual([3]);
  expect(client.record.violations).toEqual([]);
});

it.each(transports)("ST1 a client on %s that resumes misses nothing and receives nothing twice", async (transport) => {
  const site = freshSite();
  const connector = await connect(site);
  const options = { url: edge.url, token, site, agents: ["*"], queues: ["*"] };
  const first = openClient(transport, options);
  open.push(first);
  await until("the snapshot", () => first.record.link === "up", { evidence: () => [first.record, first.ended()] });
  connector.push([complete("1")]);
  await until("the first", () => completesOf(first).length === 1, { evidence: () => [first.record, first.ended()] });
  first.close();
  connector.push([complete("2"), count("support", 1)]);
  connector.push([complete("3"), count("support", 2)]);
  const second = openClient(transport, { ...options, resume: first.record });
  open.push(second);
  await until("what was missed", () => completesOf(second).length >= 3, { evidence: () => second.record });
  connector.push([complete("4")]);
  await until("what is new", () => completesOf(second).length >= 4, { evidence: () => second.record });
  expect(completesOf(second)).toEqual(["1", "2", "3", "4"]);
  expect(countsOf(second)).toEqual([2]);
  expect(second.record.frames.filter((frame) => frame.type === "snapshot").length).toBe(1);
  expect(second.record.violations).toEqual([]);
});

it("UP4 from the next run of the connector clients receive only the differences, in the same epoch", async () => {
  const site = freshSite();
  const first = await connect(site, 1, [count("support", 1), count("sales", 2)]);
  const client = watch(site);
  await until("the states", () => client.record.link === "up" && countsOf(client).length === 2);
  const before = client.record.events.length;
  await first.stop();
  await until("ST3 the connector is known to be gone", () => client.record.link === "offline");
  expect(countsOf(client)).toEqual([1, 2]);
  const second = await connect(site, 2, [count("support", 5), count("sales", 2)]);
  await until("the link is up again", () => client.record.link === "up", {
    evidence: () => [client.record, second.lines],
  });
  expect(client.record.events.slice(before)).toEqual([count("support", 5)]);
  expect(client.record.frames.filter((frame) => frame.type === "snapshot").length).toBe(1);
  expect(client.record.violations).toEqual([]);
});

it("UP3 of two connectors the later one publishes; the earlier one is a standby and repeats nothing", async () => {
  const site = freshSite();
  const earlier = await connect(site, 1);
  const client = watch(site);
  await until("the snapshot", () => client.record.link === "up");
  const later = await connect(site, 2);
  await until("the earlier one is a standby", () => earlier.phase() === "standby", { evidence: () => earlier.lines });
  await live(later);
  earlier.push([complete("1")]);
  later.push([complete("1")]);
  later.push([complete("2")]);
  await until("both occurrences", () => completesOf(client).length === 2, { evidence: () => client.record });
  expect(completesOf(client)).toEqual(["1", "2"]);
  expect(earlier.lines.at(-1)).toMatch(/another connector of this site started later/);
});

it("AP7 the uplink refuses a client's token", async () => {
  const site = freshSite();
  const wrong = await startScriptedConnector({ url: edge.url, site, token });
  uplinks.push(wrong);
  await until("the refusal", () => wrong.lines.length > 0);
  expect(wrong.lines[0]).toMatch(
    /refused: this request needs a token with the role connector \(HTTP status 403\); check PBXIS_TOKEN/,
  );
});
