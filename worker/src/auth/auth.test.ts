import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { signToken, type TestClaims, testSecret } from "../testing/token.ts";
import { authorise, authoriseAll } from "./auth.ts";
import { type Keys, keysOf } from "./keys.ts";

const secret = new TextEncoder().encode(testSecret);
const bySecret: Keys = {
  secrets: [secret],
  published: null,
  issuer: { kind: "unset" },
  audience: { kind: "unset" },
  needsExp: true,
};
const now = Date.now();
const seconds = Math.floor(now / 1000);
const soon = seconds + 60;
const past = seconds - 60;

const refusalOf = async (token: string | undefined, keys = bySecret) => {
  const result = await authorise(keys, token, "hq", ["client"], now);
  return result.ok ? { code: "granted", message: "" } : result;
};
const outcome = async (token: string | undefined, keys = bySecret) => (await refusalOf(token, keys)).code;

describe("a token becomes a grant for one site", () => {
  it.each<[string, TestClaims, string]>([
    ["its site", {}, "granted"],
    ["one of its sites", { site: ["branch", "hq"] }, "granted"],
    ["not yet expired", { exp: soon }, "granted"],
    ["expired", { exp: past }, "unauthorized"],
    ["another site", { site: "branch" }, "forbidden"],
    ["a site with lists of its own", { sites: { hq: {}, branch: {} } }, "granted"],
    ["other sites with lists of their own", { sites: { branch: {} } }, "forbidden"],
    ["a site of no name of its own", { sites: { constructor: {} } }, "forbidden"],
    ["no site among sites", { sites: {} }, "unauthorized"],
    ["a site whose name begins with the same letters", { site: "hq2" }, "forbidden"],
    ["no site at all", { site: [] }, "unauthorized"],
    ["another role", { role: "connector" }, "forbidden"],
    ["an unknown role", { role: "root" }, "unauthorized"],
    ["an invalid list", { agents: [""] }, "unauthorized"],
  ])("%s", async (_title, claims, expected) => {
    expect(await outcome(await signToken(claims))).toBe(expected);
  });

  it("the grant has the claims, with the expiry in ms", async () => {
    const token = await signToken({ agents: ["1001"], queues: ["a b"], exp: soon });
    expect(await authorise(bySecret, token, "hq", ["client"], now)).toEqual({
      ok: true,
      grant: {
        subject: expect.stringMatching(/^[\w-]{20}$/),
        token: { id: null, issuedAt: null, role: "client" },
        role: "client",
        agents: ["1001"],
        queues: ["a b"],
        commands: [],
        callers: false,
        expiresAt: soon * 1000,
      },
    });
  });
});

describe("a token for several sites", () => {
  const sites = {
    hq: { agents: ["1001"], queues: ["*"], commands: ["hangup"], callers: true },
    branch: { queues: ["sales"] },
  };

  it("has a grant of its own at each site", async () => {
    const token = await signToken({ sites });
    const grantAt = async (site: string) => {
      const authorised = await authorise(bySecret, token, site, ["client"], now);
      return authorised.ok ? authorised.grant : authorised;
    };
    expect(await grantAt("hq")).toMatchObject(sites.hq);
    expect(await grantAt("branch")).toMatchObject({ agents: [], queues: ["sales"], commands: [], callers: false });
    expect(await grantAt("north")).toMatchObject({ code: "forbidden", details: { sites: ["north"] } });
  });

  it("a refusal names every site that it does not have", async () => {
    const token = await signToken({ sites });
    expect(await authoriseAll(bySecret, token, ["north", "hq", "south"], ["client"], now)).toMatchObject({
      code: "forbidden",
      details: { sites: ["north", "south"] },
    });
  });

  it.each<[string, TestClaims, string]>([
    ["site beside sites", { sites, site: "hq" }, "claim site must not be given together with sites"],
    ["a list beside sites", { sites, agents: ["*"] }, "claim agents must be within sites, for each site"],
    ["callers beside sites", { sites, callers: true }, "claim callers must be within sites"],
    ["a bad name of a site", { sites: { "h q": {} } }, "claim sites.h q must be 1-63 of letters"],
    ["a bad list", { sites: { hq: { agents: "1001" } } }, "claim sites.hq.agents must be"],
  ])("%s is refused with a reason", async (_title, claims, message) => {
    const refusal = await refusalOf(await signToken(claims));
    expect(refusal).toMatchObject({ code: "unauthorized", message: expect.stringContaining(message) });
  });
});

