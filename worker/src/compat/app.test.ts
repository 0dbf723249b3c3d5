/** Section 11 over the real worker and Site object; the test plays the connector. */
import { type Outcome, SiteFrame, type UplinkCommand } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { call, PbxisClient } from "../testing/compat.ts";
import { count, member, summary } from "../testing/events.ts";
import { signToken, type TestClaims } from "../testing/token.ts";
import { amiDown, TestUplink } from "../testing/uplink.ts";

const done = (result: Extract<Outcome, { status: "done" }>["result"]): Outcome => ({ status: "done", result });

async function answerNext(connector: TestUplink, outcome: Outcome): Promise<UplinkCommand["command"]> {
  const frame = SiteFrame.parse(await connector.next());
  if (frame.type !== "command") throw new Error(`expected a command, heard ${JSON.stringify(frame)}`);
  connector.send({ type: "outcome", id: frame.id, outcome });
  return frame.command;
}

async function withToken(site: string, claims: TestClaims): Promise<PbxisClient> {
  const headers = { authorization: `Bearer ${await signToken({ site, ...claims })}` };
  return new PbxisClient(site, { token: "required", headers });
}

describe("AP8 is off by default", () => {
  const paths: readonly [string, string][] = [
    ["POST", "/ticket"],
    ["GET", "/x/sse"],
    ["GET", "/x/websocket"],
    ["GET", "/x/long-poll"],
    ["POST", "/originate/1/2"],
    ["POST", "/queue/add"],
    ["GET", "/queue/status"],
    ["GET", "/bridged-channels"],
  ];

  it.each(paths)("%s %s is 404", async (method, path) => {
    const { status } = await call({}, path, { method });
    expect(status).toBe(404);
  });

  it.each([{ site: "no site" }, { site: "hq", token: "true" }, { site: "hq", origins: "*" }])(
    "%o is 500: a wrong setting must not open the site",
    async (settings) => {
      expect((await call(settings, "/ticket", { method: "POST" })).status).toBe(500);
    },
  );

  it("a page of another web site cannot send commands through a visitor's browser", async () => {
    const dial = async (settings: Parameters<typeof call>[0], headers: Record<string, string>) => {
      const response = await call({ site: "p-cross", ...settings }, "/originate/1001/200", { method: "POST", headers });
      return response.status;
    };
    // Browsers send no Sec-Fetch-Site to a plain-http name, and pages of files and sandboxes have the origin `null`.
    for (const origin of ["http://evil.example", "null", "http://pbxis.test"]) {
      expect(await dial({}, { origin })).toBe(403);
      expect(await dial({ token: "required" }, { origin })).toBe(403);
    }
    expect(await dial({}, { "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await dial({}, { host: "evil.example", origin: "https://evil.example" })).toBe(403);
    expect(await dial({ origins: "" }, { origin: "https://pbxis.test" })).toBe(403);
    expect(await dial({ token: "required" }, { origin: "https://pbxis.test" })).toBe(401);
    expect(await dial({}, { origin: "https://pbxis.test", "sec-fetch-site": "same-origin" })).toBe(503);
  });

  it("without a choice between required and open each path is 503 and says so, and other paths are 404", async () => {
    const undecided = { site: "p-undecided", token: "" };
    for (const [method, path] of paths) {
      const response = await call(undecided, path, { method });
      expect([response.status, await response.json()]).toMatchObject([
        503,
        { error: { code: "unavailable", message: expect.stringMatching(/PBXIS_COMPAT_TOKEN.*required or open/) } },
      ]);
    }
    expect((await call(undecided, "/favicon.ico")).status).toBe(404);
  });

  it("pages of configured origins may read the answers, others may not", async () => {
    const settings = { site: "p-cors", origins: "https://pbxis.test,https://crm.example" };
    const ask = async (origin: string, method: string) =>
      (await call(settings, "/ticket", { method, headers: { origin } })).headers.get("access-control-allow-origin");
    for (const method of ["OPTIONS", "POST"]) {
      expect(await ask("https://crm.example", method)).toBe("https://crm.example");
      expect(await ask("https://evil.example", method)).toBeNull();
    }
  });

  it("other paths and HEAD are 404", async () => {
    const client = new PbxisClient("p-paths");
    expect((await client.post("/stop")).status).toBe(404);
    expect((await client.post("/queue/destroy")).status).toBe(404);
    expect((await client.get("/ticket")).status).toBe(404);
    expect((await client.get(`/${"A".repeat(32)}/sse`, { method: "HEAD" })).status).toBe(404);
  });
});

describe("PX5 commands as pbxis-ws's page sends them", () => {
  it.each<[string, string, unknown, Outcome, unknown, unknown]>([
    ["originate", "/originate/148/1562830", undefined, done({ actionId: "a-7" }), { type: "originate" }, "a-7"],
    [
      "redirect",
      "/redirect-to/200?agent-or-channel=148",
      undefined,
      done({ channel: "SIP/t-1" }),
      { type: "redirect", agent: "148", to: "200" },
      { response: "Success", message: expect.any(String) },
    ],
    [
      "park",
      "/park-and-announce?agent-or-channel=SIP%2Ft-1",
      undefined,
      done({ parkingSpace: "701" }),
      { type: "park", channel: "SIP/t-1" },
      { response: "Success", message: expect.any(String) },
    ],
    [
      "pause",
      "/queue/pause",
      { agent: "148", queue: "q1", memberName: "", paused: true },
      done({ queues: ["q1"] }),
      { type: "queuePause", agent: "148", queue: "q1", paused: true },
      { response: "Success", message: expect.any(String) },
    ],
    [
      "penalty",
      "/queue/penalty?queue=q1&agent=148&penalty=2",
      undefined,
      done({ queues: ["q1"] }),
      { type: "queuePenalty", agent: "148", queue: "q1", penalty: 2 },
      { response: "Success", message: expect.any(String) },
    ],
  ])("%s", async (name, path, body, outcome, command, answer) => {
    const site = `p-do-${name}`;
    const connector = await TestUplink.start(site, []);
    const pending = new PbxisClient(site).post(path, body);
    expect(await answerNext(connector, outcome)).toMatchObject(command as object);
    const response = await pending;
    expect([response.status, await response.json()]).toEqual([200, answer]);
  });

  it("PX6 bridged channels", async () => {
    const connector = await TestUplink.start("p-bridged", []);
    const pending = new PbxisClient("p-bridged").get("/bridged-channels?extension=148");
    const calls = [{ agentChannel: "SIP/148-1", bridgedChannel: "SIP/t-2", callerId: "555" }];
    expect(await answerNext(connector, done({ calls }))).toMatchObject({ type: "findCalls", agent: "148" });
    expect(await (await pending).json()).toEqual([
      { agentChannel: "SIP/148-1", agent: "148", bridgedChannel: "SIP/t-2", callerIdNum: "555" },
    ]);
  });

  it("503 without a connector or AMI, 400 for bad values", async () => {
    const client = new PbxisClient("p-away");
    expect((await client.post("/originate/148/1")).status).toBe(503);
    const connector = await TestUplink.start("p-away", []);
    await connector.store({ type: "link", sequence: 2, ami: amiDown });
    const response = await client.post("/originate/148/1");
    expect([response.status, await response.json()]).toMatchObject([503, { error: { code: "unavailable" } }]);
    expect((await client.post("/originate/148/1@2")).status).toBe(400);
    expect((await client.post("/ticket", { agents: 5 })).status).toBe(400);
    expect((await client.post("/ticket", { agents: ["a,b"] })).status).toBe(400);
  });
});

describe("PX1 a bad value is 400", () => {
  it.each([
    ["GET", "/queue/status?queue=a%2Cb"],
    ["GET", "/queue/status?queue=a%00"],
    ["GET", `/queue/status?queue=${"q".repeat(129)}`],
    ["GET", "/bridged-channels?extension=a%2Cb"],
    ["GET", "/bridged-channels?extension=a%00"],
    ["POST", "/originate/a%2Cb/200"],
    ["POST", "/originate/148/2%2C0"],
    ["POST", "/redirect-to/2%2C0?agent-or-channel=148"],
    ["POST", "/redirect-to/200?agent-or-channel=a%2Cb"],
    ["POST", "/park-and-announce?agent-or-channel=a%00"],
    ["POST", "/queue/add?queue=a%2Cb&agent=148"],
    ["POST", "/queue/add?queue=q1&agent=a%2Cb"],
    ["POST", "/queue/add?queue=q1&agent=148&memberName=a%00"],
    ["POST", "/queue/remove?queue=a%2Cb&agent=148"],
    ["POST", "/queue/pause?queue=a%2Cb&agent=148&paused=true"],
    ["POST", "/queue/penalty?queue=q1&agent=148"],
    ["POST", "/queue/penalty?queue=q1&agent=148&penalty=high"],
    ["POST", "/queue/reset?queue=a%2Cb"],
    ["POST", "/ticket?agents=a%00"],
    ["POST", `/ticket?queues=${"q".repeat(129)}`],
  ])("%s %s", async (method, path) => {
    const response = await new PbxisClient("p-bad").get(path, { method });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: "bad_request" } }]);
  });
});

