import { describe, expect, it } from "vitest";
import { checkToken, mayCommand, readClaims, takeToken, tokenIn } from "./token.ts";

const now = 1_800_000_000_000;
const encode = (claims: unknown): string => btoa(JSON.stringify(claims)).replaceAll("+", "-").replaceAll("/", "_");
const token = (claims: unknown): string => `e30.${encode(claims).replaceAll("=", "")}.sig`;
const client = { role: "client", site: "hq", agents: ["*"], queues: ["support"], commands: ["queuePause"] };

describe("a pasted token", () => {
  it.each([
    ["", /paste/i],
    ["hello", /three parts/],
    ["a.b", /three parts/],
    [token({ ...client, role: "connector" }), /connector token/],
    [token({ ...client, site: [] }), /names no site/],
    [token({ ...client, role: "admin" }), /not a client token/],
    [token({ ...client, exp: now / 1000 }), /expired on/],
  ])("%s is rejected with the reason", (text, problem) => {
    expect(checkToken(text, now)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });

  it("that is valid gives its claims", () => {
    expect(checkToken(token({ ...client, site: ["hq", "branch"], exp: now / 1000 + 1 }), now)).toEqual({
      ok: true,
      claims: {
        sites: ["hq", "branch"],
        agents: ["*"],
        queues: ["support"],
        commands: ["queuePause"],
        expiresAt: now + 1000,
      },
    });
  });

  it("may contain names in UTF-8", () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ ...client, queues: ["Želja"] }));
    expect(readClaims(`e30.${btoa(String.fromCharCode(...bytes))}.sig`)?.queues).toEqual(["Želja"]);
  });
});

describe("where the token comes from", () => {
  it("the address takes precedence over the tab's storage, and its token is stored", () => {
    const kept = new Map<string, string>([["pbxis-token", "old"]]);
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    expect(takeToken("#/agents", storage)).toBe("old");
    expect(takeToken("#token=new&view=kiosk", storage)).toBe("new");
    expect(takeToken("", storage)).toBe("new");
  });

  it("a route is not a token", () => {
    expect([tokenIn("#/agents?queue=token"), tokenIn("#/"), tokenIn("#/token=x")]).toEqual([null, null, "x"]);
  });
});

it("a command is allowed if the token names it", () => {
  const claims = readClaims(token(client));
  expect(claims && [mayCommand(claims, "queuePause"), mayCommand(claims, "hangup")]).toEqual([true, false]);
});
