/** Commands on calls over the whole chain with the simulated PBX: their effect there, and what clients receive. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { type Client, openWebSocket } from "../harness/client.ts";
import { type ConnectorProcess, startConnector } from "../harness/connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type EvictableEdge, startEvictableEdge } from "../harness/worker.ts";
import { type SimulatedPbx, startPbx } from "../pbx/start.ts";

// Generous, for a busy machine. `until` fails earlier and reports its evidence.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let edge: EvictableEdge;
let pbx: SimulatedPbx;
let connector: ConnectorProcess;
let client: Client;
let site: string;
let sites = 0;

beforeAll(async () => {
  edge = await startEvictableEdge();
});

afterAll(async () => {
  await edge?.stop();
});

beforeEach(() => start());

async function start(write?: readonly string[]): Promise<void> {
  site = `calls${sites++}`;
  pbx = await startPbx(write ? { write } : {});
  const { port, username, secret } = pbx;
  connector = await startConnector({ edgeUrl: edge.url, site, ami: { port, username, secret } });
  client = openWebSocket({ url: edge.url, site, token: await mintToken({ site }), agents: ["*"], queues: ["*"] });
  await until("the link", () => client.record.link === "up", { evidence: () => connector.output() });
}

afterEach(stop);

async function stop(): Promise<void> {
  client.close();
  await connector.kill();
  await pbx.stop();
  expect(client.record.violations).toEqual([]);
}

type Body = Record<string, unknown>;

async function send(body: Body): Promise<{ status: number; body: Body & { result?: Body; error?: Body } }> {
  const response = await fetch(new URL(`v1/sites/${site}/commands`, edge.url), {
    method: "POST",
    headers: { authorization: `Bearer ${await mintToken({ site })}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

const seen = { evidence: () => [pbx.truth(), client.record.events.slice(-8), connector.output()] };
const shows = (agent: string, number: string | null) =>
  until(
    `${agent} to show ${number}`,
    () => {
      const event = client.record.states.get(`phoneNumber,${agent}`);
      return event?.type === "phoneNumber" && event.number === number;
    },
    seen,
  );
const rings = (agent: string) => until(`${agent} to ring`, () => pbx.truth().agents[agent]?.status === "ringing", seen);
const occurrence = (type: string) =>
  until(type, () => client.record.occurrences.find((event) => event.type === type), seen) as Promise<unknown>;

/** Connects a caller to agent 1001. */
async function talk(): Promise<void> {
  pbx.call({ queue: "support", number: "+14155550100", name: "Alice" });
  await rings("1001");
  pbx.answer("1001");
  await shows("1001", "+14155550100");
  // A queue shows the caller while it still rings.
  const talks = () => {
    const event = client.record.states.get("extensionStatus,1001");
    return event?.type === "extensionStatus" && event.status === "inuse";
  };
  await until("1001 to talk", talks, seen);
  // The agent's status may be published before the bridge. The response to this command comes after both.
  expect((await send({ type: "queuePause", agent: "1003", paused: false })).status).toBe(200);
}

it("CM1 originate rings the agent, then the other party", async () => {
  const variables = { CRM_NOTE: "a,b" };
  const { status, body } = await send({ type: "originate", agent: "1001", to: "1003", variables });
  expect([status, body.status]).toEqual([200, "done"]);
  await rings("1001");
  pbx.answer("1001");
  await rings("1003");
  pbx.answer("1003");
  await shows("1001", "1003");
  await shows("1003", "1001");
  const originates = pbx.actions().filter((action) => action.get("action") === "Originate");
  expect(originates.map((action) => [action.get("variable"), action.get("channelid")])).toEqual([
    ["CRM_NOTE=a\\,b", `a1001-${body.result?.actionId}`],
  ]);
  expect((await send({ type: "hangup", agent: "1003" })).body.status).toBe("done");
  await shows("1001", null);
});

