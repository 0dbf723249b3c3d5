/**
 * Every path of openapi.json and of pbxis-ws with invalid methods, bodies and headers: each response is JSON with a
 * code of the register (except pages, assets and pbxis-ws's own formats), and none is 500. Paths and bodies of single
 * routes are in http.test.ts.
 */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { codeOf, type RawRequest, type RawResponse, sendRequest } from "../harness/raw-client.ts";
import { type ScriptedConnector, startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let edge: Edge;
let connector: ScriptedConnector;
let openApi: { paths: Record<string, Record<string, unknown>> };
const authorised = async (options: Parameters<typeof mintToken>[0] = {}) => ({
  authorization: `Bearer ${await mintToken(options)}`,
});

beforeAll(async () => {
  edge = await startEdge({ vars: { PBXIS_COMPAT_SITE: "hq", PBXIS_COMPAT_TOKEN: "required" } });
  connector = await startScriptedConnector({
    url: edge.url,
    site: "hq",
    onCommand: ({ id }) => connector.reply(id, { status: "failed", error: { code: "not_found", message: "nobody" } }),
  });
  openApi = JSON.parse((await sendRequest(edge.url, "/openapi.json")).text);
  const headers = await authorised();
  await until("the connector to be connected", async () =>
    (await sendRequest(edge.url, "/v1/sites/hq", { headers })).text.includes('"link":"up"'),
  );
});
afterAll(async () => {
  await connector.stop();
  await edge.stop();
});

const json = { "content-type": "application/json" };
/** Names of the templates' parameters that the worker knows; every other parameter may be anything. */
const known: Readonly<Record<string, string>> = { site: "hq", page: "http", file: "main-ABCDEFGH.js" };
const pathOf = (template: string) => template.replace(/\{(\w+)\}/g, (_text, name: string) => known[name] ?? "x");

/** A refusal must be as in PROTOCOL.md, section 8, and never an internal error. */
function expectValidRefusal(answer: RawResponse, what: string): void {
  expect([what, answer.status, answer.text.slice(0, 200)]).not.toContain(500);
  if (answer.status >= 400) expect(codeOf(answer, what)).not.toBe("internal");
}

const deep = `${"[".repeat(15_000)}${"]".repeat(15_000)}`;
/** A JSON value that cannot be converted to a string: `String()` of it throws. */
const textless = '{"toString":1,"valueOf":1}';
const bodies: readonly (readonly [string, RawRequest])[] = [
  ["nothing", {}],
  ["an empty text", { body: "" }],
  ["null", { body: "null" }],
  ["a number", { body: "1e999" }],
  ["a list", { body: "[]" }],
  ["half an object", { body: '{"' }],
  ["deep nesting", { body: deep }],
  ["a byte order mark alone", { body: "\ufeff" }],
  ["UTF-16", { body: Buffer.from('\ufeff{"type":"queueReset"}', "utf16le") }],
  ["NULs", { body: Buffer.alloc(100) }],
  ["bytes of gzip", { body: gzipSync("{}") }],
  ["gzip with Content-Encoding", { body: gzipSync("{}"), headers: { "content-encoding": "gzip" } }],
  ["Content-Encoding gzip without gzip", { body: "{}", headers: { "content-encoding": "gzip" } }],
  ["an unknown encoding", { body: "{}", headers: { "content-encoding": "x, y, br" } }],
  ["a prototype", { body: '{"__proto__":{"type":"queueReset","agents":["*"]},"constructor":{"prototype":1}}' }],
  ["a repeated key", { body: `{${Array(1_000).fill('"type":"queueReset"').join(",")},"x":1}` }],
  ["five thousand keys", { body: `{${Array.from({ length: 5_000 }, (_, n) => `"k${n}":1`).join(",")}}` }],
  [
    "values that cannot be converted to text",
    { body: `{"type":${textless},"agents":[${textless}],"queue":${textless},"agent":${textless}}` },
  ],
  ["lone surrogates", { body: '{"type":"\\ud800","agents":["\\udfff"],"queue":"\\ud800"}' }],
  ["too much, with its length", { body: Buffer.alloc(70_000, 0x20) }],
  ["too much, in chunks", { body: Array.from({ length: 10 }, () => Buffer.alloc(8_000, 0x20)) }],
  ["far too much, with its length", { body: Buffer.alloc(3_000_000, 0x20) }],
  ["far too much, in chunks", { body: Array.from({ length: 375 }, () => Buffer.alloc(8_000, 0x20)) }],
  ["a form", { body: "type=queueReset&agents=*", headers: { "content-type": "application/x-www-form-urlencoded" } }],
  [
    "a form of many parts",
    { body: "--x\r\n\r\n--x--", headers: { "content-type": "multipart/form-data; boundary=x" } },
  ],
  ["an invalid content type", { body: "{}", headers: { "content-type": "\u00ff/;;=" } }],
  ["a content type similar to JSON", { body: "{}", headers: { "content-type": "application/jsonp" } }],
  [
    "JSON in another charset",
    { body: '{"a":"\\u00e9"}', headers: { "content-type": "application/json; charset=utf-16" } },
  ],
];

/** What may be read without a token. */
const open = ["/", "/assets/{file}", "/healthz", "/openapi.json", "/asyncapi.json", "/docs", "/docs/{page}"];
/** All others but those of pbxis-ws, which are off here. */
const isApi = ([template]: readonly [string, unknown]) => template.startsWith("/v1/");

describe("the paths of openapi.json", () => {
  it("are read from the worker, so that new ones are tested, too", () => {
    expect(Object.keys(openApi.paths).length).toBeGreaterThanOrEqual(11);
  });

  it("accept only their own methods", async () => {
    const headers = await authorised();
    for (const [template, offered] of Object.entries(openApi.paths).filter(
      (path) => isApi(path) || open.includes(path[0]),
    ))
      for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH", "PROPFIND", "LINK"]) {
        if (method.toLowerCase() in offered) continue;
        const answer = await sendRequest(edge.url, pathOf(template), { method, headers });
        // The runtime refuses some methods itself.
        if (!answer.type.includes("json")) expect([template, method, answer.status]).toEqual([template, method, 501]);
        else expect([template, method, codeOf(answer)]).toEqual([template, method, "method_not_allowed"]);
      }
  });

  it("require a token before anything else is checked", async () => {
    for (const [template, offered] of Object.entries(openApi.paths).filter(isApi))
      for (const method of Object.keys(offered)) {
        for (const sent of [{}, { headers: json, body: deep }, { headers: json, body: Buffer.alloc(3_000_000) }]) {
          if (method === "get" && sent.body) continue;
          const answer = await sendRequest(edge.url, pathOf(template), { ...sent, method: method.toUpperCase() });
          expect([template, codeOf(answer)]).toEqual([template, "unauthorized"]);
        }
      }
  });

  it.each(bodies)("with a body accept or refuse %s", async (name, sent) => {
    const templates = Object.entries(openApi.paths).filter(([, offered]) => "post" in offered);
    expect(templates.length).toBeGreaterThanOrEqual(3);
    await Promise.all(
      templates.map(async ([template]) => {
        const token = await authorised(template.endsWith("audit") ? { role: "operator" } : {});
        const headers = { ...json, ...token, ...sent.headers };
        expectValidRefusal(
          await sendRequest(edge.url, pathOf(template), { ...sent, method: "POST", headers }),
          `${template}: ${name}`,
        );
      }),
    );
  });
});

