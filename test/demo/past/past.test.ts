import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mintToken } from "../../harness/token.ts";
import { type Edge, startEdge } from "../../harness/worker.ts";
import { callsPerMinute, demoAgents, demoQueues } from "./office.ts";
import { makePastDay, type PastDay } from "./past-day.ts";
import { sendPastDay } from "./send-past.ts";

const hourMs = 3_600_000;

describe("the demo's call center", () => {
  it("has eight queues with forty agents, each in a queue", () => {
    const members = new Set(demoQueues.flatMap((queue) => queue.members));
    expect([demoQueues.length, demoAgents.length, members.size]).toEqual([8, 40, 40]);
  });

  it("is busier in the morning than at night, and never quiet", () => {
    const at = (hour: number) => callsPerMinute(new Date(2026, 10, 29, hour).getTime());
    expect(at(10)).toBeGreaterThan(2 * at(3));
    expect(at(3)).toBeGreaterThan(0.2);
  });
});

describe("the past day", () => {
  let edge: Edge;
  let day: PastDay;
  // At quarters of an hour, so that the intervals of the site are those of the day.
  const to = Math.floor(Date.now() / (hourMs / 4)) * (hourMs / 4);

  beforeAll(async () => {
    [edge, day] = await Promise.all([startEdge(), makePastDay(to - 2 * hourMs, to, 5)]);
  });

  afterAll(() => edge?.stop());

  it("has the events of all kinds that figures are made of, in their order", () => {
    const types = new Set(day.events.map(({ type }) => type));
    for (const type of ["extensionStatus", "queueMemberStatus", "queueCount", "queueCallEnded", "agentTalkEnded"])
      expect([...types]).toContain(type);
    const times = day.events.map(({ at }) => at);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(day.from);
    expect(Math.max(...times)).toBeLessThanOrEqual(day.to);
  });

  it("AP12 is in the site's figures after it was sent by the uplink, and AP13 lists its calls", async () => {
    const token = await mintToken({ site: "past", role: "connector" });
    await sendPastDay(new URL(`ws://${edge.url.host}/v1/sites/past/connector`), token, day);
    const headers = { authorization: `Bearer ${await mintToken({ site: "past", callers: true })}` };
    const ask = async <Answer>(path: string): Promise<Answer> =>
      (await (await fetch(new URL(`v1/sites/past/${path}`, edge.url), { headers })).json()) as Answer;
    const span = `from=${new Date(day.from).toISOString()}&to=${new Date(day.to).toISOString()}`;
    const { rows } = await ask<{ rows: Record<string, number>[] }>(`statistics?${span}&interval=15m&queues=*`);
    const ended = day.events.flatMap((event) => (event.type === "queueCallEnded" ? event.outcome : []));
    for (const outcome of ["answered", "abandoned", "exited"]) {
      const counted = rows.reduce((sum, row) => sum + (row[outcome] ?? 0), 0);
      expect([outcome, counted]).toEqual([outcome, ended.filter((one) => one === outcome).length]);
    }
    expect(Math.min(...rows.map(({ coverage }) => coverage ?? 0))).toBe(1);
    const { calls } = await ask<{ calls: { outcome: string }[] }>(`calls?${span}&limit=500`);
    expect(calls.length).toBe(Math.min(500, ended.length));
  });
});
