import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { signToken, type TestClaims, testSecret } from "../testing/token.ts";
import { authorise, type Keys, keysOf } from "./auth.ts";

const secret = new TextEncoder().encode(testSecret);
const bySecret: Keys = { secret, published: null };
const soon = Math.floor(Date.now() / 1000) + 60;
const past = Math.floor(Date.now() / 1000) - 60;

const outcome = async (token: string | undefined, keys = bySecret) => {
  const result = await authorise(keys, token, "hq", ["client"]);
  return result.ok ? "granted" : result.code;
};

describe("a token becomes a grant for one site", () => {
  it.each<[string, TestClaims, string]>([
    ["its site", {}, "granted"],
    ["one of its sites", { site: ["branch", "hq"] }, "granted"],
    ["not yet expired", { exp: soon }, "granted"],
    ["expired", { exp: past }, "unauthorized"],
    ["another site", { site: "branch" }, "forbidden"],
    ["a site whose name begins with the same letters", { site: "hq2" }, "forbidden"],
    ["no site at all", { site: [] }, "unauthorized"],
    ["another role", { role: "connector" }, "forbidden"],
    ["an unknown role", { role: "admin" }, "unauthorized"],
    ["an invalid list", { agents: [""] }, "unauthorized"],
  ])("%s", async (_title, claims, expected) => {
    expect(await outcome(await signToken(claims))).toBe(expected);
  });

  it("the grant has the claims, with the expiry in ms", async () => {
    const token = await signToken({ agents: ["1001"], queues: ["a b"], exp: soon });
    expect(await authorise(bySecret, token, "hq", ["client"])).toEqual({
      ok: true,
      grant: {
        subject: expect.stringMatching(/^[\w-]{20}$/),
        role: "client",
        agents: ["1001"],
        queues: ["a b"],
        commands: [],
        expiresAt: soon * 1000,
      },
    });
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

  function tampered(token: string): string {
    const [head, , signature] = token.split(".");
    return [head, btoa(JSON.stringify(claims)).replaceAll("=", ""), signature].join(".");
  }
});

describe("keys of PBXIS_JWKS_URL", () => {
  let keys: Keys;
  let sign: (alg: string, kid: string) => Promise<string>;
  let publicText = "";

  beforeAll(async () => {
    const pairs = { one: await generateKeyPair("ES256"), stranger: await generateKeyPair("ES256") };
    const jwk = await exportJWK(pairs.one.publicKey);
    publicText = JSON.stringify(jwk);
    keys = { secret: null, published: createLocalJWKSet({ keys: [{ ...jwk, kid: "one", alg: "ES256" }] }) };
    sign = (alg, kid) =>
      new SignJWT({ site: "hq", role: "client" })
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
    const away: Keys = { secret: null, published: () => Promise.reject(new Error("no route")) };
    expect(await outcome(await sign("ES256", "one"), away)).toBe("unavailable");
  });
});

describe("the deployment's settings", () => {
  it.each([
    ["no keys", {}, "PBXIS_JWKS_URL"],
    ["a short secret", { PBXIS_SECRET: "x".repeat(31) }, "at least 32 bytes"],
  ])("%s: a clear message without the secret", (_title, env, message) => {
    const result = keysOf(env);
    expect(result).toMatchObject({ ok: false, code: "internal", message: expect.stringContaining(message) });
    expect(JSON.stringify(result)).not.toContain("xxx");
  });
});