describe("invalid tokens", () => {
  const claims = { site: "hq", role: "client" };
  it.each<[string, () => Promise<string | undefined> | string | undefined]>([
    ["no token", () => undefined],
    ["not a JWT", () => "abc"],
    ["three parts without content", () => "a.b.c"],
    ["signed with another secret", () => signToken({}, "another-secret-of-at-least-32-bytes!")],
    ["alg none", () => new UnsecuredJWT(claims).encode()],
    ["HS512", () => new SignJWT(claims).setProtectedHeader({ alg: "HS512" }).sign(new Uint8Array(64))],
    ["claims changed after signing", async () => tampered(await signToken({ site: "branch" }))],
    ["too long", () => "x".repeat(40_000)],
  ])("%s", async (_title, make) => {
    expect(await outcome(await make())).toBe("unauthorized");
  });

  it.each<[string, TestClaims | Record<string, unknown>, string]>([
    ["an end in the past", { exp: past }, `the token has expired: it ended at ${new Date(past * 1000).toISOString()}`],
    ["a beginning beyond the tolerance", { nbf: seconds + 90 }, "not valid yet: its nbf is 9\\d s ahead"],
    ["a beginning in words", { nbf: "now" }, "claim nbf must be a number of seconds since 1970"],
    ["a beginning that is null", { nbf: null }, "claim nbf must be a number"],
    ["an end in words", { exp: "never" }, "claim exp must be a number"],
    ["an end that is null", { exp: null }, "claim exp must be a number"],
    ["an end in milliseconds", { exp: now }, "claim exp must be in seconds since 1970"],
    ["no end", { exp: undefined }, "no claim exp: a client's token must say when it ends"],
    ["an issue time in words", { iat: "today" }, "claim iat must be a number"],
    ["a list that is text", { queues: "*" }, "claim queues must be a list"],
    ["a list that is null", { agents: null }, "claim agents must be a list"],
    ["callers that is text", { callers: "yes" }, "claim callers must be"],
    ["names that are numbers", { agents: ["1001", 1002] }, "claim agents.1 must be text"],
    ["no site", { site: undefined }, "claim site must be a site's name or a list of them"],
    ["an unknown role", { role: "root" }, "claim role must be one of connector, client, operator, admin"],
  ])("%s is named in the message", async (_title, claims, message) => {
    const refusal = await refusalOf(await signToken(claims as TestClaims));
    expect(refusal).toMatchObject({ code: "unauthorized", message: expect.stringMatching(message) });
  });

  it.each<[string, TestClaims, boolean]>([
    ["a beginning 30 s ahead", { nbf: seconds + 30 }, true],
    ["an end a moment ago", { exp: seconds - 2 }, true],
    ["an end 30 s ago", { exp: seconds - 30 }, false],
  ])("%s, for clocks differ", async (_title, claims, isGranted) => {
    expect((await outcome(await signToken(claims))) === "granted").toBe(isGranted);
  });

  it("without an end it is accepted if the setting says so, and for other roles", async () => {
    const token = await signToken({ exp: undefined });
    expect(await outcome(token, { ...bySecret, needsExp: false })).toBe("granted");
    const connector = await signToken({ role: "connector", exp: undefined });
    expect(await authorise(bySecret, connector, "hq", ["connector"], now)).toMatchObject({ ok: true });
  });

  it("either of two secrets may have signed it", async () => {
    const other = "another-secret-of-at-least-32-bytes!";
    const both = { ...bySecret, secrets: [new TextEncoder().encode(other), secret] };
    expect(await outcome(await signToken(), both)).toBe("granted");
    expect(await outcome(await signToken({}, other), both)).toBe("granted");
    expect(await outcome(await signToken({}, `${other}${other}`), both)).toBe("unauthorized");
  });

  function tampered(token: string): string {
    const [head, , signature] = token.split(".");
    return [head, btoa(JSON.stringify(claims)).replaceAll("=", ""), signature].join(".");
  }
});

