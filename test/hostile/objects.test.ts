/**
 * Who can make Durable Objects: a stranger none, a client few. The local runtime keeps one file for each object, so
 * files are counted.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openRawSocket, sendRequest } from "../harness/raw-client.ts";
import { startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken } from "../harness/token.ts";
import { type Edge, startEdge } from "../harness/worker.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
let edge: Edge;
let stop: () => Promise<void>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pbxis-objects-"));
  edge = await startEdge({ folder, vars: { PBXIS_COMPAT_SITE: "hq", PBXIS_COMPAT_TOKEN: "required" } });
  ({ stop } = await startScriptedConnector({ url: edge.url, site: "hq" }));
  // From now on the site's own object exists.
  const headers = { authorization: `Bearer ${await mintToken()}` };
  expect((await sendRequest(edge.url, "/v1/sites/hq", { headers })).status).toBe(200);
});
afterAll(async () => {
  await stop();
  await edge.stop();
  await rm(folder, { recursive: true, force: true });
});

/** How many objects of each class there have ever been. */
async function objects(): Promise<Record<string, number>> {
  const root = join(folder, "v3/do");
  const classes = await readdir(root);
  const counts = classes.map(async (name) => {
    const files = await readdir(join(root, name));
    return [name.replace(/^.*-/, ""), files.filter((file) => /^[0-9a-f]{64}\.sqlite$/.test(file)).length] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const guess = (length: number) =>
  Array.from({ length }, () => letters[Math.floor(Math.random() * letters.length)]).join("");
const sites = ["hq", "branch", "no%20site", "..%2f..", "x".repeat(200), "%F0%9F%92%A3"];

describe("a stranger makes no object", () => {
  it.each<[string, (site: string) => [path: string, method?: string, headers?: Record<string, string>]]>([
    ["by guessing tickets", (site) => [`/v1/sites/${site}/events?ticket=${guess(75)}`]],
    ["by guessing tickets of an older build", (site) => [`/v1/sites/${site}/events?ticket=${guess(32)}`]],
    ["by guessing tickets for an agent", (site) => [`/v1/sites/${site}/agents/${guess(4)}/events?ticket=${guess(75)}`]],
    ["by guessing tickets of pbxis-ws", () => [`/${guess(75)}/long-poll`]],
    ["by guessing tickets for pbxis-ws's events", () => [`/${guess(75)}/sse`, "GET", { accept: "text/event-stream" }]],
    ["without a token", (site) => [`/v1/sites/${site}/state?agents=*`]],
    ["with a command", (site) => [`/v1/sites/${site}/commands`, "POST", { "content-type": "application/json" }]],
    ["with a forged token", (site) => [`/v1/sites/${site}`, "GET", { authorization: `Bearer a.${guess(20)}.b` }]],
  ])("%s", async (_title, attack) => {
    const before = await objects();
    for (let round = 0; round < 10; round++)
      for (const site of sites) {
        const [path, method = "GET", headers = {}] = attack(site);
        const answer = await sendRequest(edge.url, path, { method, headers, ...(method === "POST" && { body: "{}" }) });
        if (!headers.accept) expect(answer.status).toBeGreaterThanOrEqual(400);
      }
    expect(await objects()).toEqual(before);
  });

  it.each(["connector", "events?agents=*", "agents/1/events"])("by a WebSocket to …/%s", async (path) => {
    const before = await objects();
    const ticket = path === "connector" ? "" : `${path.includes("?") ? "&" : "?"}ticket=`;
    for (const site of sites) {
      const headers = { "sec-websocket-protocol": `bearer, a.${guess(20)}.b` };
      const query = ticket && `${ticket}${guess(75)}`;
      (await openRawSocket(edge.url, `/v1/sites/${site}/${path}${query}`, query ? {} : headers)).close();
    }
    expect(await objects()).toEqual(before);
  });

  it("with a good token for another site", async () => {
    const before = await objects();
    const headers = { authorization: `Bearer ${await mintToken({ site: "elsewhere" })}` };
    for (const site of sites)
      for (const path of ["", "/state", "/events?agents=1", "/agents/1/events"])
        expect((await sendRequest(edge.url, `/v1/sites/${site}${path}`, { headers })).status).toBeGreaterThanOrEqual(
          400,
        );
    expect(await objects()).toEqual(before);
  });
});

describe("a client makes few objects", () => {
  const kinds: readonly [string, (name: string) => string][] = [
    ["AgentObject", (name) => `/agents/${name}/events?wait=0`],
    ["QueueObject", (name) => `/queues/${name}/events?wait=0`],
    ["ChannelObject", (name) => `/events?agents=${name}&wait=0`],
    ["ChannelObject", (name) => `/events?agents=1001,1002&queues=${name}&wait=0`],
  ];

  it.each(kinds)("%s, by %s", async (kind, pathOf) => {
    const before = await objects();
    const headers = { authorization: `Bearer ${await mintToken({ sub: `inventor ${pathOf("")}` })}` };
    for (let index = 0; index < 150; index++) {
      const answer = await sendRequest(edge.url, `/v1/sites/hq${pathOf(`x${index}`)}`, { headers });
      expect(answer.status, answer.text).toBe(200);
    }
    const after = await objects();
    expect((after[kind] ?? 0) - (before[kind] ?? 0)).toBeLessThanOrEqual(40);
  });

  it("tickets count for the one who made them", async () => {
    const before = await objects();
    const headers = {
      "content-type": "application/json",
      authorization: `Bearer ${await mintToken({ sub: "minter" })}`,
    };
    for (let index = 0; index < 60; index++) {
      const made = await sendRequest(edge.url, "/v1/sites/hq/tickets", { method: "POST", headers, body: "{}" });
      const { ticket }: { ticket: string } = JSON.parse(made.text);
      const answer = await sendRequest(edge.url, `/v1/sites/hq/agents/y${index}/events?wait=0&ticket=${ticket}`);
      expect(answer.status, answer.text).toBe(200);
    }
    const after = await objects();
    expect((after.AgentObject ?? 0) - (before.AgentObject ?? 0)).toBeLessThanOrEqual(40);
  });
});
