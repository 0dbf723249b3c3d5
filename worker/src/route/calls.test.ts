/** AP13 over the real worker and Site object. */

import { env } from "cloudflare:workers";
import { CallsAnswer } from "@pbxis/shared";
import { beforeAll, describe, expect, it } from "vitest";
import { get } from "../testing/client.ts";
import { call as ask } from "../testing/compat.ts";
import { complete, ended } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { signToken, type TestClaims } from "../testing/token.ts";
import { TestUplink } from "../testing/uplink.ts";

const site = "called";
const now = Math.floor(Date.now() / 1000) * 1000;
const iso = (at: number) => new Date(at).toISOString();

const path = (query = "", of = site) => `/v1/sites/${of}/calls${query}`;
const request = (query: string, claims: TestClaims = {}, headers = {}) =>
  get(path(query), { claims: { site, callers: true, ...claims }, headers });
const list = async (query = "", claims: TestClaims = {}) => {
  const response = await request(query, claims);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return CallsAnswer.parse(await response.json());
};
const ids = async (query = "", claims: TestClaims = {}) => (await list(query, claims)).calls.map((one) => one.uniqueId);

beforeAll(async () => {
  const uplink = await TestUplink.start(site);
  const outcome = { outcome: "answered", agent: "1001" };
  await uplink.events(
    ended("support", "1", { ...outcome, since: now - 90_000, at: now - 80_000, waitTime: 10_000 }),
    { ...complete("1001", "1"), talkTime: 20, recording: "/monitor/1.wav", at: now - 60_000 },
    ended("sales", "2", { number: null, name: null, at: now - 50_000 }),
    ended("support", "3", { ...outcome, agent: "1002", name: "=1+1", at: now - 40_000 }),
    { ...complete("1002", "3"), talkTime: 5, recording: "/monitor/3.wav", at: now - 35_000 },
    ended("support", "4", { outcome: "exited", number: "4155550100", at: now - 30_000 }),
  );
  uplink.close();
});

describe("AP13 the list of calls", () => {
  it("has a call's whole story, and survives an eviction and the loss of the log", async () => {
    await evictObject(env.SITE.getByName(site));
    const { calls, next } = await list();
    expect(calls.map(({ uniqueId }) => uniqueId)).toEqual(["4", "3", "2", "1"]);
    expect(next).toBeNull();
    expect(calls[3]).toEqual({
      ...{ queue: "support", uniqueId: "1", callId: "1", outcome: "answered", agent: "1001", number: "+14155550100" },
      ...{ name: "Alice", joinedAt: now - 90_000, answeredAt: now - 80_000, endedAt: now - 60_000, waitTime: 10_000 },
      ...{ talkTime: 20_000, position: 1, originalPosition: 2, recording: "/monitor/1.wav", reason: "caller" },
    });
  });

  it.each([
    [`?from=${iso(now - 50_000)}`, ["4", "3", "2"]],
    [`?to=${iso(now - 50_000)}`, ["1"]],
    [`?from=${iso(now - 50_000).replace("Z", "%2B00:00")}&to=${iso(now - 40_000).replace("Z", "+00:00")}`, ["2"]],
    ["?queues=sales", ["2"]],
    ["?queues=sales,support&agents=1002", ["3"]],
    ["?agents=*", ["3", "1"]],
    ["?agent=1001&queue=support", ["1"]],
    ["?outcome=abandoned,exited", ["4", "2"]],
    ["?number=%2B14155550100", ["3", "1"]],
    ["?number=+14155550100", ["3", "1"]],
    ["?number=4155550100", ["4"]],
    ["?from=&to=&queues=&agents=&outcome=&number=&limit=&after=", ["4", "3", "2", "1"]],
  ])("%s", async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  it("comes in pages, which a call that ends meanwhile does not shift", async () => {
    const first = await list("?limit=2");
    expect(first.calls.map(({ uniqueId }) => uniqueId)).toEqual(["4", "3"]);
    const second = await list(`?limit=2&after=${first.next}`);
    expect(second.calls.map(({ uniqueId }) => uniqueId)).toEqual(["2", "1"]);
    expect(second.next).toBeNull();
  });
});

describe("AP13 what a grant shows", () => {
  it("only the calls of its queues, and of the talks only those of its agents", async () => {
    const { calls } = await list("", { queues: ["support"], agents: ["1002"] });
    expect(calls.map(({ uniqueId, talkTime, recording, endedAt }) => [uniqueId, talkTime, recording, endedAt])).toEqual(
      [
        ["4", null, null, now - 30_000],
        ["3", 5_000, "/monitor/3.wav", now - 35_000],
        ["1", null, null, null],
      ],
    );
    expect(await ids("?agents=*", { queues: ["*"], agents: ["1002"] })).toEqual(["3"]);
    expect(await ids("", { queues: [] })).toEqual([]);
  });

  it("numbers and names only with the claim callers, and no search by number without it", async () => {
    for (const { number, name } of (await list("", { callers: false })).calls)
      expect([number, name]).toEqual([null, null]);
    const csv = await (await request("?format=csv", { callers: false })).text();
    expect(csv).not.toContain("4155550100");
    const response = await request("?number=4155550100", { callers: false });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain("callers");
  });

  it.each<[string, TestClaims, number, string]>([
    ["?queues=sales", { queues: ["support"] }, 403, '"queues":["sales"]'],
    ["?agents=1001", { agents: ["1002"] }, 403, '"agents":["1001"]'],
    ["", { role: "operator" }, 403, "role client"],
    ["", { site: "elsewhere" }, 403, "another site"],
    ["", { role: "connector" }, 403, "role client"],
  ])("%s with %j is %i", async (query, claims, status, text) => {
    const response = await request(query, claims);
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(text)]);
  });
});