describe("keys of PBXIS_JWKS_URL", () => {
  let keys: Keys;
  let sign: (alg: string, kid: string, claims?: Record<string, unknown>) => Promise<string>;
  let publicText = "";
  const published: Keys = { ...bySecret, secrets: [], issuer: { kind: "any" }, audience: { kind: "any" } };

  beforeAll(async () => {
    const pairs = { one: await generateKeyPair("ES256"), stranger: await generateKeyPair("ES256") };
    const jwk = await exportJWK(pairs.one.publicKey);
    publicText = JSON.stringify(jwk);
    keys = { ...published, published: createLocalJWKSet({ keys: [{ ...jwk, kid: "one", alg: "ES256" }] }) };
    sign = (alg, kid, claims = {}) =>
      new SignJWT({ site: "hq", role: "client", exp: soon, ...claims })
        .setProtectedHeader({ alg, kid })
        .sign(kid === "one" ? pairs.one.privateKey : pairs.stranger.privateKey);
  });

  it("a token signed by one is accepted", async () =>
    expect(await outcome(await sign("ES256", "one"), keys)).toBe("granted"));
  it("a token signed by another key is not", async () =>
    expect(await outcome(await sign("ES256", "two"), keys)).toBe("unauthorized"));
  it("HS256 is refused without a secret, even if signed with the public key", async () => {
    expect(await outcome(await signToken({}, publicText), keys)).toBe("unauthorized");
    expect(await outcome(await signToken(), keys)).toBe("unauthorized");
  });
  it("a key set that cannot be fetched is `unavailable`, not `unauthorized`", async () => {
    const away: Keys = { ...published, published: () => Promise.reject(new Error("no route")) };
    expect(await outcome(await sign("ES256", "one"), away)).toBe("unavailable");
  });
});

describe("who issued a token for whom", () => {
  const issuer = "https://id.example";
  const named = { iss: issuer, aud: ["other", "pbxis"] };
  let keys: Keys;
  let sign: (claims: Record<string, unknown>) => Promise<string>;

  beforeAll(async () => {
    const pair = await generateKeyPair("ES256");
    const jwk = { ...(await exportJWK(pair.publicKey)), alg: "ES256" };
    const expected = { issuer: { kind: "text", text: issuer }, audience: { kind: "text", text: "pbxis" } } as const;
    keys = { ...bySecret, ...expected, published: createLocalJWKSet({ keys: [jwk] }) };
    sign = (claims) =>
      new SignJWT({ site: "hq", role: "client", exp: soon, ...claims })
        .setProtectedHeader({ alg: "ES256" })
        .sign(pair.privateKey);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["both as configured", named, ""],
    ["an audience that is text", { ...named, aud: "pbxis" }, ""],
    ["another application's audience", { ...named, aud: "payroll" }, "claim aud is not the one"],
    ["an audience that is an object", { ...named, aud: { pbxis: true } }, "claim aud is not the one"],
    ["another issuer", { ...named, iss: `${issuer}/` }, "claim iss is not the one"],
    ["an issuer that is a list", { ...named, iss: [issuer] }, "claim iss is not the one"],
    ["no issuer", { aud: "pbxis" }, "no claim iss"],
    ["no audience", { iss: issuer }, "no claim aud"],
  ])("%s", async (_title, claims, message) => {
    const refusal = await refusalOf(await sign(claims), keys);
    expect(refusal).toMatchObject({
      code: message ? "unauthorized" : "granted",
      message: expect.stringContaining(message),
    });
  });

  it("a token of the secret needs neither, but what it claims counts", async () => {
    expect(await outcome(await signToken(), keys)).toBe("granted");
    expect(await outcome(await signToken(named), keys)).toBe("granted");
    expect(await outcome(await signToken({ aud: "payroll" }), keys)).toBe("unauthorized");
  });

  it("published keys without these settings open nothing, and the message names the setting", async () => {
    const token = await sign(named);
    for (const name of ["issuer", "audience"] as const) {
      const refusal = await refusalOf(token, { ...keys, [name]: { kind: "unset" } });
      expect(refusal).toMatchObject({
        code: "internal",
        message: expect.stringContaining(`PBXIS_${name.toUpperCase()}`),
      });
    }
    expect(await outcome(await sign({}), { ...keys, issuer: { kind: "any" }, audience: { kind: "any" } })).toBe(
      "granted",
    );
  });
});

describe("the deployment's settings", () => {
  it.each([
    ["no keys", {}, "PBXIS_JWKS_URL"],
    ["a short secret", { PBXIS_SECRET: "x".repeat(31) }, "at least 32 bytes"],
    ["a short second secret", { PBXIS_SECRET: `${testSecret},${"x".repeat(31)}` }, "at least 32 bytes"],
    ["a JWKS that is no URL", { PBXIS_JWKS_URL: "keys.json" }, "PBXIS_JWKS_URL"],
    ["another word for exp", { PBXIS_SECRET: testSecret, PBXIS_TOKEN_EXP: "no" }, "PBXIS_TOKEN_EXP"],
  ])("%s: a clear message without the secret", (_title, env, message) => {
    const result = keysOf(env);
    expect(result).toMatchObject({ ok: false, code: "internal", message: expect.stringContaining(message) });
    expect(JSON.stringify(result)).not.toContain("xxx");
  });
});
