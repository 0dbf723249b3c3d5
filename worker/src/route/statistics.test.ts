/** AP12: what a token may ask for, and how it is answered. */

import { StatisticsAnswer } from "@pbxis/shared";
import { beforeAll, describe, expect, it } from "vitest";
import { get } from "../testing/client.ts";
import { count, ended } from "../testing/events.ts";
import type { TestClaims } from "../testing/token.ts";
import { TestUplink } from "../testing/uplink.ts";

const site = "reports";
const path = `/v1/sites/${site}/statistics`;
const ask = (query: string, claims: TestClaims = {}, headers: Record<string, string> = {}) =>
  get(`${path}?${query}`, { claims: { site, ...claims }, headers });
const rowsOf = async (query: string, claims: TestClaims = {}) =>
  StatisticsAnswer.parse(await (await ask(query, claims)).json()).rows;

beforeAll(async () => {
  const uplink = await TestUplink.start(site, [count("support", 0), count("sales", 0), count("=cmd()", 1)]);
  const at = Date.now();
  await uplink.events(
    ended("support", "u1", { outcome: "answered", waitTime: 4_000, since: at - 4_000, at }),
    ended("sales", "u2", { outcome: "abandoned", waitTime: 2_000, since: at - 2_000, at }),
  );
});

describe("AP12", () => {
  it("has a row for each queue and interval, by name", async () => {
    const rows = await rowsOf("queues=support,sales&interval=day");
    expect(rows).toMatchObject([
      { kind: "queue", name: "sales", abandoned: 1, shortAbandoned: 1, abandonRate: 100 },
      { kind: "queue", name: "support", answered: 1, averageSpeedOfAnswer: 4_000 },
    ]);
  });

  it.each([
    ["everything that the token grants", "interval=day", { queues: ["support"] }, ["support"]],
    ["the same with empty parameters", "queues=&agents=&from=&interval=day", { queues: ["support"] }, ["support"]],
    ["* within the grant", "queues=*&interval=day", { queues: ["sales"] }, ["sales"]],
    ["no queues if only agents are named", "agents=*&interval=day", {}, []],
    ["nothing of a queue that does not exist", "queues=nowhere", {}, []],
    ["nothing of a time before there was anything", "from=2020-01-01T00:00Z&to=2020-01-02T00:00Z", {}, []],
  ])("answers with %s", async (_name, query, claims, names) => {
    expect((await rowsOf(query, claims)).map(({ name }) => name)).toEqual(names);
  });

  it.each([
    ["interval=5m", "interval must be 15m, 1h or day"],
    ["from=yesterday", "from must be a time with its offset"],
    ["to=2026-11-29T08:00:00", "to must be a time with its offset"],
    ["from=2026-11-29T08:00:00Z&to=2026-11-29T07:00:00Z", "from must not be after to"],
    ["from=2026-11-29T08:00:00Z&from=2026-11-29T09:00:00Z", "from must be given once"],
    ["format=xml", "format must be csv or json"],
    ["queue=a%00b", "queues must have no"],
    ["since=k3-41", "since is not a parameter"],
  ])("%s is 400: %s", async (query, message) => {
    const answer = await ask(query);
    expect(answer.status).toBe(400);
    expect(JSON.stringify(await answer.json())).toContain(message);
  });

  it("SU2 a name that is not granted is 403", async () => {
    const answer = await ask("queues=support,sales&agents=1001", { queues: ["support"], agents: ["1002"] });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ error: { queues: ["sales"], agents: ["1001"] } });
  });

  it("more than 10,000 rows are 413", async () => {
    const from = new Date(Date.now() - 35 * 86_400_000).toISOString();
    expect((await ask(`queues=support,sales&from=${from}`)).status).toBe(200);
    const answer = await ask(`queues=*&from=${from}`);
    expect(answer.status).toBe(413);
    expect(JSON.stringify(await answer.json())).toContain("more than 10000 rows");
  });

  it.each([
    ["format=csv", {}],
    ["", { accept: "text/csv" }],
  ])("is CSV with %s %o, in which nothing is a formula", async (query, headers) => {
    const answer = await ask(`${query}&interval=day`, {}, headers);
    expect(answer.headers.get("content-type")).toContain("text/csv");
    const [header, ...lines] = (await answer.text()).split("\r\n");
    expect(header?.startsWith("kind,name,from,to,offered,answered,")).toBe(true);
    expect(lines.map((line) => line.split(",")[1])).toEqual([`"'=cmd()"`, "sales", "support", undefined]);
    expect(lines[1]?.split(",")[2]).toMatch(/^\d{4}-\d\d-\d\dT00:00:00\+00:00$/);
  });
});
