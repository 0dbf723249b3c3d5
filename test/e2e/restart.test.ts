/** The worker's process is restarted with its storage while the connector and the clients keep running. */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Client, openWebSocket } from "../harness/client.ts";
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
import { type Edge, startEdge } from "../harness/worker.ts";

// Generous, for a busy machine. `until` fails earlier and reports its evidence.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let edge: Edge;
let connector: ScriptedConnector;
let client: Client;

beforeAll(async () => {
  edge = await startEdge();
  connector = await startScriptedConnector({ url: edge.url, site: "hq" });
});

afterAll(async () => {
  client?.close();
  await connector?.stop();
  await edge?.stop();
});

it("ST1 UP2 a restart of the worker loses and repeats nothing", async () => {
  const options = { url: edge.url, token: await mintToken(), agents: ["*"], queues: ["*"] };
  client = openWebSocket(options);
  const seen = { evidence: () => [client.record, client.ended(), connector.lines] };
  await until("the states", () => client.record.link === "up" && countsOf(client).length === 1, seen);
  connector.push([complete("before"), count("support", 1)]);
  await until("the first occurrence", () => completesOf(client).length === 1, seen);
  await edge.halt();
  await until("the client's connection is gone", () => client.ended(), seen);
  connector.push([complete("meanwhile"), count("support", 2)]);
  await edge.resume();
  client = openWebSocket({ ...options, resume: client.record });
  await until("what was missed", () => completesOf(client).length === 2 && client.record.link === "up", seen);
  connector.push([complete("after"), count("support", 3)]);
  await until("what is new", () => completesOf(client).length === 3, seen);
  expect(completesOf(client)).toEqual(["before", "meanwhile", "after"]);
  expect(countsOf(client)).toEqual([3]);
  expect(client.record.frames.filter((frame) => frame.type === "snapshot").length).toBe(1);
  expect(client.record.violations).toEqual([]);
});
