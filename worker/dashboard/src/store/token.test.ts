import { describe, expect, it } from "vitest";
import { checkToken, chooseToken, claimsAt, grantText, mayCommand, readClaims, tokenIn } from "./token.ts";

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
    [token({ ...client, role: "operator" }), /neither a client’s nor an admin’s/],
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
        callers: false,
        expiresAt: now + 1000,
      },
    });
  });

  it("AP15 that has lists for each site gives those of one site", () => {
    const sites = { hq: { agents: ["*"], queues: ["*"], callers: true }, branch: { queues: ["sales"] } };
    const claims = readClaims(token({ role: "client", sites }));
    if (!claims) throw new Error("no claims");
    expect(claims).toMatchObject({ sites: ["hq", "branch"], agents: [], queues: [] });
    expect(claimsAt(claims, "hq")).toMatchObject({ agents: ["*"], commands: [], callers: true });
    expect(claimsAt(claims, "branch")).toMatchObject({ agents: [], queues: ["sales"], callers: false });
    expect(grantText(claims)).toBe(
      "hq: all agents; all queues; no commands. branch: no agents; queues sales; no commands",
    );
    expect(readClaims(token({ role: "client", sites: {} }))).toBe(undefined);
  });

  it.each([
    [true, true],
    ["true", false],
    [undefined, false],
  ])("EV16 shows callers only with the claim true, not %j", (callers, shown) => {
    expect(readClaims(token({ ...client, callers }))?.callers).toBe(shown);
  });

  it("may contain names in UTF-8", () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ ...client, queues: ["Želja"] }));
    expect(readClaims(`e30.${btoa(String.fromCharCode(...bytes))}.sig`)?.queues).toEqual(["Želja"]);
  });
});

describe("where the token comes from", () => {
  const mine = token(client);
  const other = token({ ...client, agents: ["1001"] });
  const ended = token({ ...client, exp: now / 1000 });
  it.each<[string, string | null, string | null, string | null, string | null]>([
    ["neither", null, null, null, null],
    ["the tab's storage", null, mine, mine, null],
    ["an address without a token", "", mine, mine, null],
    ["the address, in a new tab", other, null, other, null],
    ["the address, after the tab's own token has ended", other, ended, other, null],
    ["both, the same", mine, mine, mine, null],
    ["the tab's storage, although a link has another one", other, mine, mine, other],
    ["the tab's storage, although a link has nonsense", "x", mine, mine, "x"],
  ])("%s", (_title, given, stored, chosen, offered) => {
    expect(chooseToken(given, stored, now)).toEqual({ token: chosen, offered });
  });

  it.each([
    [client, "hq: all agents; queues support; commands queuePause"],
    [
      { ...client, site: ["hq", "b"], agents: ["1", "2", "3", "4", "5", "6"], queues: ["*"], commands: [] },
      "hq, b: 6 agents; all queues; no commands",
    ],
  ])("what it grants is said in words: %j", (claims, text) => {
    const read = readClaims(token(claims));
    expect(read && grantText(read)).toBe(text);
  });

  it("a route is not a token", () => {
    expect([tokenIn("#/agents?queue=token"), tokenIn("#/"), tokenIn("#/token=x")]).toEqual([null, null, "x"]);
  });
});

it("a command is allowed if the token names it", () => {
  const claims = readClaims(token(client));
  expect(claims && [mayCommand(claims, "queuePause"), mayCommand(claims, "hangup")]).toEqual([true, false]);
});
