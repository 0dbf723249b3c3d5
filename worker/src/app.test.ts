import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { get, openSse, openWebSocket, pollOnce } from "./testing/client.ts";
import { count, failed, named } from "./testing/events.ts";
import { signToken, type TestClaims } from "./testing/token.ts";
import { TestUplink } from "./testing/uplink.ts";

const base = "/v1/sites/hq";
const upgrade = { upgrade: "websocket" };
const request = (path: string, init: RequestInit = {}) => exports.default.fetch(`https://edge.test${path}`, init);

async function head(path: string, claims: TestClaims | null = {}): Promise<Response> {
  const headers: Record<string, string> = claims ? { authorization: `Bearer ${await signToken(claims)}` } : {};
  return request(path, { method: "HEAD", headers });
}

async function refused(response: Response): Promise<unknown> {
  const { error } = await response.json<{ error: { code: string } }>();
  return [response.status, error.code];
}

describe("AP9 what needs no token", () => {
  it("/healthz, and a line of text at /", async () => {
    expect(await (await get("/healthz", { claims: null })).json()).toEqual({ status: "ok" });
    expect(await (await get("/", { claims: null })).text()).toContain("pbxis-edge");
  });

  it.each(["/v1", "/v1/sites", "/nothing", `${base}/queues/a/b/events`])("%s is 404", async (path) => {
    expect(await refused(await get(path))).toEqual([404, "not_found"]);
  });

  it.each([
    ["POST", `${base}/events`, "GET"],
    ["PUT", base, "GET, HEAD, DELETE"],
    ["PUT", "/healthz", "GET, HEAD"],
    ["GET", `${base}/commands`, "POST"],
    ["HEAD", `${base}/commands`, "POST"],
    ["HEAD", `${base}/tickets`, "POST"],
    ["HEAD", `${base}/audit`, "POST"],
    ["HEAD", `${base}/events`, "GET"],
    ["HEAD", `${base}/queues/a/events`, "GET"],
    ["HEAD", `${base}/agents/1/events`, "GET"],
    ["HEAD", `${base}/connector`, "GET"],
  ])("%s %s is 405 with Allow: %s", async (method, path, allow) => {
    const response = await request(path, { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
  });

  it("CORS: a page of any origin may send requests with its token", async () => {
    const headers = { origin: "https://board.example", "access-control-request-method": "GET" };
    const preflight = await request(`${base}/events`, { method: "OPTIONS", headers });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-headers")).toContain("authorization");
    expect(preflight.headers.get("access-control-allow-credentials")).toBeNull();
    const answer = await get(base, { headers });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, "*"]);
    const refusal = await get(base, { headers, claims: null });
    expect([refusal.status, refusal.headers.get("access-control-allow-origin")]).toEqual([401, "*"]);
    const openApi = await get("/openapi.json", { headers, claims: null });
    expect([openApi.status, openApi.headers.get("access-control-allow-origin")]).toEqual([200, "*"]);
  });

  it.each(["traceparent", "tracestate", "baggage", "sentry-trace", "cache-control", "x-requested-with"])(
    "CORS: a preflight allows %s",
    async (name) => {
      const headers = { origin: "https://board.example", "access-control-request-method": "POST" };
      const preflight = await request(`${base}/commands`, {
        method: "OPTIONS",
        headers: { ...headers, "access-control-request-headers": name },
      });
      expect(preflight.headers.get("access-control-allow-headers")?.split(",")).toContain(name);
    },
  );

  it.each([
    ["GET", `${base}/`, 200],
    ["GET", `${base}/state/`, 200],
    ["GET", `${base}/state/?agents=1001`, 200],
    ["PUT", `${base}/state/`, 405],
    ["GET", `${base}/state//`, 404],
  ])("a slash at the end makes no difference: %s %s is %i", async (method, path, status) => {
    const headers = { authorization: `Bearer ${await signToken({})}` };
    expect((await request(path, { method, headers })).status).toBe(status);
  });

  it("every 503 has Retry-After", async () => {
    const headers = {
      authorization: `Bearer ${await signToken({ commands: ["*"] })}`,
      "content-type": "application/json",
    };
    const body = JSON.stringify({ type: "queueReset" });
    const response = await request("/v1/sites/hq/commands", { method: "POST", headers, body });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    for (let greeting = 0; greeting < 8; greeting++) await TestUplink.open("greetings");
    const token = await signToken({ site: "greetings", role: "connector" });
    const refused = await request("/v1/sites/greetings/connector", {
      headers: { authorization: `Bearer ${token}`, upgrade: "websocket" },
    });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
  });
});