describe("ambiguous bodies", () => {
  const command = async (body: string, options: Parameters<typeof mintToken>[0]) =>
    sendRequest(edge.url, "/v1/sites/hq/commands", {
      method: "POST",
      headers: { ...json, ...(await authorised(options)) },
      body,
    });

  it("of a repeated key, the value that is checked is the one that is used", async () => {
    const narrow = { agents: ["1001"], queues: ["support"] };
    for (const body of [
      '{"type":"hangup","agent":"1001","agent":"9999"}',
      '{"type":"hangup","agent":"1001","\\u0061gent":"9999"}',
      '{"type":"queueReset","queue":"support","queue":"board"}',
    ])
      expect(codeOf(await command(body, narrow))).toBe("forbidden");
  });

  it("a granted name is compared character by character", async () => {
    const narrow = { agents: ["1001"], queues: ["*"] };
    for (const agent of ["1001 ", " 1001", "1001\\u0000", "1001\\u200b", "\\uff11001", "PJSIP/1001", "*", "1001/n"]) {
      const answer = await command(`{"type":"hangup","agent":"${agent}"}`, narrow);
      expect([agent, ["bad_request", "forbidden"].includes(codeOf(answer))]).toEqual([agent, true]);
    }
  });

  it("commands that only the worker sends are refused", async () => {
    for (const type of ["audit", "findCalls", "originate ", "Originate", "__proto__", "constructor", "*"])
      expect(codeOf(await command(JSON.stringify({ type, agent: "1001", to: "1", deadlineSeconds: 1 }), {}))).toBe(
        "bad_request",
      );
  });

  it("numbers must be numbers within their limits", async () => {
    for (const deadline of ["0", "61", "-1", "1.5", '"10"', "1e999", "[]", "true", "9007199254740993"])
      expect(codeOf(await command(`{"type":"queueReset","deadlineSeconds":${deadline}}`, {}))).toBe("bad_request");
  });

  it("null counts as absent", async () => {
    expect(codeOf(await command('{"type":"queueReset","queue":null,"deadlineSeconds":null}', {}))).toBe("not_found");
  });
});

