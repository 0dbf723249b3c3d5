import fc from "fast-check";
import { expect, it } from "vitest";
import { complete, count, ended, failed, member, named, parkedAt, summary } from "../../testing/events.ts";
import type { LogItem } from "../api.ts";
import { itemMatcher } from "./read.ts";
import { RecentItems } from "./recent.ts";

const placedAfter = (after: number, items: readonly LogItem[]) =>
  items.map((item, index) => [after + index + 1, item] as const);
const add = (recent: RecentItems, position: number) =>
  recent.add(position - 1, position, placedAfter(position - 1, [count("a", position)]), ["{}"]);
const textsOf = (items: readonly LogItem[]) => items.map((item) => JSON.stringify(item));

it("ST1 answers with every item after a position, or not at all", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 9 }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 100, max: 2_000 }),
      (sizes, items, units) => {
        const recent = new RecentItems({ items, units });
        const log: LogItem[] = [];
        for (const size of sizes) {
          const added = Array.from({ length: size }, (_, index) => count("a", log.length + index));
          recent.add(log.length, log.length + size, placedAfter(log.length, added), textsOf(added));
          log.push(...added);
        }
        const placed = placedAfter(0, log);
        const answers = placed.map(([position]) => recent.after(position - 1));
        for (const [index, answer] of answers.entries())
          if (answer !== null) expect(answer).toEqual(placed.slice(index));
        const here = answers.find((answer) => answer !== null) ?? [];
        expect(here.length).toBeLessThanOrEqual(items);
        expect(textsOf(here.map(([, item]) => item)).join("").length).toBeLessThanOrEqual(units);
      },
    ),
  );
});

it("keeps at least the newer three quarters of what it has room for", () => {
  const recent = new RecentItems({ items: 10, units: 1_000_000 });
  for (let position = 1; position <= 100; position++) add(recent, position);
  expect(recent.after(92)?.map(([position]) => position)).toEqual([93, 94, 95, 96, 97, 98, 99, 100]);
  expect(recent.after(100)).toEqual([]);
  expect(recent.after(80)).toBeNull();
});

it("a gap drops what came before it", () => {
  const recent = new RecentItems();
  add(recent, 1);
  add(recent, 5);
  expect(recent.after(0)).toBeNull();
  expect(recent.after(4)).toEqual([[5, count("a", 5)]]);
});

it("EV20 positions without an item of the log are no gap", () => {
  const recent = new RecentItems();
  add(recent, 1);
  recent.add(1, 3, [], []);
  add(recent, 4);
  expect(recent.after(0)?.map(([position]) => position)).toEqual([1, 4]);
  expect([recent.after(2), recent.after(4)]).toEqual([[[4, count("a", 4)]], []]);
});

const agent = fc.constantFrom("1001", "1002", "1003");
const queue = fc.constantFrom("a", "b", "c");
const anyItem: fc.Arbitrary<LogItem> = fc.oneof(
  agent.map((id) => named(id, "Ann")),
  agent.map((id) => complete(id, "1.1")),
  queue.map((name) => count(name, 1)),
  queue.map((name) => summary(name, 1)),
  queue.map((name) => ended(name, "1.1")),
  fc.tuple(agent, queue).map(([id, name]) => member(id, name, "inuse")),
  fc.constantFrom<LogItem>(failed("x"), parkedAt("701"), { type: "link", link: "up", asOf: 1 }),
);
const names = (all: readonly string[]) => fc.oneof(fc.constant("*" as const), fc.subarray([...all]));

it("EV10 with a filter it answers with all that the filter lets through, in order and once", () => {
  const filter = fc.record({
    agents: names(["1001", "1002", "1003"]),
    queues: names(["a", "b", "c"]),
    summary: fc.boolean(),
    about: fc.constantFrom("agent" as const, "queue" as const, null),
  });
  fc.assert(
    fc.property(fc.array(anyItem, { maxLength: 30 }), fc.nat(30), filter, (items, after, wanted) => {
      const recent = new RecentItems({ items: 20, units: 1_000_000 });
      const placed = placedAfter(0, items);
      for (const [sequence, item] of placed) recent.add(sequence - 1, sequence, [[sequence, item]], ["{}"]);
      const matches = itemMatcher(wanted);
      const found = recent.after(after, wanted)?.filter(([, item]) => matches(item));
      if (found) expect(found).toEqual(placed.filter(([sequence, item]) => sequence > after && matches(item)));
    }),
  );
});