describe("AP8 with a token required", () => {
  it("401 without a token, 403 for another site or role", async () => {
    const bare = new PbxisClient("p-closed", { token: "required" });
    const stranger = await withToken("p-elsewhere", {});
    const wrong = new PbxisClient("p-closed", {
      token: "required",
      headers: { authorization: `Bearer ${await signToken({ site: "p-elsewhere" })}` },
    });
    expect(stranger).toBeInstanceOf(PbxisClient);
    for (const [client, status] of [
      [bare, 401],
      [wrong, 403],
      [await withToken("p-closed", { role: "connector" }), 403],
    ] as const) {
      expect((await client.post("/ticket", {})).status).toBe(status);
      expect((await client.post("/queue/reset")).status).toBe(status);
      expect((await client.get("/queue/status")).status).toBe(status);
      expect((await client.get("/bridged-channels?extension=1")).status).toBe(status);
    }
  });

  it("no ticket for an expired token, even within the clock tolerance", async () => {
    const ended = await withToken("p-ended", { exp: Math.floor(Date.now() / 1000) - 2 });
    const response = await ended.post("/ticket", { agents: "1001" });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      error: { code: "unauthorized", message: expect.stringMatching(/^the token has expired: it ended at /) },
    });
  });

  it("the grant narrows tickets, commands and queries", async () => {
    await TestUplink.start("p-narrow", [count("support", 1), count("sales", 2)]);
    const client = await withToken("p-narrow", { agents: ["1001"], queues: ["support"], commands: ["queueReset"] });
    expect((await client.post("/ticket", { agents: ["1002"], queues: [] })).status).toBe(403);
    expect((await client.post("/queue/reset?queue=sales")).status).toBe(403);
    expect((await client.post("/originate/1001/1")).status).toBe(403);
    expect((await client.get("/bridged-channels?extension=1002")).status).toBe(403);
    expect((await client.get("/queue/status?queue=sales")).status).toBe(403);
    expect(await (await client.get("/queue/status")).json()).toMatchObject([{ queue: "support", calls: 1 }]);
    const ticket = await client.ticket([], ["*"]);
    expect(await new PbxisClient("p-narrow", { token: "required" }).poll(ticket)).toEqual([
      { type: "queueCount", queue: "support", count: 1 },
    ]);
  });
});

it("PX6 queue status comes from the site's states", async () => {
  const listed = (agent: string, name: string) => ({
    type: "memberSummary",
    queue: "q1",
    agent,
    name,
    memberInterface: `SIP/${agent}`,
    callsTaken: 3,
    lastCall: 9,
    paused: true,
    inCall: false,
    at: 1,
  });
  await TestUplink.start("p-status", [
    count("q1", 2),
    count("q2", 0),
    summary("q1", 5),
    member("148", "q1", "paused"),
    listed("148", "Ada"),
    listed("149", "Gone"),
  ]);
  const client = new PbxisClient("p-status");
  const ada = { location: "SIP/148", memberName: "Ada", agent: "148", status: "paused", paused: true };
  const q1 = { queue: "q1", calls: 2, completed: 5, members: [{ ...ada, callsTaken: 3, lastCall: 9, incall: false }] };
  expect(await (await client.get("/queue/status")).json()).toMatchObject([q1, { queue: "q2", calls: 0, members: [] }]);
  expect(await (await client.get("/queue/status?queue=q1")).json()).toMatchObject([q1]);
  expect(await (await client.get("/queue/status?queue=none")).json()).toEqual([]);
});