describe("HEAD", () => {
  it.each([
    ["/", 200],
    ["/healthz", 200],
    ["/openapi.json", 200],
    [base, 200],
    [`${base}/state`, 200],
    [`${base}/state?summary=yes`, 400],
    [`${base}/counters`, 403],
    [`${base}/commands/none`, 404],
    [`${base}/nothing`, 404],
    ["/nothing", 404],
  ])("%s answers HEAD like GET, without a body", async (path, status) => {
    const headAnswer = await head(path);
    const getAnswer = await get(path);
    expect([headAnswer.status, getAnswer.status, await headAnswer.text()]).toEqual([status, status, ""]);
    for (const name of ["content-type", "cache-control", "access-control-allow-origin"])
      expect(headAnswer.headers.get(name)).toBe(getAnswer.headers.get(name));
  });

  it("needs the same token as GET, and uses up no ticket", async () => {
    expect((await head(`${base}/state`, null)).status).toBe(401);
    const headers = { authorization: `Bearer ${await signToken()}`, "content-type": "application/json" };
    const minted = await request(`${base}/tickets`, { method: "POST", headers, body: "{}" });
    const { ticket } = await minted.json<{ ticket: string }>();
    const path = `${base}/events?ticket=${ticket}`;
    expect((await head(path, null)).status).toBe(405);
    expect((await get(path, { claims: null })).status).toBe(200);
  });
});

describe("section 7: tokens", () => {
  const paths = [base, `${base}/events`, `${base}/state`, `${base}/queues/a/events`, `${base}/agents/1/events`];

  it.each([...paths, `${base}/connector`])("%s without a token is 401", async (path) => {
    const response = await get(path, { claims: null });
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(await refused(response)).toEqual([401, "unauthorized"]);
  });

  it.each(paths)("%s refuses the tokens of another site, of an admin, and but for AP4 of a connector", async (path) => {
    expect(await refused(await get(path, { claims: { site: "branch" } }))).toEqual([403, "forbidden"]);
    expect(await refused(await get(path, { claims: { role: "admin" } }))).toEqual([403, "forbidden"]);
    if (path !== base)
      expect(await refused(await get(path, { claims: { role: "connector" } }))).toEqual([403, "forbidden"]);
  });

  it("a token of another site gets the same answer whether the requested site exists or not", async () => {
    await TestUplink.start("real", []);
    const answers = ["real", "unreal"].map((site) =>
      get(`/v1/sites/${site}/state`).then(async (response) => (await response.text()).replace(`"${site}"`, "its name")),
    );
    const [real, unreal] = await Promise.all(answers);
    expect(real).toContain("its name");
    expect(real).toBe(unreal);
  });

  it("AP7 the uplink is for connectors, and for WebSocket only", async () => {
    const path = `${base}/connector`;
    expect(await refused(await get(path, { headers: upgrade }))).toEqual([403, "forbidden"]);
    expect(await refused(await get(path, { claims: { role: "connector" } }))).toEqual([426, "upgrade_required"]);
  });

  it("a token in the URL is accepted on WebSocket and SSE only", async () => {
    const path = `${base}/events?access_token=${await signToken()}`;
    expect((await get(path, { claims: null, headers: upgrade })).status).toBe(101);
    const leaving = new AbortController();
    const { signal } = leaving;
    const sse = await get(path, { claims: null, headers: { accept: "text/event-stream" }, signal });
    expect(sse.status).toBe(200);
    leaving.abort();
    expect(await refused(await get(path, { claims: null }))).toEqual([401, "unauthorized"]);
  });
});

describe("SU2 names outside the grant", () => {
  const claims: TestClaims = { agents: ["1001"], queues: ["support"] };
  it.each([
    ["/events?agents=1001,1002&queues=sales,support", ["1002"], ["sales"]],
    ["/state?agents=1003", ["1003"], []],
    ["/queues/sales/events", [], ["sales"]],
    ["/agents/1002/events", ["1002"], []],
  ])("%s: 403 that lists the refused names", async (path, agents, queues) => {
    const response = await get(`${base}${path}`, { claims });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { code: "forbidden", agents, queues } });
  });

  it("`*` becomes the granted names", async () => {
    const uplink = await TestUplink.start("granted", [named("1001", "Ann"), named("1002", "Bob"), count("sales", 1)]);
    const response = await get("/v1/sites/granted/state?agents=*&queues=*", { claims: { ...claims, site: "granted" } });
    const { events, ...rest } = await response.json<{ events: { type: string; agent?: string }[] }>();
    expect(rest).toEqual({ cursor: expect.any(String), link: "up", asOf: expect.any(Number) });
    // EV12: the request names no pair, so there is no `loggedoff`.
    expect(events.map(({ type, agent }) => [type, agent])).toEqual([["agentName", "1001"]]);
    uplink.close();
  });

  it("EV12 more than 20,000 named pairs are too_large", async () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => index).join();
    const request = (agents: number) =>
      get(`${base}/state?agents=${names(agents)}&queues=${names(100)}`, { claims: { agents: ["*"], queues: ["*"] } });
    expect(await refused(await request(201))).toEqual([413, "too_large"]);
    expect((await request(200)).status).toBe(200);
  });

  it("a subscription of more than 12 KiB is too_large", async () => {
    const agents = Array.from({ length: 1000 }, (_, index) => `agent-number-${index}`);
    expect(await refused(await get(`${base}/events?agents=*`, { claims: { agents } }))).toEqual([413, "too_large"]);
    const most = Array.from({ length: 1700 }, (_, index) => String(1000 + index));
    expect(await pollOnce(`${base}/events?agents=*`, { agents: most })).toMatchObject({ type: "snapshot" });
  });
});

