import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agentWords } from "./agent-state.ts";
import { type Filter, filterOf, hashOf, queuesOf, roster, sortings } from "./roster.ts";
import { lineOf, member } from "./samples.ts";

const all: Filter = { search: "", word: null, queue: null, sorting: "name" };
const call = { number: "+14155550100", name: "Zoë Quinn", queueName: null, callId: null };
const lines = [
  lineOf({ agent: "1001", name: "Ann Bell", memberships: [member("support", { since: 500 })] }),
  lineOf({ agent: "1002", name: "Émile", status: "inuse", call, memberships: [member("sales", { since: 300 })] }),
  lineOf({ agent: "1003", name: "Cid", status: "inuse", memberships: [member("sales", { since: 200 })] }),
  lineOf({ agent: "1004", name: null, memberships: [] }),
  lineOf({ agent: "1005", name: "Eve", status: "ringing", memberships: [member("support", { since: 900 })] }),
];
const shown = (filter: Partial<Filter>): string[] =>
  roster(lines, { ...all, ...filter }).shown.map(({ agent }) => agent);

describe("who is shown", () => {
  it.each<[Partial<Filter>, string[]]>([
    [{ search: "ann" }, ["1001"]],
    [{ search: "bell AN" }, ["1001"]],
    [{ search: "emile" }, ["1002"]],
    [{ search: "0100" }, ["1002"]],
    [{ search: "zoe" }, ["1002"]],
    [{ search: "1004" }, ["1004"]],
    [{ search: "nobody" }, []],
    [{ queue: "sales" }, ["1003", "1002"]],
    [{ word: "talking", queue: "support" }, []],
    [{ word: "away" }, ["1004"]],
  ])("%o", (filter, agents) => {
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

  it("by talking longest puts no one who waits before one who talks", () => {
    const late = lineOf({
      agent: "1009",
      name: "Late",
      status: "inuse",
      memberships: [member("sales", { since: 5_000 })],
    });
    const order = roster([...lines, late], { ...all, sorting: "talking" }).shown.map(({ agent }) => agent);
    expect(order.slice(0, 3)).toEqual(["1003", "1002", "1009"]);
  });
});

it("counts by state what search and queue leave, so that each number is what its button shows", () => {
  const { totals, total } = roster(lines, { ...all, word: "away", queue: "sales" });
  expect({ totals, total }).toEqual({ totals: { available: 0, ringing: 0, talking: 2, paused: 0, away: 0 }, total: 2 });
  for (const word of agentWords) expect(shown({ word })).toHaveLength(roster(lines, all).totals[word]);
});

it("names the site's queues and those that agents are in", () => {
  expect(queuesOf(lines, ["billing", "sales"])).toEqual(["billing", "sales", "support"]);
});

describe("the address", () => {
  it("gives the filter again, whatever is in it", () => {
    const filters = fc.record({
      search: fc.string(),
      word: fc.constantFrom(null, ...agentWords),
      queue: fc.option(fc.string({ minLength: 1, unit: "grapheme" })),
      sorting: fc.constantFrom(...sortings),
    });
    fc.assert(
      fc.property(filters, (filter) => {
        expect(filterOf(hashOf(filter))).toEqual(filter);
      }),
    );
  });

  it("takes a link from a tile, and nothing from nonsense", () => {
    expect(filterOf("#/agents?queue=support")).toEqual({ ...all, sorting: "state", queue: "support" });
    expect(filterOf("#/agents?state=asleep&sort=7")).toEqual({ ...all, sorting: "state" });
  });
});
