/** AP10 and AP11 over the real worker and Site object, and the paths that an operator's token does not open. */

import { env, exports } from "cloudflare:workers";
import { SiteCounters, SiteFrame } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { count } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { signToken, type TestClaims } from "../testing/token.ts";
import { TestUplink } from "../testing/uplink.ts";

const operator: TestClaims = { role: "operator" };

async function ask(
  site: string,
  path: string,
  claims: TestClaims = operator,
  init: RequestInit = {},
): Promise<Response> {
  const token = await signToken({ site, ...claims });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return exports.default.fetch(`https://edge.test/v1/sites/${site}${path}`, { headers, ...init });
}

const countersOf = async (site: string) => SiteCounters.parse(await (await ask(site, "/counters")).json());

async function refused(response: Response): Promise<unknown> {
  const { error } = await response.json<{ error: { code: string } }>();
  return [response.status, error.code];
}

describe("AP10 a site's counters", () => {
  it("have totals and current values, and survive an eviction", async () => {
    const connector = await TestUplink.start("counted", [count("support", 1), count("sales", 0)]);
    await connector.store({ type: "events", sequence: 2, events: [count("support", 2)] });
    const before = await countersOf("counted");
    expect(before.status).toMatchObject({ site: "counted", link: "up" });
    expect(before.totals).toMatchObject({ frames: 3, snapshots: 1, uplinksOpened: 1 });
    expect(before.now).toMatchObject({ states: 2, routes: 0, openCommands: 0, greetings: 0 });
    await evictObject(env.SITE.getByName("counted"));
    const after = await countersOf("counted");
    // What the last commit itself has written is counted after it.
    const totals = { ...before.totals, rowsWritten: expect.any(Number) };
    expect([after.since, after.totals, after.now]).toEqual([before.since, totals, before.now]);
  });

  it("count closed uplinks by reason", async () => {
    const connector = await TestUplink.open("closed");
    connector.send("no JSON");
    await connector.closed;
    const second = await TestUplink.start("closed", []);
    expect((await countersOf("closed")).totals).toMatchObject({ "uplinksClosed.bad_frame": 1 });
    second.close();
  });

  it("AP4 what the agent pattern leaves out is for operators, and for clients that may see everything", async () => {
    const connector = await TestUplink.start("leaving-out", []);
    const leftOut = {
      setting: "PBXIS_AGENT_PATTERN",
      members: [{ queue: "styles", memberInterface: "DAHDI/1" }],
      phones: [{ device: "DAHDI/2", extension: "1002@ext-local" }],
      more: 3,
    };
    const statusFor = async (claims: TestClaims) => {
      const { leftOut: found } = await (await ask("leaving-out", "", claims)).json<{ leftOut: unknown }>();
      return found;
    };
    const all = { agents: ["*"], queues: ["*"] };
    expect([await statusFor(operator), await statusFor(all)]).toEqual([null, null]);
    connector.send({ type: "report", at: 9, audit: null, leftOut, counters: {} });
    await connector.store({ type: "events", sequence: 2, events: [] });
    expect([await statusFor(operator), await statusFor(all)]).toEqual([leftOut, leftOut]);
    expect(await statusFor({ agents: ["*"], queues: ["styles"] })).toBeNull();
  });

  it("UP10 include those of the connector's last report", async () => {
    const connector = await TestUplink.start("reporting", []);
    expect((await countersOf("reporting")).connector).toBeNull();
    const counters = { pbxis_ami_up: 1, 'pbxis_ami_events_total{type="Hangup"}': 7 };
    connector.send({ type: "report", at: 9, audit: { at: 8, differences: 0, total: 0, audits: 1 }, counters });
    await connector.store({ type: "events", sequence: 2, events: [] });
    const answer = await countersOf("reporting");
    expect(answer.connector).toEqual({ at: 9, counters });
    expect(answer.status.audit).toMatchObject({ at: 8, differences: 0 });
  });
});

describe("AP11 an audit on demand", () => {
  it("is sent to the connector, and answered with its result", async () => {
    const connector = await TestUplink.start("audited", []);
    const pending = ask("audited", "/audit", operator, { method: "POST" });
    const frame = SiteFrame.parse(await connector.next());
    if (frame.type !== "command") throw new Error("expected a command");
    expect(frame.command).toMatchObject({ type: "audit" });
    const audit = { at: 5, differences: 2, total: 3, audits: 4 };
    connector.send({ type: "outcome", id: frame.id, outcome: { status: "done", result: { audit } } });
    const answer = await pending;
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { commandId: frame.id, status: "done", result: { audit } },
    ]);
  });

  it("without a connector is 503 at once", async () => {
    expect(await refused(await ask("empty", "/audit", operator, { method: "POST" }))).toEqual([503, "unavailable"]);
  });
});

describe("roles", () => {
  const client: TestClaims = { role: "client", agents: ["*"], queues: ["*"], commands: ["*"] };

  it("an operator may read the site's status, and no states, streams or commands", async () => {
    expect((await ask("hq", "")).status).toBe(200);
    for (const path of ["/events", "/state", "/queues/a/events", "/agents/1/events", "/commands/x", "/connector"])
      expect(await refused(await ask("hq", path))).toEqual([403, "forbidden"]);
    const post = { method: "POST", body: JSON.stringify({ type: "queueReset" }) };
    expect(await refused(await ask("hq", "/commands", { ...operator, commands: ["*"] }, post))).toEqual([
      403,
      "forbidden",
    ]);
    expect(await refused(await ask("hq", "/tickets", operator, { method: "POST", body: "{}" }))).toEqual([
      403,
      "forbidden",
    ]);
  });

  it("AP4 a connector may read the site's status, and still no states", async () => {
    const connector: TestClaims = { role: "connector" };
    expect((await ask("hq", "", connector)).status).toBe(200);
    expect(await refused(await ask("hq", "/state", connector))).toEqual([403, "forbidden"]);
  });

  it.each([
    ["a client", client],
    ["a connector", { role: "connector" } as const],
    ["another site's operator", { role: "operator", site: "branch" } as const],
  ])("%s may read no counters and start no audit", async (_who, claims) => {
    expect(await refused(await ask("hq", "/counters", claims))).toEqual([403, "forbidden"]);
    expect(await refused(await ask("hq", "/audit", claims, { method: "POST" }))).toEqual([403, "forbidden"]);
  });

  it("no client may send an audit as a command", async () => {
    const post = { method: "POST", body: JSON.stringify({ type: "audit" }) };
    expect(await refused(await ask("hq", "/commands", client, post))).toEqual([400, "bad_request"]);
  });
});
