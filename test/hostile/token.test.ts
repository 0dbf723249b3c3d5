/**
 * Tokens with a key set (PBXIS_JWKS_URL): confusion of keys and secrets, ambiguous and unavailable keys, tokens in the
 * wrong place, extreme times. Refusals do not reveal what exists. The simple cases of HS256 are in http.test.ts.
 */
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { codeOf, endOf, openRawSocket, type RawResponse, sendRequest } from "../harness/raw-client.ts";
import { startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken, testSecret } from "../harness/token.ts";
import { type Edge, startEdge } from "../harness/worker.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

let edge: Edge;
let issuer: Server;
let stop: () => Promise<void>;
let first: KeyPair;
let second: KeyPair;
/** The issuer's present response. */
let published: () => { status: number; body: string };

const claims = {
  site: "hq",
  role: "client",
  agents: ["*"],
  queues: ["*"],
  commands: ["*"],
  iss: "https://id.example",
  aud: "pbxis",
  exp: 4_000_000_000,
};
const json = { "content-type": "application/json" };
const base64 = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const hmac = (header: object, payload: unknown, secret: string | Buffer) => {
  const signed = `${base64(header)}.${base64(payload)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
};
const sign = (key: KeyPair, header: { alg: string; kid?: string }, payload: Record<string, unknown> = claims) =>
  new SignJWT(payload).setProtectedHeader(header).sign(key.privateKey);

beforeAll(async () => {
  [first, second] = await Promise.all([
    generateKeyPair("RS256", { extractable: true }),
    generateKeyPair("RS256", { extractable: true }),
  ]);
  const jwk = async (key: KeyPair, kid: string) => ({ ...(await exportJWK(key.publicKey)), kid, use: "sig" });
  const symmetric = {
    kty: "oct",
    kid: "oct",
    k: base64("a symmetric key that must not be published"),
    alg: "HS256",
  };
  const keys = JSON.stringify({ keys: [await jwk(first, "first"), await jwk(second, "second"), symmetric] });
  published = () => ({ status: 200, body: keys });
  issuer = createServer((_request, response) => {
    const { status, body } = published();
    response.writeHead(status, json).end(body);
  }).listen(0, "127.0.0.1");
  await once(issuer, "listening");
  edge = await startEdge({ vars: { ...compat, ...parties, PBXIS_JWKS_URL: issuerUrl("/keys") } });
  ({ stop } = await startScriptedConnector({ url: edge.url, site: "hq" }));
});
afterAll(async () => {
  await stop();
  await edge.stop();
  issuer.close();
});

const parties = { PBXIS_ISSUER: claims.iss, PBXIS_AUDIENCE: claims.aud };
const compat = { PBXIS_COMPAT_SITE: "hq", PBXIS_COMPAT_TOKEN: "required" };
const issuerUrl = (path: string) => `http://127.0.0.1:${(issuer.address() as AddressInfo).port}${path}`;
const site = "/v1/sites/hq";
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const status = (token: string) => sendRequest(edge.url, site, { headers: bearer(token) });

/** The code of a refusal, which must not reveal keys, tokens or settings. */
function refusalOf(answer: RawResponse, token = ""): string {
  const response = answer.headers + answer.text;
  expect(response).not.toContain(testSecret);
  expect(response).not.toMatch(/127\.0\.0\.1|jwks|PBXIS_|kty/i);
  if (token.length > 8) expect(response).not.toContain(token);
  return codeOf(answer);
}

describe("published keys", () => {
  it("verify the tokens that they sign", async () => {
    expect((await status(await sign(first, { alg: "RS256", kid: "first" }))).status).toBe(200);
    expect((await status(await mintToken())).status).toBe(200);
  });

  it.each<[string, () => string | Promise<string>]>([
    [
      "the public key as a secret, in PEM",
      async () => hmac({ alg: "HS256", kid: "first" }, claims, await exportSPKI(first.publicKey)),
    ],
    [
      "the public key as a secret, without its last line's end",
      async () => hmac({ alg: "HS256" }, claims, (await exportSPKI(first.publicKey)).trim()),
    ],
    [
      "the public key as a secret, as JWK",
      async () => hmac({ alg: "HS256", kid: "first" }, claims, JSON.stringify(await exportJWK(first.publicKey))),
    ],
    [
      "the modulus as a secret",
      async () => hmac({ alg: "HS256" }, claims, Buffer.from((await exportJWK(first.publicKey)).n ?? "", "base64url")),
    ],
    [
      "a symmetric key that the issuer published",
      () => hmac({ alg: "HS256", kid: "oct" }, claims, "a symmetric key that must not be published"),
    ],
    ["our secret under a public algorithm's name", () => hmac({ alg: "RS256", kid: "first" }, claims, testSecret)],
    ["the other key's signature", () => sign(first, { alg: "RS256", kid: "second" })],
    ["an empty signature", () => `${base64({ alg: "RS256", kid: "first" })}.${base64(claims)}.`],
    [
      "a signature of the wrong size",
      () => `${base64({ alg: "RS256", kid: "first" })}.${base64(claims)}.${"A".repeat(10)}`,
    ],
    [
      "an algorithm that is a list",
      () => `${base64({ alg: ["RS256"], kid: "first" })}.${base64(claims)}.${"A".repeat(342)}`,
    ],
    [
      "a key's name that is an object",
      () => `${base64({ alg: "RS256", kid: {} })}.${base64(claims)}.${"A".repeat(342)}`,
    ],
    [
      "an unencoded payload",
      () => `${base64({ alg: "RS256", kid: "first", b64: false, crit: ["b64"] })}.${base64(claims)}.${"A".repeat(342)}`,
    ],
    ["alg none with a published key's name", () => `${base64({ alg: "none", kid: "first" })}.${base64(claims)}.`],
    ["five parts", () => `${base64({ alg: "RSA-OAEP", enc: "A256GCM" })}.a.b.c.d`],
    ["a header that is no JSON", () => `${base64("{")}.${base64(claims)}.AAAA`],
    ["a header that is null", () => `${base64("null")}.${base64(claims)}.AAAA`],
    ["a header of deep nesting", () => `${base64(`{"alg":${"[".repeat(5_000)}${"]".repeat(5_000)}}`)}.e30.AAAA`],
    ["no key id and an invalid signature", () => `${base64({ alg: "RS256" })}.${base64(claims)}.${"A".repeat(342)}`],
  ])("%s: unauthorized", async (_name, make) => {
    const token = await make();
    expect(refusalOf(await status(token), token)).toBe("unauthorized");
  });

  it.each(["third", "__proto__"])(
    "a key %j that is not published: 503 until the keys may be fetched again",
    async (kid) => {
      const token = await sign(first, { alg: "RS256", kid });
      const refused = await status(token);
      expect(refusalOf(refused, token)).toBe("unavailable");
      expect(refused.headers).toContain('"Retry-After","10"');
      expect((await status(await sign(first, { alg: "RS256", kid: "first" }))).status).toBe(200);
    },
  );

  it("a key that the issuer publishes now counts within the cooldown", async () => {
    const before = published;
    const next = await generateKeyPair("RS256", { extractable: true });
    const keys = JSON.parse(before().body);
    keys.keys.push({ ...(await exportJWK(next.publicKey)), kid: "next", use: "sig" });
    published = () => ({ status: 200, body: JSON.stringify(keys) });
    const token = await sign(next, { alg: "RS256", kid: "next" });
    try {
      const statuses = new Set<number>();
      for (let last = 503; last === 503; statuses.add(last)) {
        if (statuses.has(503)) await setTimeout(500);
        last = (await status(token)).status;
      }
      expect([...statuses].at(-1)).toBe(200);
    } finally {
      published = before;
    }
  });

  it.each<[string, Record<string, unknown>]>([
    ["another application", { aud: "payroll" }],
    ["no application", { aud: undefined }],
    ["another issuer", { iss: "https://other.example" }],
    ["no issuer", { iss: undefined }],
  ])("a token of %s that the same key signs opens nothing", async (_name, change) => {
    const token = await sign(first, { alg: "RS256", kid: "first" }, { ...claims, ...change });
    const claim = Object.keys(change)[0] ?? "";
    const refused = await status(token);
    expect(refusalOf(refused, token)).toBe("unauthorized");
    expect(JSON.parse(refused.text).error.message).toContain(`claim ${claim}`);
  });

  it("a token without a key id is verified with every matching key", async () => {
    for (const key of [first, second]) expect((await status(await sign(key, { alg: "RS256" }))).status).toBe(200);
    expect(refusalOf(await status(await sign(second, { alg: "RS256" }, { ...claims, exp: 1_000_000_000 })))).toBe(
      "unauthorized",
    );
    const stranger = await generateKeyPair("RS256");
    expect(refusalOf(await status(await sign(stranger, { alg: "RS256" })))).toBe("unauthorized");
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["expired", { ...claims, exp: 1_000_000_000 }, "unauthorized"],
    ["not valid yet", { ...claims, nbf: 4_000_000_000 }, "unauthorized"],
    ["for another site", { ...claims, site: "branch" }, "forbidden"],
    ["for a list of other sites", { ...claims, site: ["branch", "HQ", "hq2"] }, "forbidden"],
    ["for no site", { ...claims, site: [] }, "unauthorized"],
    ["for an invalid site", { ...claims, site: "../hq" }, "unauthorized"],
    ["an admin's", { ...claims, role: "admin" }, "forbidden"],
    ["of a role in capitals", { ...claims, role: "CLIENT" }, "unauthorized"],
    ["of two roles", { ...claims, role: ["client", "connector"] }, "unauthorized"],
    ["of a list that is text", { ...claims, queues: "*" }, "unauthorized"],
    ["of names that are numbers", { ...claims, agents: [1001] }, "unauthorized"],
    ["of a name that is too long", { ...claims, agents: ["1".repeat(129)] }, "unauthorized"],
    ["with a time in words", { ...claims, nbf: "now" }, "unauthorized"],
  ])("a token that is well signed and %s", async (_name, payload, code) => {
    const token = await sign(first, { alg: "RS256", kid: "first" }, payload);
    expect(refusalOf(await status(token), token)).toBe(code);
  });
});

describe("an unavailable issuer", () => {
  it.each([
    ["an error", { status: 500, body: "stack at keys.ts:1" }],
    ["a page", { status: 200, body: "<html>" }],
    ["another form", { status: 200, body: '{"keys":"all"}' }],
  ])("that answers with %s gives `unavailable`, and tokens with the secret still work", async (name, answer) => {
    const before = published;
    published = () => answer;
    // Keys are cached by URL, so this worker fetches them again.
    const other = await startEdge({ vars: { ...parties, PBXIS_JWKS_URL: issuerUrl(`/${encodeURIComponent(name)}`) } });
    try {
      const token = await sign(first, { alg: "RS256", kid: "first" });
      const refused = await sendRequest(other.url, site, { headers: bearer(token) });
      expect(refusalOf(refused, token)).toBe("unavailable");
      expect((await sendRequest(other.url, site, { headers: bearer(await mintToken()) })).status).toBe(200);
      const forged = hmac({ alg: "HS256" }, claims, "another secret that is long enough for it");
      expect(refusalOf(await sendRequest(other.url, site, { headers: bearer(forged) }), forged)).toBe("unauthorized");
    } finally {
      published = before;
      await other.stop();
    }
  });
});

describe("extreme times", () => {
  // Issuers use the first two for "never". 1e12 is a time in milliseconds by mistake.
  it.each([
    [4e9, 200],
    [1e11, 200],
    [1e12, 401],
    [8.64e12, 401],
    [1e15, 401],
    [1e300, 401],
  ])("exp %d: every path gives the same answer", async (exp, opened) => {
    const headers = bearer(hmac({ alg: "HS256" }, { ...claims, exp }, testSecret));
    expect((await sendRequest(edge.url, site, { headers })).status).toBe(opened);
    for (const path of ["/state?queues=*", "/events?queues=*", "/queues/support/events"])
      expect([path, (await sendRequest(edge.url, site + path, { headers })).status]).toEqual([path, opened]);
  });

  it("a token with an extreme time does not affect other streams", async () => {
    await sendRequest(edge.url, `${site}/events?queues=*`, {
      headers: bearer(hmac({ alg: "HS256" }, { ...claims, exp: 1e15 }, testSecret)),
    });
    const after = await sendRequest(edge.url, `${site}/events?queues=*`, { headers: bearer(await mintToken()) });
    expect(after.status).toBe(200);
  });
});

describe("tokens in the wrong place", () => {
  it("a token in the query opens only WebSockets", async () => {
    const query = `access_token=${await mintToken()}`;
    for (const path of ["", "/state", "/events", "/queues/a/events", "/counters"])
      expect(refusalOf(await sendRequest(edge.url, `${site}${path}?${query}`))).toBe("unauthorized");
    for (const path of ["/commands", "/tickets", "/audit"])
      expect(
        refusalOf(
          await sendRequest(edge.url, `${site}${path}?${query}`, { method: "POST", headers: json, body: "{}" }),
        ),
      ).toBe("unauthorized");
    const raw = await openRawSocket(edge.url, `${site}/events?queues=*&${query}`, {});
    raw.close();
    expect((await raw.end).code).toBe(1006);
  });

  it("a WebSocket may name its token among its subprotocols, and gets one of them back, never the token", async () => {
    const good = await mintToken();
    const open = async (offered: readonly string[], query = "") => {
      const socket = new WebSocket(new URL(`${site}/events?queues=*${query}`, edge.url), [...offered]);
      const opened = await Promise.race([
        once(socket, "open").then(() => socket.protocol),
        once(socket, "error").then(() => null),
      ]);
      socket.close();
      return opened;
    };
    expect(await open(["bearer", good])).toBe("bearer");
    expect(await open(["bearer", good, "pbxis"])).toBe("pbxis");
    expect(await open(["pbxis"], `&access_token=${good}`)).toBe("pbxis");
    expect(await open(["bearer", "a.b.c"])).toBeNull();
    expect(await open(["bearer", `${good}x`], `&access_token=${good}`)).toBeNull();
    expect(await open(["pbxis"])).toBeNull();
    const withHeader = { authorization: "Bearer x", "sec-websocket-protocol": `bearer, ${good}` };
    expect((await endOf(await openRawSocket(edge.url, `${site}/events?queues=*`, withHeader)))?.code).toBe(401);
    const withTicket = { "sec-websocket-protocol": `bearer, ${good}` };
    expect((await endOf(await openRawSocket(edge.url, `${site}/events?ticket=x`, withTicket)))?.code).toBe(400);
    expect(refusalOf(await sendRequest(edge.url, `${site}/state`, { headers: withTicket }), good)).toBe("unauthorized");
  });

  it("an Authorization header takes precedence over the query, even if it is invalid", async () => {
    const good = await mintToken();
    const raw = await openRawSocket(edge.url, `${site}/events?queues=*&access_token=${good}`, {
      authorization: "Bearer x",
    });
    expect((await endOf(raw))?.code).toBe(401);
    const basic = await openRawSocket(edge.url, `${site}/events?queues=*&access_token=${good}`, {
      authorization: "Basic x",
    });
    expect((await endOf(basic))?.code).toBe(401);
  });

  it("tokens in forms, cookies and other headers are ignored", async () => {
    const token = await mintToken();
    for (const headers of [
      { cookie: `access_token=${token}` },
      { "x-access-token": token },
      { "proxy-authorization": `Bearer ${token}` },
    ])
      expect(refusalOf(await sendRequest(edge.url, `${site}/state`, { headers }), token)).toBe("unauthorized");
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const body = `access_token=${token}`;
    expect(
      refusalOf(await sendRequest(edge.url, `${site}/tickets`, { method: "POST", headers: form, body }), token),
    ).toBe("unauthorized");
  });

  it("AP8 pbxis-ws's paths refuse tokens of connectors, operators and other sites", async () => {
    for (const options of [{ role: "connector" }, { role: "operator" }, { site: "branch" }] as const)
      for (const path of ["/ticket", "/queue/pause", "/originate/1001/1002"]) {
        const headers = { ...json, ...bearer(await mintToken(options)) };
        expect(refusalOf(await sendRequest(edge.url, path, { method: "POST", headers, body: "{}" }))).toBe("forbidden");
      }
  });

  it("AP7 the uplink refuses a client's token, in the header and in the query", async () => {
    const token = await mintToken();
    for (const [path, headers] of [
      [`${site}/connector`, bearer(token)],
      [`${site}/connector?access_token=${token}`, {}],
    ] as const)
      expect((await endOf(await openRawSocket(edge.url, path, headers)))?.code).toBe(403);
  });

  it("AP6 tickets do not work for pbxis-ws, nor pbxis-ws's tickets for AP6", async () => {
    const headers = { ...json, ...bearer(await mintToken()) };
    const make = async (path: string, body: string) =>
      (await sendRequest(edge.url, path, { method: "POST", headers, body })).text;
    const { ticket }: { ticket: string } = JSON.parse(await make(`${site}/tickets`, "{}"));
    const old: string = JSON.parse(await make("/ticket", '{"queues":"*"}'));
    expect(refusalOf(await sendRequest(edge.url, `/${ticket}/long-poll`), ticket)).toBe("not_found");
    expect(refusalOf(await sendRequest(edge.url, `${site}/events?ticket=${old}`), old)).toBe("unauthorized");
  });
});

it("published keys without an issuer and an audience open nothing; the secret's tokens still do", async () => {
  for (const name of ["PBXIS_ISSUER", "PBXIS_AUDIENCE"] as const) {
    const other = await startEdge({ vars: { ...parties, PBXIS_JWKS_URL: issuerUrl("/keys"), [name]: "" } });
    try {
      const headers = bearer(await sign(first, { alg: "RS256", kid: "first" }));
      const refused = await sendRequest(other.url, site, { headers });
      expect(codeOf(refused)).toBe("internal");
      expect(refused.text).toContain(name);
      expect((await sendRequest(other.url, site, { headers: bearer(await mintToken()) })).status).toBe(200);
    } finally {
      await other.stop();
    }
  }
});

it("refusals are the same for existing, unknown and invalid sites", async () => {
  const headers = bearer(await mintToken({ site: "elsewhere" }));
  const answers = await Promise.all(
    ["hq", "no-such-site", "constructor"].map(async (name) => {
      const answer = await sendRequest(edge.url, `/v1/sites/${name}/state?queues=*`, { headers });
      expect(refusalOf(answer)).toBe("forbidden");
      // A refusal names the site that was asked for.
      return `${answer.status} ${answer.text.replaceAll(`"${name}"`, '"asked for"')}`;
    }),
  );
  expect(new Set(answers).size).toBe(1);
});
