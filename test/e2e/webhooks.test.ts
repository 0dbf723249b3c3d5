/** AP14 with a real receiver: it redirects, answers without end, and the worker restarts under it. */
import { Webhook as Verifier } from "standardwebhooks";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Receiver, startReceiver, status } from "../harness/receiver.ts";
import { complete, type ScriptedConnector, startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let edge: Edge;
let connector: ScriptedConnector;
let receiver: Receiver;
let secret: string;

beforeAll(async () => {
  [edge, receiver] = await Promise.all([startEdge({ vars: { PBXIS_WEBHOOK_LOCAL: "1" } }), startReceiver()]);
  connector = await startScriptedConnector({ url: edge.url, site: "hq" });
  const token = await mintToken({ role: "admin", agents: [], queues: [], commands: [] });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const body = JSON.stringify({ url: receiver.url });
  const made = await fetch(new URL("/v1/sites/hq/webhooks", edge.url), { method: "POST", headers, body });
  secret = ((await made.json()) as { secret: string }).secret;
});

afterAll(async () => {
  await connector?.stop();
  await Promise.all([receiver?.stop(), edge?.stop()]);
});

const uniqueIds = () => receiver.received.map(({ body }) => JSON.parse(body).data.event.uniqueId);
const seen = { timeoutMs: 60_000, evidence: () => [receiver.received, connector.lines] };

it("AP14 whatever the receiver does, each message arrives signed, in order, and each failed one again", async () => {
  // It sends the worker elsewhere, and then takes the message with an answer that has no end.
  receiver.answers.push(status(302, { location: `${receiver.url}/elsewhere` }), (response) => {
    const more = () => {
      if (!response.destroyed) response.write("x".repeat(65_536), () => setImmediate(more));
    };
    response.writeHead(200);
    more();
  });
  connector.push([complete("1"), complete("2")]);
  await until("the message, again, and the next", () => receiver.received.length === 3, seen);
  expect(uniqueIds()).toEqual(["1", "1", "2"]);
  // Under way while the worker ends: it comes again.
  receiver.answers.push(() => {});
  connector.push([complete("3")]);
  await until("the third", () => receiver.received.length === 4, seen);
  await edge.halt();
  await edge.resume();
  connector.push([complete("4")]);
  await until("the third again, and the fourth", () => uniqueIds().at(-1) === "4", seen);
  expect(uniqueIds()).toEqual(["1", "1", "2", "3", "3", "4"]);
  expect(receiver.received.every(({ path }) => path === "/hook")).toBe(true);
  for (const { body, headers } of receiver.received) new Verifier(secret).verify(body, { ...headers });
  const ids = receiver.received.map(({ headers }) => headers["webhook-id"]);
  expect(new Set(ids).size).toBe(4);
});