describe("AP13 what cannot be understood is named", () => {
  it.each([
    ["from=yesterday", "from must be a time with its offset"],
    ["from=2026-11-29", "from must be a time with its offset"],
    ["to=1763889990000", "to must be a time with its offset"],
    ["to=2026-11-29T08:00:00", "to must be a time with its offset"],
    ["from=2026-11-30T00:00:00Z&to=2026-11-29T00:00:00Z", "from must not be after to"],
    ["queues=a%00b", "queues must have no comma and no control character"],
    [`agents=${"x".repeat(129)}`, "agents must have at most 128 characters"],
    ["outcome=lost", "outcome must be of answered, abandoned"],
    ["limit=0", "limit must be a whole number, 1 to 500"],
    ["limit=501", "limit must be a whole number, 1 to 500"],
    ["limit=1e2", "limit must be a whole number, 1 to 500"],
    ["limit=1&limit=2", "limit must be given once"],
    ["after=4", "after must be the next of an earlier page"],
    ["after=k3-41", "after must be the next of an earlier page"],
    ["format=xml", "format must be csv or json"],
    [`number=${"1".repeat(129)}`, "number must have at most 128 characters"],
    ["offset=3", "offset is not a parameter of this path"],
  ])("%.60s", async (query, message) => {
    const response = await request(`?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: "bad_request", message: expect.stringContaining(message) },
    });
  });
});

it("AP13 CSV: a line of names, times in ISO 8601, nothing that a spreadsheet runs, and a link to the next page", async () => {
  for (const [query, headers] of [
    ["&format=csv", {}],
    ["", { accept: "text/csv" }],
  ] as const) {
    const response = await request(`?limit=2${query}`, {}, headers);
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    const lines = (await response.text()).split("\r\n");
    expect(lines[0]).toBe(
      "queue,uniqueId,callId,outcome,agent,number,name,joinedAt,answeredAt,endedAt,waitTime,talkTime,position,originalPosition,recording,reason",
    );
    const joined = "1970-01-01T00:00:00.001Z";
    expect(lines.slice(1)).toEqual([
      `support,4,4,exited,,4155550100,Alice,${joined},,${iso(now - 30_000)},7000,,1,2,,`,
      `support,3,3,answered,1002,"'+14155550100","'=1+1",${joined},${iso(now - 40_000)},${iso(now - 35_000)},7000,5000,1,2,/monitor/3.wav,caller`,
      "",
    ]);
    const next = /^<(.*)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1] ?? "";
    const rest = await get(next, { claims: { site, callers: true }, headers });
    expect((await rest.text()).split("\r\n").map((line) => line.split(",")[1])).toEqual([
      "uniqueId",
      "2",
      "1",
      undefined,
    ]);
    expect(rest.headers.get("link")).toBeNull();
  }
});

it("PBXIS_CALLS_DAYS that cannot be meant refuses every request of a site, by name", async () => {
  const init = { headers: { authorization: `Bearer ${await signToken({ site })}` } };
  const response = await ask({ callsDays: "a month" }, path(), init);
  expect(response.status).toBe(500);
  expect(await response.text()).toContain("PBXIS_CALLS_DAYS must be a number of days from 0 to 366");
});
