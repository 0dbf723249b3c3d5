/** AP5 over the real worker and Site object; the connector is hand-driven. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { type Outcome, SiteFrame, type UplinkCommand } from "@pbxis/shared";
import { describe, expect, it, vi } from "vitest";
import { maxBodyBytes } from "../http/body.ts";
import { graceMs } from "../site/command/commands.ts";
import { evictObject } from "../testing/evict.ts";
import { signToken, type TestClaims } from "../testing/token.ts";
import { amiDown, hello, TestUplink } from "../testing/uplink.ts";

const full: TestClaims = { commands: ["*"] };
const dial = { type: "originate", agent: "1001", to: "5551234" };
const done: Outcome = { status: "done", result: { actionId: "a-1" } };

type Sent = Readonly<{ claims?: TestClaims; headers?: Record<string, string>; text?: string }>;

async function send(site: string, body: unknown, { claims = full, headers = {}, text }: Sent = {}): Promise<Response> {
  const token = await signToken({ site, ...claims });
  return exports.default.fetch(`https://edge.test/v1/sites/${site}/commands`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body: text ?? JSON.stringify(body),
  });
}

async function look(site: string, path: string, claims: TestClaims = full): Promise<Response> {
  const token = await signToken({ site, ...claims });
  return exports.default.fetch(`https://edge.test${path}`, { headers: { authorization: `Bearer ${token}` } });
}

async function refused(response: Response): Promise<unknown> {
  const { error } = await response.json<{ error: { code: string } }>();
  return [response.status, error.code];
}

async function nextCommand(connector: TestUplink): Promise<UplinkCommand> {
  const frame = SiteFrame.parse(await connector.next());
  if (frame.type !== "command") throw new Error(`expected a command, heard ${JSON.stringify(frame)}`);
  return frame;
}

async function answer(connector: TestUplink, outcome: Outcome): Promise<UplinkCommand> {
  const command = await nextCommand(connector);
  connector.send({ type: "outcome", id: command.id, outcome });
  return command;
}

/** Its outcome is unknown before the silence of its connector ends the uplink. */
const brief = { ...dial, deadlineSeconds: 3 };

/** Runs the alarm at a time when a brief command is given up, but not yet its connector. */
async function giveUp(site: string): Promise<void> {
  const later = Date.now() + (brief.deadlineSeconds + 1) * 1000 + graceMs;
  const clock = vi.spyOn(Date, "now").mockReturnValue(later);
  await runDurableObjectAlarm(env.SITE.getByName(site));
  clock.mockRestore();
}

const evict = (site: string) => evictObject(env.SITE.getByName(site));