describe("AP1–AP4 answers", () => {
  it.each(["/events?since=41", "/events?agents=%zz", "/queues/%ff/events", "/queues/a,b/events"])(
    "%s is a bad request",
    async (path) => {
      expect(await refused(await get(`${base}${path}`))).toEqual([400, "bad_request"]);
    },
  );

  it("AP2 names are percent-decoded once", async () => {
    const site = "names";
    for (const queue of ["call center", "Želja", "a/b", "100%", "%41"]) {
      const claims = { site, queues: [queue] };
      const socket = await openWebSocket(`/v1/sites/${site}/queues/${encodeURIComponent(queue)}/events`, claims);
      expect(await socket.next()).toMatchObject({ type: "snapshot" });
    }
  });

  it("AP4 the site's status", async () => {
    await TestUplink.start("status", []);
    const response = await get("/v1/sites/status", { claims: { site: "status" } });
    expect(await response.json()).toMatchObject({ site: "status", link: "up", connector: { online: true } });
  });

  it("AP1 SSE: cursors as ids, `Last-Event-ID` before `since`, never cached", async () => {
    const site = "sse";
    const uplink = await TestUplink.start(site, []);
    const path = `/v1/sites/${site}/events?agents=*`;
    const first = await openSse(path, { site });
    expect(first.response.headers.get("content-type")).toContain("text/event-stream");
    expect(first.response.headers.get("cache-control")).toContain("no-store");
    const { id, frame } = await first.nextMessage();
    expect(frame.cursor).toBe(id);
    await uplink.events(failed("a"));
    const resumed = await openSse(`${path}&since=other-1`, { site }, { "last-event-id": id });
    expect(await resumed.next()).toMatchObject({ type: "events", events: [{ actionId: "a" }] });
    await first.close();
    await resumed.close();
  });

  it("AP1 SSE: characters that end a line for some readers are escaped", async () => {
    const site = "sse-lines";
    const name = "a\u2028b\u2029c\u0085d";
    await TestUplink.start(site, [{ type: "agentName", agent: "1001", name, at: 1 }]);
    const headers = { accept: "text/event-stream" };
    const { body } = await get(`/v1/sites/${site}/events?agents=*`, { claims: { site }, headers });
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (reader && !text.endsWith("\n\n")) text += (await reader.read()).value ?? "";
    await reader?.cancel();
    expect(text).toMatch(/^retry: [1-5]\d{3}\nid: \S+\ndata: .*\n\n$/);
    expect(text).not.toMatch(/[\u0085\u2028\u2029]/);
    const [, data = ""] = /^data: (.*)$/m.exec(text) ?? [];
    expect(JSON.parse(data)).toMatchObject({ events: [{ name }] });
  });

  it("AP1 long poll: at the end of the wait, an empty frame with the current cursor", async () => {
    const site = "poll";
    await TestUplink.start(site, []);
    const path = `/v1/sites/${site}/events?agents=*`;
    const { cursor } = await pollOnce(path, { site });
    expect(await pollOnce(`${path}&since=${cursor}&wait=0`, { site })).toEqual({ type: "events", cursor, events: [] });
    expect(await pollOnce(`${path}&since=${cursor}&wait=1`, { site })).toEqual({ type: "events", cursor, events: [] });
  });

  it("AP1 long poll: an event during the wait is answered at once", async () => {
    const site = "poll-wait";
    const uplink = await TestUplink.start(site, []);
    const path = `/v1/sites/${site}/events?agents=*`;
    const { cursor } = await pollOnce(path, { site });
    const waiting = pollOnce(`${path}&since=${cursor}`, { site });
    await uplink.events(failed("a"));
    expect(await waiting).toMatchObject({ type: "events", events: [{ actionId: "a" }] });
  });
});