it("CM1 originate reaches an outside number; a busy agent and an unknown extension are reported as failed", async () => {
  expect((await send({ type: "originate", agent: "1001", to: "14155550123" })).status).toBe(200);
  await rings("1001");
  pbx.answer("1001");
  await shows("1001", "14155550123");
  const busy = await send({ type: "originate", agent: "1001", to: "1003" });
  expect(await occurrence("originateFailed")).toMatchObject({ actionId: busy.body.result?.actionId, reason: "busy" });
  const nowhere = await send({ type: "originate", agent: "1003", to: "77" });
  expect(nowhere).toMatchObject({ status: 502, body: { error: { code: "asterisk_refused" } } });
  await until("both failures", () => client.record.occurrences.length === 2, seen);
  expect(client.record.occurrences[1]).toMatchObject({ actionId: nowhere.body.error?.actionId, reason: "failed" });
});

it("CM1, CM6 hangup silences a ringing phone; a phone that refuses is reported as busy", async () => {
  const first = await send({ type: "originate", agent: "1001", to: "1003" });
  await rings("1001");
  expect((await send({ type: "hangup", agent: "1001" })).body.result).toEqual({
    actionId: first.body.result?.actionId,
  });
  await occurrence("originateFailed");
  await send({ type: "originate", agent: "1002", to: "1003" });
  await rings("1002");
  pbx.decline("1002");
  await until("both failures", () => client.record.occurrences.length === 2, seen);
  expect(client.record.occurrences.map((event) => "reason" in event && event.reason)).toEqual(["failed", "busy"]);
});

it("CM6 hangup silences a phone that was originated to twice, as by a double click", async () => {
  const first = await send({ type: "originate", agent: "1001", to: "1002" });
  const second = await send({ type: "originate", agent: "1001", to: "1002" });
  // The simulated phone accepts one call at a time.
  expect(await occurrence("originateFailed")).toMatchObject({ actionId: second.body.result?.actionId, reason: "busy" });
  await rings("1001");
  const { status, body } = await send({ type: "hangup", agent: "1001" });
  expect([status, body.result]).toEqual([200, { actionId: first.body.result?.actionId }]);
  await until("silence", () => pbx.truth().agents["1001"]?.status === "not_inuse", seen);
  expect((await send({ type: "hangup", agent: "1001" })).status).toBe(404);
});

it("CM2 redirect transfers the caller to another agent", async () => {
  await talk();
  expect((await send({ type: "redirect", agent: "1001", to: "1003" })).body.status).toBe("done");
  await rings("1003");
  pbx.answer("1003");
  await shows("1003", "+14155550100");
  await shows("1001", null);
});

it("CM2 a redirect to an unknown extension is refused, and the call continues", async () => {
  await talk();
  expect((await send({ type: "redirect", agent: "1001", to: "77" })).status).toBe(502);
  await shows("1001", "+14155550100");
  expect((await send({ type: "redirect", agent: "1003", to: "1001" })).status).toBe(404);
});

it("CM3 park answers with the parking space, from which another agent retrieves the call", async () => {
  await talk();
  const { body } = await send({ type: "park", agent: "1001" });
  expect(body).toMatchObject({ status: "done", result: { parkingSpace: "701" } });
  expect(await occurrence("parkedCall")).toMatchObject({ parkingSpace: "701" });
  pbx.retrieve("1002", "701");
  await shows("1002", "+14155550100");
  await occurrence("unParkedCall");
});

it("CM5 queueReset resets the statistics", async () => {
  await talk();
  pbx.hangup("1001");
  await occurrence("agentComplete");
  expect((await send({ type: "queueReset" })).body.status).toBe("done");
  expect(pbx.truth().queues.support).toBeDefined();
});

it("CM15 a command that the AMI account is not permitted is refused without an action", async () => {
  await stop();
  await start(["reporting", "agent"]);
  const refused = await send({ type: "originate", agent: "1001", to: "1003" });
  expect(refused).toMatchObject({ status: 502, body: { error: { code: "not_permitted" } } });
  expect(pbx.actions().filter((action) => action.get("action") === "Originate")).toEqual([]);
  expect((await send({ type: "queuePause", agent: "1001" })).status).toBe(200);
});