describe("AP5 the outcome of a command", () => {
  it.each<[string, Outcome, number]>([
    ["done", done, 200],
    ["bad", { status: "failed", error: { code: "bad_request", message: "no" } }, 400],
    ["no-call", { status: "failed", error: { code: "not_found", message: "no call" } }, 404],
    [
      "several",
      {
        status: "failed",
        error: {
          code: "several_calls",
          message: "choose",
          candidates: [{ agentChannel: "PJSIP/1001-1", bridgedChannel: "PJSIP/trunk-2", callerId: "5551" }],
        },
      },
      409,
    ],
    ["refused", { status: "failed", error: { code: "asterisk_refused", message: "Extension does not exist." } }, 502],
    ["rights", { status: "failed", error: { code: "not_permitted", message: "needs originate" } }, 502],
    ["ami-away", { status: "failed", error: { code: "unavailable", message: "AMI" } }, 503],
    ["late", { status: "failed", error: { code: "deadline_passed", message: "late" } }, 503],
    ["unknown", { status: "unknown", error: { code: "outcome_unknown", message: "lost" } }, 504],
  ])("%s", async (site, outcome, status) => {
    const connector = await TestUplink.start(site, []);
    const pending = send(site, dial);
    const { id, command, reach } = await answer(connector, outcome);
    expect({ command, reach }).toEqual({ command: dial, reach: { agents: "*", queues: "*" } });
    const response = await pending;
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ commandId: id, ...outcome });
    const again = await look(site, `/v1/sites/${site}/commands/${id}`);
    expect([again.status, await again.json()]).toEqual([200, { commandId: id, ...outcome }]);
  });

  it("respond-async: 202 and a Location with the outcome", async () => {
    const connector = await TestUplink.start("async", []);
    const response = await send("async", dial, { headers: { prefer: "respond-async" } });
    expect(response.status).toBe(202);
    const { commandId, status } = await response.json<{ commandId: string; status: string }>();
    expect(status).toBe("pending");
    expect(response.headers.get("retry-after")).toBe("1");
    const location = response.headers.get("location") ?? "";
    expect(location).toBe(`/v1/sites/async/commands/${commandId}`);
    expect(await (await look("async", location)).json()).toEqual({ commandId, status: "pending" });
    await answer(connector, done);
    await expect.poll(async () => (await look("async", location)).json()).toEqual({ commandId, ...done });
  });

  it("respond-async with wait: 200 if the command ends in time, 202 otherwise", async () => {
    const connector = await TestUplink.start("wait", []);
    const ended = send("wait", dial, { headers: { prefer: "respond-async, wait=60" } });
    const { id } = await answer(connector, done);
    const response = await ended;
    expect([response.status, await response.json()]).toEqual([200, { commandId: id, ...done }]);
    const late = send("wait", dial, { headers: { prefer: "respond-async, wait=1" } });
    const { id: pendingId } = await nextCommand(connector);
    const pending = await late;
    expect([pending.status, await pending.json()]).toEqual([202, { commandId: pendingId, status: "pending" }]);
    // The next frame is another command, so the late one was sent once.
    const next = send("wait", { ...dial, to: "999" });
    expect((await answer(connector, done)).command).toMatchObject({ to: "999" });
    await next;
  });

  it("a command can be read by every token that could have sent it", async () => {
    const connector = await TestUplink.start("seen", []);
    const pending = send("seen", dial);
    const { id } = await answer(connector, done);
    await pending;
    const path = `/v1/sites/seen/commands/${id}`;
    expect((await look("seen", path, { commands: ["originate"], agents: ["1001"], queues: [] })).status).toBe(200);
    for (const claims of [{ commands: [] }, { commands: ["*"], agents: ["1002"] }])
      expect(await refused(await look("seen", path, claims))).toEqual([404, "not_found"]);
    expect(await refused(await look("seen", "/v1/sites/seen/commands/none", full))).toEqual([404, "not_found"]);
  });
});

describe("AP5 notations of webhook callers", () => {
  const form = { "content-type": "application/x-www-form-urlencoded" };

  it.each<[string, unknown, Sent, unknown]>([
    ["numbers", { ...dial, agent: 1001, to: 14155550100 }, {}, { ...dial, to: "14155550100" }],
    ["a number as people write it", { ...dial, to: "+1 (415) 555-01.00" }, {}, { ...dial, to: "+14155550100" }],
    ["a tel: URI", { ...dial, to: "tel:+1-415-555-0100" }, {}, { ...dial, to: "+14155550100" }],
    ["null", { type: "queueReset", queue: null }, {}, { type: "queueReset" }],
    [
      "a form",
      null,
      { headers: form, text: "type=queuePause&agent=1001&queue=call+center&paused=false&deadlineSeconds=5" },
      { type: "queuePause", agent: "1001", queue: "call center", paused: false, deadlineSeconds: 5 },
    ],
  ])("%s", async (what, body, sent, command) => {
    const site = `notation-${what.replace(/\W/g, "-")}`;
    const connector = await TestUplink.start(site, []);
    const pending = send(site, body, sent);
    expect((await answer(connector, done)).command).toEqual(command);
    expect((await pending).status).toBe(200);
  });

  it("CM12 another notation of a command is the same command", async () => {
    const headers = { "idempotency-key": "k-1" };
    const connector = await TestUplink.start("notation", []);
    const first = send("notation", { ...dial, to: "+1 (415) 555-0100", callerId: null }, { headers });
    const { id } = await answer(connector, done);
    await first;
    const again = await send("notation", { ...dial, agent: 1001, to: "+14155550100" }, { headers });
    expect(await again.json()).toMatchObject({ commandId: id });
  });

  it.each<[unknown, string]>([
    [{ ...dial, agent: true }, "agent must be text"],
    [{ ...dial, agent: 1001.5 }, "agent must be text"],
    [{ ...dial, agent: undefined }, "agent is required"],
    [{ ...dial, to: 1e300 }, "to must be text"],
    [{ ...dial, timeoutSeconds: "20" }, "timeoutSeconds must be a number"],
    [{ ...dial, timeoutSeconds: 2.5 }, "timeoutSeconds must be a whole number"],
    [{ ...dial, timeoutSeconds: 301 }, "timeoutSeconds must be at most 300"],
    [{ ...dial, variables: [] }, "variables must be an object"],
    [{ ...dial, variables: { CRM: {} } }, "variables.CRM must be text"],
    [{ ...dial, variables: { "A(b)": "1" } }, "variables must be the name of a variable"],
    [{ ...dial, context: "x" }, "the command has an unknown field: context"],
    [{ type: "queuePause", agent: "1001", paused: "no" }, "paused must be true or false"],
    [{ type: "dial" }, "type must be one of originate, redirect, park, queueAdd,"],
    [{ type: "hangup", channel: "x".repeat(201) }, "channel must have at most 200 characters"],
    ["originate", "the command must be an object"],
  ])("%.60j is refused with: %s", async (body, message) => {
    const response = await send("notation-refused", body);
    const { error } = await response.json<{ error: { message: string } }>();
    expect(error.message.slice(0, message.length)).toBe(message);
    expect(response.status).toBe(400);
  });
});

