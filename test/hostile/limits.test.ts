/**
 * Clients that want too much of a real worker: floods of commands, keys of others, bodies without end, and events that
 * nobody fetches any more.
 */
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { codeOf, sendRequest } from "../harness/raw-client.ts";
import { complete, type ScriptedConnector, startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken, type TokenOptions } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const json = { "content-type": "application/json" };
const bearer = async (options: TokenOptions = {}) => ({ authorization: `Bearer ${await mintToken(options)}` });

describe("commands", () => {
  let edge: Edge;
  let connector: ScriptedConnector;
  beforeAll(async () => {
    edge = await startEdge({ vars: { PBXIS_COMPAT_SITE: "hq", PBXIS_COMPAT_TOKEN: "required" } });
    connector = await startScriptedConnector({
      url: edge.url,
      site: "hq",
      onCommand: ({ id }) => connector.reply(id, { status: "done", result: { queues: [] } }),
    });
    const headers = await bearer();
    await until("the connector to be connected", async () =>
      (await sendRequest(edge.url, "/v1/sites/hq", { headers })).text.includes('"link":"up"'),
    );
  });
  afterAll(async () => {
    await connector.stop();
    await edge.stop();
  });

  const send = (authorization: Record<string, string>, command: object, headers: Record<string, string> = {}) =>
    sendRequest(edge.url, "/v1/sites/hq/commands", {
      method: "POST",
      headers: { ...json, ...authorization, ...headers },
      body: JSON.stringify(command),
    });
  const pause = { type: "queuePause", agent: "1001" };

  it("CM16 of one agent who floods are refused, and a supervisor's are carried out", async () => {
    const agent = await bearer({ agents: ["1001"], queues: [], commands: ["queuePause"] });
    const supervisor = await bearer();
    const flood = Array.from({ length: 600 }, (_, index) =>
      send(agent, { ...pause, reason: `flood ${index}` }, index % 2 ? { "idempotency-key": `k${index}` } : {}),
    );
    for (let asked = 0; asked < 5; asked++) expect((await send(supervisor, pause)).status).toBe(200);
    const answers = await Promise.all(flood);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expect(codeOf(answer)).toBe("too_fast");
      expect(answer.headers.toLowerCase()).toContain('"retry-after","1"');
    }
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
    // With the same token, pbxis-ws's paths are no way around it.
    const way = Array.from({ length: 200 }, () =>
      sendRequest(edge.url, "/queue/pause", {
        method: "POST",
        headers: { ...json, ...agent },
        body: JSON.stringify({ agent: "1001", paused: true }),
      }),
    );
    expect((await Promise.all(way)).map(({ status }) => status)).toContain(429);
  });

  it("CM12 of two programs that count 1, 2, 3 do not meet", async () => {
    const [crm, dialer] = [await bearer({ sub: "crm" }), await bearer({ sub: "dialer" })];
    const idOf = ({ text }: { text: string }): string => JSON.parse(text).commandId;
    for (const key of ["1", "2", "3"]) {
      const headers = { "idempotency-key": key };
      const first = await send(crm, { ...pause, reason: "crm" }, headers);
      const other = await send(dialer, { type: "queueReset" }, headers);
      expect([first.status, other.status]).toEqual([200, 200]);
      expect(idOf(other)).not.toBe(idOf(first));
      // A renewed token of the same program.
      const renewed = await bearer({ sub: "crm", jti: key });
      expect(idOf(await send(renewed, { ...pause, paused: true, reason: "crm" }, headers))).toBe(idOf(first));
      expect(codeOf(await send(dialer, pause, headers))).toBe("key_reused");
    }
  });

  it("CM12 with defaults that are spelt out are the same", async () => {
    const headers = { "idempotency-key": "default" };
    const token = await bearer({ sub: "defaults" });
    const dial = { type: "originate", agent: "1001", to: "5551234" };
    const first = await send(token, dial, headers);
    const again = await send(token, { ...dial, timeoutSeconds: 30, deadlineSeconds: 10, variables: {} }, headers);
    expect([first.status, again.text]).toEqual([200, first.text]);
    expect(codeOf(await send(token, { ...dial, timeoutSeconds: 31 }, headers))).toBe("key_reused");
  });

  it.each([
    ["without a token, with its length", {}, false],
    ["without a token, in chunks", {}, true],
    ["with a token, with its length", { token: true }, false],
    ["with a token, in chunks", { token: true }, true],
  ])("a body of 90 MB %s is not read to its end", async (_name, { token = false }: { token?: boolean }, isChunked) => {
    const size = 90 * 1024 * 1024;
    const { authorization = "" } = token ? await bearer() : {};
    const socket = connect({ host: edge.url.hostname, port: Number(edge.url.port) });
    let answer = "";
    socket
      .on("error", () => {})
      .on("data", (part) => {
        answer += part;
      });
    const closed = new Promise((resolve) => socket.on("close", resolve));
    const head = ["POST /v1/sites/hq/commands HTTP/1.1", "Host: edge", "Content-Type: application/json"];
    if (authorization) head.push(`Authorization: ${authorization}`);
    head.push(isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${size}`, "", "");
    socket.write(head.join("\r\n"));
    const part = Buffer.alloc(64 * 1024, " ");
    let sent = 0;
    while (sent < size && !socket.destroyed) {
      sent += part.length;
      const isTaken = socket.write(
        isChunked ? Buffer.concat([Buffer.from("10000\r\n"), part, Buffer.from("\r\n")]) : part,
      );
      if (!isTaken) await Promise.race([once(socket, "drain").catch(() => {}), closed]);
    }
    await closed;
    // What has left is in the buffers of sockets and of the development server.
    expect(sent).toBeLessThan(size / 2);
    // The connection may end before the answer could be read, also that between the development server and the worker,
    // of which it makes a 500.
    if (answer) expect(answer.split("\r\n")[0]).toMatch(token ? /^HTTP\/1\.1 (?:413|500)/ : /^HTTP\/1\.1 (?:401|500)/);
    expect((await sendRequest(edge.url, "/healthz")).status).toBe(200);
  });
});

describe("PBXIS_LOG_HOURS", () => {
  it("events are gone from a site at which nothing happens any more", async () => {
    const edge = await startEdge({ vars: { PBXIS_LOG_HOURS: "0.001" } });
    try {
      const [client, operator] = [await bearer(), await bearer({ role: "operator" })];
      const get = async (path: string, headers: Record<string, string>) =>
        JSON.parse((await sendRequest(edge.url, `/v1/sites/hq${path}`, { headers })).text);
      const connector = await startScriptedConnector({ url: edge.url, site: "hq" });
      await until("the connector to be connected", async () => (await get("", client)).link === "up");
      const { cursor } = await get("", client);
      connector.push([complete("1763889990.42")]);
      const poll = () => get(`/events?agents=*&queues=*&wait=0&since=${cursor}`, client);
      await until("the event to be logged", async () => (await poll()).events.length === 1);
      await connector.stop();
      await until("the site to delete its log", async () => (await get("/counters", operator)).now.logUnits === 0);
      expect(await poll()).toMatchObject({ type: "snapshot", link: "offline" });
    } finally {
      await edge.stop();
    }
  });

  it("with a value that cannot be meant every request of a site is refused, and the answer names it", async () => {
    const edge = await startEdge({ vars: { PBXIS_LOG_HOURS: "2 days" } });
    try {
      const answer = await sendRequest(edge.url, "/v1/sites/hq/state", { headers: await bearer() });
      expect(codeOf(answer)).toBe("internal");
      expect(answer.text).toContain("PBXIS_LOG_HOURS must be a number of hours");
    } finally {
      await edge.stop();
    }
  });
});
