import { SiteEvent, Webhook } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { complete, count, ended, failed } from "../../testing/events.ts";
import type { LogItem } from "../api.ts";
import { interestOf, selectPage } from "./page.ts";

const webhook = (fields: object) =>
  Webhook.parse({
    ...{ id: "a".repeat(16), url: "https://crm.example/", types: ["agentComplete", "queueCount"], agents: ["*"] },
    ...{ queues: ["*"], callers: false, description: "", alerts: [], disabled: null, createdAt: 1, ...fields },
  });
const alert = (above: number) =>
  SiteEvent.parse({
    ...{ type: "queueAlert", queue: "support", metric: "count", above, below: null, forSeconds: 0, value: above + 1 },
    ...{ active: true, since: 1, at: 1 },
  });
const link: LogItem = { type: "link", link: "up", asOf: 1 };

/** The log from position 1 on, for one endpoint: what it gets, up to where, and whether there is more. */
function page(one: Webhook, items: readonly LogItem[], limits?: { looked: number; items: number }) {
  const numbered = items.map((item, index) => [index + 1, item] as const);
  const { items: selected, through, more } = selectPage(numbered, one, { epoch: "k", sequence: items.length }, limits);
  return [selected.map(([{ sequence }]) => sequence), through.sequence, more];
}

describe("AP14 a page of the log", () => {
  it("has what the endpoint wants, and of a state the last value", () => {
    const items = [
      count("support", 1),
      link,
      complete("1001", "1"),
      failed("1"),
      count("support", 2),
      count("sales", 1),
    ];
    expect(page(webhook({}), items)).toEqual([[3, 5, 6], 6, false]);
    expect(page(webhook({ queues: ["sales"] }), items)).toEqual([[3, 6], 6, false]);
    expect(page(webhook({ types: ["originateFailed"] }), items)).toEqual([[4], 6, false]);
  });

  it("ends at its limits, and the next one begins there", () => {
    const items = Array.from({ length: 10 }, (_, index) => complete("1001", String(index)));
    expect(page(webhook({}), items, { looked: 4, items: 99 })).toEqual([[1, 2, 3, 4], 4, true]);
    expect(page(webhook({}), items, { looked: 99, items: 3 })).toEqual([[1, 2, 3], 3, true]);
    expect(page(webhook({}), items, { looked: 10, items: 99 })).toEqual([expect.anything(), 10, false]);
  });

  it("has the endpoint's own alerts alone", () => {
    const alerts = [{ queue: "support", metric: "count", above: 4, forSeconds: 0 }];
    expect(page(webhook({ types: [], alerts }), [alert(2), alert(4)])).toEqual([[2], 2, false]);
    expect(page(webhook({}), [alert(4)])).toEqual([[], 1, false]);
  });

  it("shows callers to an endpoint that says so", () => {
    const log = [[1, ended("support", "1")] as const];
    for (const callers of [true, false]) {
      const one = webhook({ types: ["queueCallEnded"], callers });
      const { items } = selectPage(log, one, { epoch: "k", sequence: 1 });
      expect(items[0]?.[1]).toMatchObject({ number: callers ? "+14155550100" : null });
    }
  });

  it("asks for what is on request: summaries, statistics, lists of callers", () => {
    const types = ["queueSummary", "agentStatistics", "queueCallers"];
    expect(interestOf(webhook({ types, callers: true }))).toMatchObject({
      ...{ summary: true, statistics: true, callers: "list", types },
    });
    const level = [{ queue: "support", metric: "serviceLevel", below: 80, forSeconds: 0 }];
    expect(interestOf(webhook({ types: [], alerts: level }))).toMatchObject({
      ...{ summary: false, statistics: true, types: ["queueAlert"] },
    });
  });
});
