import { type Cursor, type Filter, type SiteEvent, stateKey, stateMapOf } from "@pbxis/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { count, failed, member, named } from "../../testing/events.ts";
import { everything } from "../../testing/logged.ts";
import type { LogItem, Sequenced } from "../api.ts";
import { createMeta } from "../meta.ts";
import { planRead, type ReadPlan, readSite, selectItems } from "./read.ts";
import { StateIndex } from "./state-index.ts";

describe("ST1 a cursor is either resumed from or answered by a snapshot", () => {
  const meta = { ...createMeta("k3"), floor: 5, sequence: 9, before: { epoch: "k2", through: 5 } };
  const snapshot = { kind: "snapshot", begun: null } as const;
  it.each<[string, Cursor | null, ReadPlan]>([
    ["none", null, snapshot],
    ["of another epoch", { epoch: "k4", sequence: 7 }, snapshot],
    ["trimmed away", { epoch: "k3", sequence: 4 }, snapshot],
    ["the oldest there is", { epoch: "k3", sequence: 5 }, { kind: "events", after: 5 }],
    ["in the middle", { epoch: "k3", sequence: 7 }, { kind: "events", after: 7 }],
    ["up to date", { epoch: "k3", sequence: 9 }, { kind: "events", after: 9 }],
    ["ahead of us", { epoch: "k3", sequence: 10 }, snapshot],
    ["of the epoch before", { epoch: "k2", sequence: 3 }, { kind: "snapshot", begun: 5 }],
    ["of the end of the epoch before", { epoch: "k2", sequence: 5 }, { kind: "snapshot", begun: 5 }],
    ["ahead of the epoch before", { epoch: "k2", sequence: 6 }, snapshot],
  ])("%s", (_title, since, plan) => {
    expect(planRead(meta, since)).toEqual(plan);
  });

  it("UP6 the beginning of the epoch is trimmed away: not even for a cursor of the epoch before", () => {
    expect(planRead({ ...meta, floor: 6 }, { epoch: "k2", sequence: 5 })).toEqual(snapshot);
  });

  it("UP6 for a cursor of the epoch before, the occurrences since the epoch began follow the states", () => {
    const logged = [count("a", 1), failed("x"), count("a", 2), failed("y")];
    const items = logged.map((item, index): Sequenced => [index + 6, item]);
    const site = {
      meta,
      states: StateIndex.of(stateMapOf(logged)),
      readAfter: (position: number) => items.filter(([sequence]) => sequence > position),
    };
    const states = JSON.stringify(count("a", 2));
    const read = (since: Cursor | null) => readSite(site, everything, since, 0);
    const since = { begun: 5, items: [items[1], items[3]] };
    expect(read({ epoch: "k2", sequence: 5 })).toMatchObject({ text: states, since });
    expect(read(null)).not.toHaveProperty("since");
  });
});

describe("what of the log answers a filter", () => {
  const placed = (items: readonly LogItem[]): Sequenced[] => items.map((item, index) => [index + 1, item]);
  const only: Filter = { agents: [], queues: ["a"], summary: false, about: null };
  const down: LogItem = { type: "link", link: "down", asOf: 1 };

  it("what matches, and every change of the link, with its own position", () => {
    expect(selectItems(placed([count("b", 1), down, count("a", 1), failed("x")]), only)).toEqual([
      [2, down],
      [3, count("a", 1)],
      [4, failed("x")],
    ]);
  });

  it("EV11 beyond the limit states are collapsed, occurrences never", () => {
    const items = [count("a", 1), failed("x"), failed("x"), down, count("a", 2), { ...down, link: "up" }] as LogItem[];
    expect(selectItems(placed(items), everything, 6)).toEqual(placed(items));
    expect(selectItems(placed(items), everything, 5).map(([sequence]) => sequence)).toEqual([2, 3, 5, 6]);
  });

  it("EV11 collapsed or not, the same states and the same occurrences come of it", () => {
    const event = fc.oneof(
      fc.record({ queue: fc.constantFrom("a", "b"), waiting: fc.nat(3) }).map((one) => count(one.queue, one.waiting)),
      fc.constantFrom("1001", "1002").map((agent) => named(agent, "Ann")),
      fc.constantFrom("inuse", "loggedoff").map((status) => member("1001", "a", status)),
      fc.nat(3).map((id) => failed(String(id))),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), fc.nat(30), (events, exact) => {
        const selected = selectItems(placed(events), everything, exact).map(([, item]) => item as SiteEvent);
        const occurrences = (list: readonly SiteEvent[]) => list.filter((one) => stateKey(one) === undefined);
        expect(stateMapOf(selected)).toEqual(stateMapOf(events));
        expect(occurrences(selected)).toEqual(occurrences(events));
      }),
    );
  });
});
