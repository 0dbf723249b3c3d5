/**
 * Invalid requests to the real worker: every response has the right status and a code of the register in JSON, and
 * reveals no internals. Invalid tokens grant nothing.
 */
import { createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { codeOf, type RawRequest, sendRequest } from "../harness/raw-client.ts";
import { startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken, testSecret } from "../harness/token.ts";
import { type Edge, startEdge } from "../harness/worker.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let edge: Edge;
let stop: () => Promise<void>;
beforeAll(async () => {
  edge = await startEdge({ vars: { PBXIS_COMPAT_SITE: "hq", PBXIS_COMPAT_TOKEN: "required" } });
  ({ stop } = await startScriptedConnector({ url: edge.url, site: "hq" }));
});
afterAll(async () => {
  await stop();
  await edge.stop();
});

const send = (path: string, sent?: RawRequest) => sendRequest(edge.url, path, sent);

const bearer = async (options: Parameters<typeof mintToken>[0] = {}) => ({
  authorization: `Bearer ${await mintToken(options)}`,
});
const json = { "content-type": "application/json" };
const site = "/v1/sites/hq";

describe("methods and paths", () => {
  const paths = [
    "",
    "/events",
    "/state",
    "/commands",
    "/tickets",
    "/connector",
    "/counters",
    "/audit",
    "/queues/a/events",
    "/agents/1/events",
    "/commands/x",
  ];
  it.each(paths)("%s refuses other methods", async (path) => {
    for (const method of ["PUT", "DELETE", "PATCH", "TRACE"]) {
      // An admin deletes a site so (AP16).
      if (path === "" && method === "DELETE") continue;
      // The runtime refuses some methods before they reach the worker.
      const answer = await send(site + path, { method, headers: await bearer() }).catch(() => null);
      if (!answer) continue;
      if (answer.type.includes("json")) expect(codeOf(answer)).toBe("method_not_allowed");
      else expect([400, 405, 501]).toContain(answer.status);
    }
  });

  it.each(paths)("%s answers HEAD without a body and without side effects", async (path) => {
    const asGet: Readonly<Record<string, number>> = { "": 200, "/state": 200, "/counters": 403, "/commands/x": 404 };
    const answer = await send(site + path, { method: "HEAD", headers: await bearer() });
    expect([answer.status, answer.text]).toEqual([asGet[path] ?? 405, ""]);
  });

  it.each([
    [`${site}/queues/%2e%2e%2f/events`, 200],
    [`${site}/queues/a%00b/events`, 400],
    [`${site}/queues/%ff%fe/events`, 400],
    [`${site}/queues/${"q".repeat(129)}/events`, 400],
    [`${site}/queues/${"q".repeat(8_000)}/events`, 400],
    [`${site}/state?queues=%E0%A4`, 400],
    [`${site}/state?queues=${"a,".repeat(3_000)}`, 400],
    [`${site}/state?queues=a&queues=b&queues=${"c".repeat(200)}`, 400],
    [`${site}/events?wait=1e9`, 400],
    [`${site}/events?wait=-1`, 400],
    [`${site}/events?since=%00`, 400],
    [`${site}/events?since=${"9".repeat(5_000)}`, 400],
    [`${site}/state?summary=yes`, 400],
    [`/v1/sites/${"s".repeat(200)}/state`, 403],
    ["/v1/sites/../../etc/passwd", 404],
    ["/v1/sites/hq%2fstate", 403],
    ["/v1/sites//state", 404],
    ["//evil.example/v1", 404],
    [`/${"x".repeat(6_000)}`, 404],
    ["/v1/sites/__proto__", 403],
    ["/v1/sites/constructor/state", 403],
    ["/.env", 404],
    ["/assets/..%2f..%2fwrangler.toml", 404],
  ])("%.60s", async (path, status) => {
    const answer = await send(path, { headers: { ...(await bearer()), accept: "application/json" } });
    expect(answer.status, answer.text.slice(0, 200)).toBe(status);
    if (status !== 200) codeOf(answer);
  });
});

describe("bodies", () => {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const big = Buffer.alloc(70 * 1024, " ");
  const endless = Array.from({ length: 20 }, () => Buffer.alloc(8 * 1024, " "));
  const bodies: readonly (readonly [string, RawRequest, string])[] = [
    ["no JSON", { body: "originate" }, "bad_request"],
    ["incomplete JSON", { body: '{"type":"queueReset"' }, "bad_request"],
    ["a list", { body: "[]" }, "bad_request"],
    ["null", { body: "null" }, "bad_request"],
    ["deep nesting", { body: deep }, "bad_request"],
    ["__proto__ as a key", { body: '{"__proto__":{"type":"queueReset"}}' }, "bad_request"],
    ["numbers as text", { body: '{"type":"queuePenalty","agent":"1001","penalty":"1"}' }, "bad_request"],
    ["an infinite number", { body: '{"type":"queuePenalty","agent":"1001","penalty":1e999}' }, "bad_request"],
    ["an unknown field", { body: '{"type":"queueReset","application":"System"}' }, "bad_request"],
    [
      "an injected AMI packet",
      { body: JSON.stringify({ type: "queueReset", queue: "a\r\n\r\nAction: Command" }) },
      "bad_request",
    ],
    ["bad UTF-8", { body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]) }, "bad_request"],
    [
      "compressed",
      { body: gzipSync('{"type":"queueReset"}'), headers: { "content-encoding": "gzip" } },
      "unsupported_media_type",
    ],
    ["too large, with its length", { body: big }, "too_large"],
    ["too large, in chunks", { body: endless }, "too_large"],
    [
      "a form with an unknown name",
      { body: "type=queueReset&application=System", headers: { "content-type": "application/x-www-form-urlencoded" } },
      "bad_request",
    ],
    ["text", { body: "{}", headers: { "content-type": "text/plain" } }, "unsupported_media_type"],
    [
      "a key of control characters",
      { body: '{"type":"queueReset"}', headers: { "idempotency-key": "a\tb" } },
      "bad_request",
    ],
    ["a giant key", { body: '{"type":"queueReset"}', headers: { "idempotency-key": "k".repeat(300) } }, "bad_request"],
  ];

  it.each(bodies)("a command of %s", async (_name, sent, code) => {
    const headers = { ...json, ...(await bearer()), ...sent.headers };
    expect(codeOf(await send(`${site}/commands`, { ...sent, method: "POST", headers }))).toBe(code);
  });

  it.each(bodies.filter(([name]) => !/number|field|injected|key|__proto__/.test(name)))(
    "a ticket of %s",
    async (_name, sent, code) => {
      const headers = { ...json, ...(await bearer()), ...sent.headers };
      expect(codeOf(await send(`${site}/tickets`, { ...sent, method: "POST", headers }))).toBe(code);
    },
  );

  it("AP8 pbxis-ws's paths refuse invalid bodies, too", async () => {
    const headers = { ...json, ...(await bearer()) };
    for (const body of ["{", deep, "null", '{"agents":1}', '{"agents":{"__proto__":[]}}'])
      expect((await send("/ticket", { method: "POST", headers, body })).status).toBe(400);
    expect((await send("/ticket", { method: "POST", headers, body: endless })).status).toBe(413);
    const compressed = { ...headers, "content-encoding": "gzip" };
    expect((await send("/ticket", { method: "POST", headers: compressed, body: gzipSync("{}") })).status).toBe(415);
  });
});

