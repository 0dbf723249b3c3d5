import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayOf, member } from "../testing/agents.ts";
import { agentStates } from "../ui/agent-states.ts";
import { type Filter, filterOf, hashOf, queuesOf, roster, sortings } from "./roster.ts";

const all: Filter = { search: "", state: null, queue: null, sorting: "name" };
const call = { number: "+14155550100", name: "Zoë Quinn", queueName: null, callId: null, uniqueId: null };
const displays = [
  displayOf({ agent: "1001", name: "Ann Bell", memberships: [member("support", { since: 500 })] }),
  displayOf({ agent: "1002", name: "Émile", status: "inuse", call, memberships: [member("sales", { since: 300 })] }),
  displayOf({ agent: "1003", name: "Cid", status: "inuse", memberships: [member("sales", { since: 200 })] }),
  displayOf({ agent: "1004", name: null, memberships: [] }),
  displayOf({ agent: "1005", name: "Eve", status: "ringing", memberships: [member("support", { since: 900 })] }),
];
const shown = (filter: Partial<Filter>): string[] =>
  roster(displays, { ...all, ...filter }).shown.map(({ agent }) => agent);

describe("the filter", () => {
  it.each<[Partial<Filter>, string[]]>([
    [{ search: "ann" }, ["1001"]],
    [{ search: "bell AN" }, ["1001"]],
    [{ search: "emile" }, ["1002"]],
    [{ search: "0100" }, ["1002"]],
    [{ search: "zoe" }, ["1002"]],
    [{ search: "1004" }, ["1004"]],
    [{ search: "nobody" }, []],
    [{ queue: "sales" }, ["1003", "1002"]],
    [{ state: "talking", queue: "support" }, []],
    [{ state: "away" }, ["1004"]],
  ])("%o shows %o", (filter, agents) => {
    expect(shown(filter)).toEqual(agents);
  });
});

describe("the order", () => {
  it.each<[Filter["sorting"], string[]]>([
    ["name", ["1004", "1001", "1003", "1002", "1005"]],
    ["state", ["1005", "1003", "1002", "1001", "1004"]],
    ["time", ["1003", "1002", "1001", "1005", "1004"]],
    ["talking", ["1003", "1002", "1001", "1005", "1004"]],
  ])("by %s", (sorting, agents) => {
    expect(shown({ sorting })).toEqual(agents);
  });

  it("by longest call puts talking agents before all others", () => {
    const late = displayOf({
      agent: "1009",
      name: "Late",
      status: "inuse",
      memberships: [member("sales", { since: 5_000 })],
    });
    const order = roster([...displays, late], { ...all, sorting: "talking" }).shown.map(({ agent }) => agent);
    expect(order.slice(0, 3)).toEqual(["1003", "1002", "1009"]);
  });
});

it("counts agents by state after search and queue, so that each total is the number its button shows", () => {
  const { totals, total } = roster(displays, { ...all, state: "away", queue: "sales" });
  expect({ totals, total }).toEqual({
    totals: { available: 0, ringing: 0, talking: 2, wrapup: 0, paused: 0, away: 0 },
    total: 2,
  });
  for (const state of agentStates) expect(shown({ state })).toHaveLength(roster(displays, all).totals[state]);
});

it("counts and shows an agent who talks and is paused in both states, with a queue by the pause in that queue", () => {
  const pause = (queue: string) => member(queue, { status: "paused" });
  const busy = displayOf({ agent: "1006", name: "Fay", status: "inuse", memberships: [pause("support")] });
  const half = displayOf({ agent: "1007", name: "Gus", memberships: [pause("support"), member("sales")] });
  const found = (filter: Partial<Filter>) => roster([busy, half], { ...all, ...filter });
  expect(found({}).totals).toMatchObject({ available: 1, talking: 1, wrapup: 0, paused: 1 });
  expect(found({ state: "paused" }).shown).toEqual([busy]);
  expect(found({ state: "talking" }).shown).toEqual([busy]);
  expect(found({ queue: "support", state: "paused" }).shown).toEqual([busy, half]);
  expect(found({ queue: "sales" }).totals).toMatchObject({ available: 1, paused: 0 });
});

it("lists the site's queues and those of the agents", () => {
  expect(queuesOf(displays, ["billing", "sales"])).toEqual(["billing", "sales", "support"]);
});

describe("the address", () => {
  it("gives back any filter", () => {
    const filters = fc.record({
      search: fc.string(),
      state: fc.constantFrom(null, ...agentStates),
      queue: fc.option(fc.string({ minLength: 1, unit: "grapheme" })),
      sorting: fc.constantFrom(...sortings),
    });
    fc.assert(
      fc.property(filters, (filter) => {
        expect(filterOf(hashOf(filter))).toEqual(filter);
      }),
    );
  });

  it("accepts a tile's link and ignores invalid values", () => {
    expect(filterOf("#/agents?queue=support")).toEqual({ ...all, sorting: "state", queue: "support" });
    expect(filterOf("#/agents?state=asleep&sort=7")).toEqual({ ...all, sorting: "state" });
  });
});