describe("pbxis-ws's paths", () => {
  const posts = ["/ticket", "/originate/1001/1002", "/redirect-to/1002", "/park-and-announce"].concat(
    ["add", "remove", "pause", "reset"].map((action) => `/queue/${action}`),
  );

  it.each(bodies)("accept or refuse %s", async (name, sent) => {
    const headers = { ...json, ...(await authorised()), ...sent.headers };
    await Promise.all(
      ["/ticket", "/originate/1001/1002", "/park-and-announce", "/queue/pause"].map(async (path) =>
        expectValidRefusal(await sendRequest(edge.url, path, { ...sent, method: "POST", headers }), `${path}: ${name}`),
      ),
    );
  });

  /** Parameters and the paths that read them. */
  const readers: readonly (readonly [string, string])[] = [
    ["queue", "/queue/add"],
    ["agent", "/queue/remove"],
    ["memberName", "/queue/add"],
    ["paused", "/queue/pause"],
    ["callerId", "/originate/1001/1002"],
    ["variables", "/originate/1001/1002"],
    ["agent-or-channel", "/park-and-announce"],
    ["agent-or-channel", "/redirect-to/1002"],
    ["agents", "/ticket"],
    ["queues", "/ticket"],
    ["summaryEvents", "/ticket"],
  ];
  it.each(readers)("refuse invalid values of %s at %s", async (parameter, path) => {
    const values = [
      textless,
      `[${textless}]`,
      deep,
      "[[1]]",
      "{}",
      "1e308",
      "true",
      '"\\u0000"',
      '"$[1]"',
      '"*"',
      '"\\ud800"',
    ];
    const headers = { ...json, ...(await authorised()) };
    await Promise.all(
      values.map(async (value) => {
        const body = `{"queue":"support","agent":"1001","paused":true,"agent-or-channel":"1001","${parameter}":${value}}`;
        const what = `${path}: ${parameter} ${value.slice(0, 30)}`;
        expectValidRefusal(await sendRequest(edge.url, path, { method: "POST", headers, body }), what);
      }),
    );
  });

  it("accept or refuse the body of a GET like that of a POST", async () => {
    for (const path of ["/queue/status", "/bridged-channels"])
      for (const value of [textless, deep, "[]", '"support"', "null"]) {
        const body = `{"queue":${value},"extension":${value}}`;
        const headers = { ...json, ...(await authorised()), "content-length": String(body.length) };
        expectValidRefusal(await sendRequest(edge.url, path, { headers, body }), `${path}: ${value.slice(0, 30)}`);
      }
  });

  it.each([
    ["/originate/%ff/%ff", 400],
    ["/originate/%00/1", 400],
    ["/originate/1001/1002%0d%0aAction:%20Command", 400],
    [`/originate/1001/${"1".repeat(41)}`, 400],
    ["/originate/1001/$%7BSHELL(id)%7D", 400],
    ["/originate/1001", 404],
    ["/queue/constructor", 404],
    ["/queue/__proto__", 404],
    ["/queue/add/x", 404],
    ["/redirect-to/", 404],
    ["/stop", 404],
  ])("POST %s is %d", async (path, status) => {
    const answer = await sendRequest(edge.url, path, { method: "POST", headers: await authorised() });
    expect(codeOf(answer).length).toBeGreaterThan(0);
    expect(answer.status).toBe(status);
  });

  it("answer other methods with not_found", async () => {
    for (const path of posts)
      for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"])
        expect(codeOf(await sendRequest(edge.url, path, { method, headers: await authorised() }))).toBe("not_found");
  });
});

describe("headers", () => {
  it.each<[string, Record<string, string | string[]>]>([
    ["an unknown upgrade", { upgrade: "h2c", connection: "upgrade" }],
    ["a thousand accepted types", { accept: Array(1_000).fill("text/event-stream;q=0").join(",") }],
    ["a range", { range: "bytes=0-" }],
    ["conditions", { "if-none-match": "*", "if-modified-since": "never" }],
    ["a long cookie", { cookie: "a=b; ".repeat(1_000) }],
    ["the origin null", { origin: "null" }],
    ["letters beyond ASCII", { "x-what": "\u00ff\u00fe" }],
    ["an invalid position", { "last-event-id": "%00", accept: "application/json" }],
    ["two preferences", { prefer: ["respond-async", "wait=0"] }],
    [
      "the worker's internal headers",
      { "x-pbxis-site": "other", "x-pbxis-connect": "!!!", "x-pbxis-expires-at": "NaN" },
    ],
  ])("%s: does not change the response", async (_name, headers) => {
    const own = await authorised();
    const plain = await sendRequest(edge.url, "/v1/sites/hq/state?queues=*", { headers: own });
    const odd = await sendRequest(edge.url, "/v1/sites/hq/state?queues=*", { headers: { ...own, ...headers } });
    expect([odd.status, odd.text]).toEqual([plain.status, plain.text]);
  });

  it("an invalid Last-Event-ID is refused for an event stream", async () => {
    for (const id of ["x", "a-1-2", "-1", "a".repeat(5_000), "a-9999999999999999"]) {
      const headers = { ...(await authorised()), accept: "text/event-stream", "last-event-id": id };
      expect(codeOf(await sendRequest(edge.url, "/v1/sites/hq/events?queues=*", { headers }))).toBe("bad_request");
    }
  });

  it("a CORS preflight is answered without credentials", async () => {
    const headers = { origin: "https://evil.example", "access-control-request-method": "POST" };
    const answer = await sendRequest(edge.url, "/v1/sites/hq/commands", { method: "OPTIONS", headers });
    expect(answer.headers).not.toMatch(/allow-credentials/i);
    expect(answer.text).toBe("");
  });
});
