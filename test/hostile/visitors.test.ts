/**
 * pbxis-ws's paths without tokens (AP8): what pages of other origins can do through a visitor's browser. Each request
 * has the headers that Chromium sends.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { codeOf, openRawSocket, sendRequest } from "../harness/raw-client.ts";
import { startScriptedConnector } from "../harness/scripted-connector.ts";
import { type Edge, startEdge } from "../harness/worker.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let edge: Edge;
let undecided: Edge;
let connector: Awaited<ReturnType<typeof startScriptedConnector>>;

beforeAll(async () => {
  [edge, undecided] = await Promise.all([
    startEdge({
      vars: {
        PBXIS_COMPAT_SITE: "hq",
        PBXIS_COMPAT_TOKEN: "open",
        PBXIS_COMPAT_ORIGINS: "https://crm.example.com,http://pbx.lan:8787",
      },
    }),
    startEdge({ vars: { PBXIS_COMPAT_SITE: "hq" } }),
  ]);
  connector = await startScriptedConnector({ url: edge.url, site: "hq" });
});
afterAll(async () => {
  await connector.stop();
  await Promise.all([edge.stop(), undecided.stop()]);
});

const form = { "content-type": "application/x-www-form-urlencoded" };
const own = () => edge.url.origin;
const post = (path: string, headers: Record<string, string>) =>
  sendRequest(edge.url, path, { method: "POST", headers: { ...form, ...headers }, body: "callerId=1" });

const attacks: readonly [string, () => Record<string, string>][] = [
  ["a form of another site", () => ({ origin: "http://evil.example", "sec-fetch-site": "cross-site" })],
  // Chromium sends no Sec-Fetch-Site to a plain-http name.
  ["a form of another site, at a plain-http name", () => ({ host: "pbx.lan:8787", origin: "http://evil.example" })],
  ["a form of another port of this machine", () => ({ origin: "http://127.0.0.1:1" })],
  ["a sandboxed frame", () => ({ origin: "null" })],
  ["a page whose name was pointed at this worker", () => ({ host: "evil.example", origin: "http://evil.example" })],
  [
    "the same, with the worker's port",
    () => ({ host: `evil.example:${edge.url.port}`, origin: `http://evil.example:${edge.url.port}` }),
  ],
  ["a name that begins like the worker's", () => ({ origin: `${own()}.evil.example` })],
];

describe.each(attacks)("%s", (_title, headersOf) => {
  it.each(["/originate/1001/19005550123", "/ticket", "/queue/pause", "/redirect-to/100", "/park-and-announce"])(
    "POST %s is refused",
    async (path) => {
      expect(codeOf(await post(path, headersOf()))).toBe("forbidden");
    },
  );

  it("no ticket opens a stream", async () => {
    const made = await post("/ticket", {});
    const ticket: string = JSON.parse(made.text);
    const raw = await openRawSocket(edge.url, `/${ticket}/websocket`, headersOf());
    raw.close();
    expect((await raw.end).code).toBe(403);
    expect(codeOf(await sendRequest(edge.url, `/${ticket}/long-poll`, { headers: headersOf() }))).toBe("forbidden");
  });
});

it("the worker's own pages, programs and configured origins get tickets", async () => {
  for (const headers of [{}, { origin: own() }, { origin: "https://crm.example.com" }, { host: "pbx.lan:8787" }])
    expect((await post("/ticket", headers as Record<string, string>)).status).toBe(200);
});

it("nothing is open by silence: without PBXIS_COMPAT_TOKEN the paths are 503 and say so", async () => {
  for (const [method, path] of [
    ["POST", "/ticket"],
    ["POST", "/originate/1001/19005550123"],
    ["GET", "/queue/status"],
    ["GET", "/AAAA/long-poll"],
  ] as const) {
    const answer = await sendRequest(undecided.url, path, { method });
    expect(codeOf(answer)).toBe("unavailable");
    expect(answer.text).toMatch(/PBXIS_COMPAT_TOKEN.*required or open/);
  }
});