describe("what never reaches a connector", () => {
  it.each<[unknown, string]>([
    [{ type: "application", agent: "1001" }, "type"],
    [{ ...dial, to: "1&2" }, "to"],
    [{ ...dial, to: "5551234\r\nAction: Command" }, "to"],
    [{ ...dial, to: "123@other" }, "to"],
    [{ ...dial, agent: "1001&1002" }, "agent"],
    [{ ...dial, context: "admin" }, "context"],
    [{ ...dial, callerId: "x\r\n<1>" }, "callerId"],
    [{ ...dial, variables: { "A(b)": "1" } }, "variables"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what an attacker would send.
    [{ ...dial, variables: { CRM: "${SHELL(id)}" } }, "variables"],
    [{ type: "hangup" }, "agent"],
    [{ type: "hangup", channel: "/^PJSIP/" }, "channel"],
    [{ type: "queuePause", queue: "a,b", agent: "1001", paused: true }, "queue"],
    [{ type: "queuePause", queue: "support", agent: "1001", reason: "a\u0085b" }, "reason"],
    [{ type: "queuePause", queue: "support", agent: "1001", reason: "a\u2028b" }, "reason"],
    [{ type: "queueReset", queue: "a\u2029b" }, "queue"],
    [{ ...dial, variables: { CRM: "a\u2028b" } }, "variables"],
    [{ type: "findCalls", agent: "1001" }, "type"],
    [{ type: "sendDigits", agent: "1001", digits: "5w" }, "digits"],
    [{ type: "sendDigits", agent: "1001", digits: "5".repeat(33) }, "digits"],
    [{ type: "recording", agent: "1001", state: "off" }, "state"],
    [{ type: "spy", agent: "1001", supervisor: "1002", mode: "d" }, "mode"],
    [{ type: "spy", agent: "1001", supervisor: "1002&1003", mode: "listen" }, "supervisor"],
    [{ type: "mute", channel: "PJSIP/1001-0000002a" }, "agent"],
    [[], "the command"],
    [null, "the command"],
  ])("%j: 400 whose message names %s", async (body, name) => {
    const response = await send("bad-values", body);
    expect(response.status).toBe(400);
    const { error } = await response.json<{ error: { code: string; message: string } }>();
    expect(error).toEqual({ code: "bad_request", message: expect.stringContaining(name) });
  });

  it("invalid bodies and keys", async () => {
    expect(await refused(await send("body", null, { text: "{" }))).toEqual([400, "bad_request"]);
    expect(await refused(await send("body", null, { text: " ".repeat(maxBodyBytes + 1) }))).toEqual([413, "too_large"]);
    const headers = { "content-type": "text/plain" };
    expect(await refused(await send("body", dial, { headers }))).toEqual([415, "unsupported_media_type"]);
    const key = { "idempotency-key": "k".repeat(300) };
    expect(await refused(await send("body", dial, { headers: key }))).toEqual([400, "bad_request"]);
  });

  it.each<[TestClaims, unknown]>([
    [{ commands: [] }, dial],
    [{ commands: ["hangup"] }, dial],
    [{ commands: ["*"], agents: ["1002"] }, dial],
    [
      { commands: ["*"], queues: ["sales"] },
      { type: "queueAdd", queue: "support", agent: "1001" },
    ],
    // CM14: the supervisor listens, and the call of the other agent is taken away.
    [
      { commands: ["*"], agents: ["1001"] },
      { type: "spy", agent: "1001", supervisor: "1002", mode: "listen" },
    ],
    [
      { commands: ["*"], agents: ["1002"] },
      { type: "spy", agent: "1001", supervisor: "1002", mode: "listen" },
    ],
    [
      { commands: ["*"], agents: ["1001"] },
      { type: "pickup", agent: "1001", of: "1002" },
    ],
  ])("a grant of %j: 403", async (claims, body) => {
    expect(await refused(await send("grant", body, { claims }))).toEqual([403, "forbidden"]);
  });

  it("CM14 where a command names no agent or queue, its reach has the granted ones", async () => {
    const connector = await TestUplink.start("reach", []);
    const claims = { commands: ["*"], agents: ["1001"], queues: ["support"] };
    const reaches = [];
    for (const body of [
      { type: "hangup", channel: "PJSIP/trunk-1" },
      { type: "hangup", agent: "1001" },
      { type: "queuePause", agent: "1001", paused: true },
      { type: "queueReset" },
    ]) {
      const pending = send("reach", body, { claims });
      reaches.push((await answer(connector, done)).reach);
      await pending;
    }
    expect(reaches).toEqual([
      { agents: ["1001"], queues: "*" },
      { agents: "*", queues: "*" },
      { agents: "*", queues: ["support"] },
      { agents: "*", queues: ["support"] },
    ]);
  });

  it("CM12 503 without a connector or AMI, and the key may be used again", async () => {
    const headers = { "idempotency-key": "first" };
    expect(await refused(await send("away", dial, { headers }))).toEqual([503, "unavailable"]);
    const connector = await TestUplink.start("away", []);
    await connector.store({ type: "link", sequence: 2, ami: amiDown });
    expect(await refused(await send("away", dial, { headers }))).toEqual([503, "unavailable"]);
    await connector.store({ type: "link", sequence: 3, ami: { ...amiDown, up: true } });
    const pending = send("away", dial, { headers });
    await answer(connector, done);
    expect((await pending).status).toBe(200);
  });
});

describe("CM12 keys", () => {
  const headers = { "idempotency-key": "k-1" };

  it("the same key gives the first outcome, also while the command runs and after an eviction", async () => {
    const connector = await TestUplink.start("key", []);
    // `deadlineSeconds` does not count in the comparison of commands.
    const twice = [send("key", dial, { headers }), send("key", { ...dial, deadlineSeconds: 7 }, { headers })];
    const { id } = await answer(connector, done);
    for (const response of await Promise.all(twice)) expect(await response.json()).toEqual({ commandId: id, ...done });
    await evict("key");
    expect(await (await send("key", dial, { headers })).json()).toEqual({ commandId: id, ...done });
    // The next frame is another command, so the connector received the first one once.
    const other = send("key", { ...dial, to: "999" }, { headers: { "idempotency-key": "k-2" } });
    expect((await answer(connector, done)).command).toMatchObject({ to: "999" });
    await other;
  });

  it("a quoted key is the key without its quotes", async () => {
    const connector = await TestUplink.start("quoted", []);
    const pending = send("quoted", dial, { headers: { "idempotency-key": '"k-1"' } });
    const { id } = await answer(connector, done);
    await pending;
    expect(await (await send("quoted", dial, { headers })).json()).toMatchObject({ commandId: id });
  });

  it.each([
    { ...dial, to: "1" },
    { ...dial, agent: "1002" },
    { type: "hangup", agent: "1001" },
  ])("the key with %j is 422", async (body) => {
    const site = `reuse-${JSON.stringify(body).length}-${body.type}`;
    const connector = await TestUplink.start(site, []);
    const first = send(site, dial, { headers });
    await answer(connector, done);
    await first;
    expect(await refused(await send(site, body, { headers }))).toEqual([422, "key_reused"]);
  });

  it("a key is forgotten after 24 h", async () => {
    const connector = await TestUplink.start("forget", []);
    const first = send("forget", dial, { headers });
    const { id } = await answer(connector, done);
    await first;
    await runInDurableObject(env.SITE.getByName("forget"), (_site, state) => {
      state.storage.sql.exec("UPDATE command SET created = created - 86400001");
    });
    await evict("forget");
    const second = send("forget", dial, { headers });
    const repeated = await answer(connector, done);
    await second;
    expect(repeated.id).not.toBe(id);
    expect(await refused(await look("forget", `/v1/sites/forget/commands/${id}`))).toEqual([404, "not_found"]);
  });
});

describe("CM11 exactly one outcome", () => {
  async function reconnect(site: string, epoch: string, startedAt = 1_000): Promise<TestUplink> {
    const connector = await TestUplink.open(site);
    connector.send(hello(epoch, startedAt));
    expect(await connector.next()).toMatchObject({ type: "welcome" });
    return connector;
  }

  it("the uplink breaks after sending and the connector comes back: it gets the command again", async () => {
    const first = await TestUplink.start("cut", []);
    const pending = send("cut", dial);
    const sent = await nextCommand(first);
    first.close();
    const second = await reconnect("cut", "c1");
    const repeated = await answer(second, done);
    expect(repeated).toEqual(sent);
    expect(await (await pending).json()).toEqual({ commandId: sent.id, ...done });
  });

  it("another connector comes: unknown, and it does not get the command", async () => {
    const first = await TestUplink.start("killed", []);
    const pending = send("killed", dial);
    const { id } = await nextCommand(first);
    first.close();
    const second = await reconnect("killed", "c2", 2_000);
    expect(await refused(await pending)).toEqual([504, "outcome_unknown"]);
    // A late outcome changes nothing.
    second.send({ type: "outcome", id, outcome: done });
    const record = await look("killed", `/v1/sites/killed/commands/${id}`);
    expect(await record.json()).toMatchObject({ status: "unknown" });
  });

  it("no connector comes back: unknown by the alarm", async () => {
    const connector = await TestUplink.start("gone", []);
    const pending = send("gone", brief);
    await nextCommand(connector);
    connector.close();
    await expect
      .poll(async () => (await (await look("gone", "/v1/sites/gone")).json<{ link: string }>()).link)
      .toBe("offline");
    await giveUp("gone");
    expect(await refused(await pending)).toEqual([504, "outcome_unknown"]);
  });

  it("a connector that never answers: unknown after the deadline", async () => {
    const connector = await TestUplink.start("mute", []);
    const pending = send("mute", brief);
    const { id } = await nextCommand(connector);
    await giveUp("mute");
    expect(await refused(await pending)).toEqual([504, "outcome_unknown"]);
    connector.send({ type: "outcome", id, outcome: done });
    await expect
      .poll(async () => (await look("mute", `/v1/sites/mute/commands/${id}`)).json())
      .toMatchObject({ status: "unknown" });
  });

  it("the object is evicted meanwhile: the outcome arrives, and the command is not sent twice", async () => {
    const connector = await TestUplink.start("evicted", []);
    const headers = { "idempotency-key": "one", prefer: "respond-async" };
    const response = await send("evicted", dial, { headers });
    const { id } = await nextCommand(connector);
    await evict("evicted");
    const joined = send("evicted", dial, { headers: { "idempotency-key": "one" } });
    connector.send({ type: "outcome", id, outcome: done });
    expect(await (await joined).json()).toEqual({ commandId: id, ...done });
    expect(await (await look("evicted", response.headers.get("location") ?? "")).json()).toMatchObject(done);
  });

  it("the object dies with all its sockets: its successor answers the waiting request", async () => {
    const first = await TestUplink.start("died", []);
    const pending = send("died", dial);
    const { id } = await nextCommand(first);
    await runInDurableObject(env.SITE.getByName("died"), (_site, state) => state.abort("as a deployment does")).catch(
      () => {},
    );
    const second = await reconnect("died", "c1");
    await answer(second, done);
    expect(await (await pending).json()).toEqual({ commandId: id, ...done });
  });

  it("two commands run concurrently and end in any order", async () => {
    const connector = await TestUplink.start("two", []);
    const one = send("two", dial);
    const { id: first } = await nextCommand(connector);
    const other = send("two", { ...dial, agent: "1002" });
    const { id: second } = await nextCommand(connector);
    connector.send({ type: "outcome", id: second, outcome: { status: "done", result: { actionId: "second" } } });
    connector.send({ type: "outcome", id: first, outcome: { status: "done", result: { actionId: "first" } } });
    expect(await (await one).json()).toMatchObject({ result: { actionId: "first" } });
    expect(await (await other).json()).toMatchObject({ result: { actionId: "second" } });
  });
});