describe("tokens", () => {
  const now = () => Math.floor(Date.now() / 1000);
  const claims = { site: "hq", role: "client", agents: ["*"], queues: ["*"], commands: ["*"], exp: 4_000_000_000 };
  const base64 = (value: unknown) =>
    Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
  /** Signs any header and payload, which libraries refuse to do. */
  const forge = (header: object, payload: unknown, secret = testSecret) => {
    const signed = `${base64(header)}.${base64(payload)}`;
    return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
  };
  const hs = { alg: "HS256", typ: "JWT" };

  it.each<[string, () => string | Promise<string>, number]>([
    ["a valid token", () => forge(hs, { ...claims, exp: now() + 60 }), 200],
    ["expired", () => forge(hs, { ...claims, exp: now() - 60 }), 401],
    ["not valid yet", () => forge(hs, { ...claims, nbf: now() + 600 }), 401],
    ["for another site", () => forge(hs, { ...claims, site: "branch" }), 403],
    ["with another role", () => forge(hs, { ...claims, role: "connector" }), 403],
    ["forged", () => forge(hs, claims, "another secret that is long enough for it"), 401],
    ["alg none", () => `${base64({ alg: "none" })}.${base64(claims)}.`, 401],
    ["alg None", () => `${base64({ alg: "None", typ: "JWT" })}.${base64(claims)}.`, 401],
    ["no signature", () => forge(hs, claims).replace(/[^.]*$/, ""), 401],
    [
      "an algorithm that is not accepted",
      () =>
        new SignJWT(claims).setProtectedHeader({ alg: "HS512" }).sign(new TextEncoder().encode(testSecret.repeat(2))),
      401,
    ],
    ["a key in the header (jwk)", () => forge({ ...hs, jwk: { kty: "oct", k: base64("x") } }, claims, "x"), 401],
    [
      "a key's URL in the header (jku)",
      () => forge({ alg: "RS256", jku: "https://evil.example/jwks.json" }, claims),
      401,
    ],
    ["an unknown critical header", () => forge({ ...hs, crit: ["exploit"], exploit: true }, claims), 401],
    ["changed claims", () => forge(hs, { ...claims, queues: [] }).replace(/\.[^.]*\./, `.${base64(claims)}.`), 401],
    ["no role", () => forge(hs, { site: "hq" }), 401],
    ["* as role", () => forge(hs, { ...claims, role: "*" }), 401],
    ["* as site", () => forge(hs, { ...claims, site: "*" }), 401],
    ["claims of wrong types", () => forge(hs, { ...claims, agents: "*" }), 401],
    ["without an end", () => forge(hs, { ...claims, exp: undefined }), 401],
    ["an invalid expiry", () => forge(hs, { ...claims, exp: "never" }), 401],
    ["claims that are a list", () => forge(hs, []), 401],
    ["claims that are text", () => forge(hs, "all"), 401],
    ["garbage", () => "a.b.c", 401],
    ["no dots", () => "token", 401],
    ["a giant", () => `${"x".repeat(40_000)}`, 401],
  ])("%s", async (_name, token, status) => {
    const answer = await send(`${site}/state`, { headers: { authorization: `Bearer ${await token()}` } });
    expect(answer.status, answer.text.slice(0, 200)).toBe(status);
    if (status !== 200) {
      codeOf(answer);
      expect(answer.text).not.toContain(testSecret);
    }
  });

  it.each([
    ["no scheme", (token: string) => token],
    ["another scheme", (token: string) => `Basic ${token}`],
    ["two tokens", (token: string) => `Bearer ${token} ${token}`],
    ["no token", () => "Bearer "],
  ])("an Authorization header with %s is refused", async (_name, header) => {
    const answer = await send(`${site}/state`, { headers: { authorization: header(await mintToken()) } });
    expect(codeOf(answer)).toBe("unauthorized");
  });

  it("AP6 a ticket opens one stream of its site and nothing else", async () => {
    const headers = { ...json, ...(await bearer()) };
    const { ticket }: { ticket: string } = JSON.parse(
      (await send(`${site}/tickets`, { method: "POST", headers, body: "{}" })).text,
    );
    expect(codeOf(await send(`/v1/sites/branch/events?ticket=${ticket}`))).toBe("unauthorized");
    expect(codeOf(await send(`${site}/state?ticket=${ticket}`))).toBe("unauthorized");
    expect(
      codeOf(
        await send(`${site}/commands?ticket=${ticket}`, {
          method: "POST",
          headers: json,
          body: '{"type":"queueReset"}',
        }),
      ),
    ).toBe("unauthorized");
    expect((await send(`${site}/events?queues=*&ticket=${ticket}`)).status).toBe(200);
    expect(codeOf(await send(`${site}/events?queues=*&ticket=${ticket}`))).toBe("ticket_used");
    for (const nonsense of ["x", "%00", "x".repeat(9_000), "../hq", "hq/1"])
      expect(codeOf(await send(`${site}/events?ticket=${encodeURIComponent(nonsense)}`))).toBe("unauthorized");
  });

  it("tokens of the wrong role are refused", async () => {
    for (const [role, paths] of [
      ["connector", ["/events", "/state", "/counters", "/queues/a/events"]],
      ["operator", ["/events", "/state", "/connector", "/agents/1/events"]],
      ["client", ["/connector", "/counters"]],
    ] as const)
      for (const path of paths)
        expect(codeOf(await send(site + path, { headers: await bearer({ role }) }))).toBe("forbidden");
  });
});

it("after all these tests the worker still works", async () => {
  expect(JSON.parse((await send("/healthz")).text)).toEqual({ status: "ok" });
  expect((await send(`${site}/state?queues=*`, { headers: await bearer() })).status).toBe(200);
});
