/**
 * An admin's acts against a real worker that is restarted in between: a revoked token stays out, an erased caller stays
 * erased, a deleted site is a new one; and none of it is done by a token of another role.
 */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { closedWith, endOf, openRawSocket, sendRequest } from "../harness/raw-client.ts";
import { type ScriptedConnector, startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken, type TokenOptions } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let edge: Edge;
let connector: ScriptedConnector;
const number = "+14155550100";
const json = { "content-type": "application/json" };

beforeAll(async () => {
  edge = await startEdge();
  connector = await startScriptedConnector({ url: edge.url, site: "hq" });
  await until("the connector to be connected", async () => (await ask("")).includes('"link":"up"'));
});
afterAll(async () => {
  await connector.stop();
  await edge.stop();
});

const bearer = async (options: TokenOptions = {}) => ({ authorization: `Bearer ${await mintToken(options)}` });
async function send(method: string, path: string, options: TokenOptions, body?: unknown): Promise<number> {
  const text = body === undefined ? "" : JSON.stringify(body);
  // Node adds no length to a DELETE by itself.
  const headers = { ...json, ...(await bearer(options)), "content-length": String(text.length) };
  return (await sendRequest(edge.url, `/v1/sites/hq${path}`, { method, headers, body: text })).status;
}
async function ask(path: string, options: TokenOptions = {}): Promise<string> {
  return (await sendRequest(edge.url, `/v1/sites/hq${path}`, { headers: await bearer({ callers: true, ...options }) }))
    .text;
}
async function restart(): Promise<void> {
  await edge.halt();
  await edge.resume();
  await until("the connector to be back", async () => (await ask("")).includes('"link":"up"'));
}
const admin = { role: "admin" } as const;

it("AP16, AP17 no other role erases, deletes or revokes", async () => {
  for (const role of ["client", "operator", "connector"] as const) {
    expect(await send("DELETE", `/callers/${number}`, { role })).toBe(403);
    expect(await send("DELETE", "", { role }, { confirm: "hq" })).toBe(403);
    expect(await send("POST", "/revocations", { role }, { jti: "stolen" })).toBe(403);
  }
  expect(await send("DELETE", "", { ...admin, site: "branch" }, { confirm: "hq" })).toBe(403);
  for (const path of ["", "/state", "/calls", "/statistics", "/counters"])
    expect(JSON.parse(await ask(path, { ...admin, agents: ["*"], queues: ["*"] })).error.code).toBe("forbidden");
});

it("AP17 a revoked token's stream ends, and it stays out over a restart", async () => {
  const stolen = await bearer({ jti: "stolen" });
  const open = () => openRawSocket(edge.url, "/v1/sites/hq/events?queues=*", stolen);
  const socket = await open();
  const status = async () => (await sendRequest(edge.url, "/v1/sites/hq", { headers: stolen })).status;
  expect(await status()).toBe(200);
  expect(await send("POST", "/revocations", admin, { jti: "stolen" })).toBe(200);
  expect(await endOf(socket)).toEqual(closedWith("token_expired"));
  for (const restarts of [false, true]) {
    if (restarts) await restart();
    expect(await status()).toBe(401);
    expect(await endOf(await open())).toMatchObject({ code: 401 });
  }
  expect(await send("POST", "/tickets", { jti: "another" }, {})).toBe(200);
});

it("AP16 an erased caller stays erased over a restart, and a deleted site begins anew", async () => {
  const at = Date.now();
  const call = { type: "queueCallEnded", queue: "support", callId: "1.1", outcome: "abandoned", agent: null };
  const wait = { waitTime: 1, position: 1, originalPosition: 1, name: "Alice", since: at - 1, at };
  for (const uniqueId of ["1.1", "1.2"])
    connector.push([{ ...call, ...wait, uniqueId, number: uniqueId === "1.1" ? number : "+14155550199" }] as never);
  await until("the calls to be listed", async () => JSON.parse(await ask("/calls")).calls.length === 2);
  expect(await send("DELETE", `/callers/${encodeURIComponent(number)}`, admin)).toBe(200);
  for (const restarts of [false, true]) {
    if (restarts) await restart();
    const { calls } = JSON.parse(await ask("/calls"));
    expect(calls.map((one: { number: string | null }) => one.number).toSorted()).toEqual(["+14155550199", null]);
  }
  expect(await send("DELETE", "", admin, { confirm: "hq" })).toBe(200);
  await until("the connector to be back", async () => (await ask("")).includes('"link":"up"'));
  expect(JSON.parse(await ask("/calls"))).toEqual({ calls: [], next: null });
  expect(await ask("/state?queues=support")).toContain('"queueCount"');
});
