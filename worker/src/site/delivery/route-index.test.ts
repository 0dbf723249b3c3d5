import { canonicalNames, type Filter } from "@pbxis/shared";
import fc from "fast-check";
import { expect, it } from "vitest";
import { complete, count, failed, member, named } from "../../testing/events.ts";
import type { LogItem } from "../api.ts";
import { itemMatcher } from "../log/read.ts";
import { addToIndex, candidates, createRouteIndex, type RouteIndex, removeFromIndex } from "./route-index.ts";

const agent = fc.constantFrom("1001", "1002", "1003");
const queue = fc.constantFrom("a", "b", "c");
const names = (one: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 1, arbitrary: fc.constant(["*"]) }, { weight: 3, arbitrary: fc.array(one, { maxLength: 3 }) });
const filter: fc.Arbitrary<Filter> = fc
  .record({
    agents: names(agent),
    queues: names(queue),
    summary: fc.boolean(),
    about: fc.constantFrom("agent" as const, "queue" as const, null),
  })
  .map((one) => ({ ...one, agents: canonicalNames(one.agents), queues: canonicalNames(one.queues) }));
const item: fc.Arbitrary<LogItem> = fc.oneof(
  agent.map((id) => named(id, "Ann")),
  agent.map((id) => complete(id, "1.1")),
  queue.map((name) => count(name, 1)),
  fc.tuple(agent, queue).map(([id, name]) => member(id, name, "inuse")),
  fc.constant(failed("x")),
  fc.constant<LogItem>({ type: "link", link: "up", asOf: 1 }),
);

const asked = (index: RouteIndex<number>, one: LogItem) => candidates(index, one).flatMap((routes) => [...routes]);

it("EV10 the candidates that match are exactly the routes that match, each once", () => {
  fc.assert(
    fc.property(fc.array(filter, { maxLength: 12 }), fc.array(fc.boolean()), item, (filters, removed, one) => {
      const index = createRouteIndex<number>();
      for (const [route, interest] of filters.entries()) addToIndex(index, route, interest);
      const kept = filters.map((interest, route) => ({ interest, route })).filter(({ route }) => !removed[route]);
      for (const [route, interest] of filters.entries()) if (removed[route]) removeFromIndex(index, route, interest);
      const matches = (route: number) => itemMatcher(filters[route] as Filter)(one);
      const found = asked(index, one)
        .filter(matches)
        .sort((a, b) => a - b);
      expect(found).toEqual(kept.map(({ route }) => route).filter(matches));
    }),
    { numRuns: 1_000 },
  );
});

it("an event asks the routes that name its agent or queue, not all of them", () => {
  const index = createRouteIndex<number>();
  for (let route = 0; route < 1_000; route++)
    addToIndex(index, route, { agents: [String(route)], queues: "*", summary: false, about: "agent" });
  addToIndex(index, 1_000, { agents: "*", queues: ["a"], summary: false, about: "queue" });
  expect(asked(index, named("7", "Ann"))).toEqual([7]);
  expect(asked(index, member("7", "a", "inuse"))).toEqual([7, 1_000]);
  expect(asked(index, count("b", 1))).toEqual([]);
});

it("a route that is removed leaves nothing behind", () => {
  const index = createRouteIndex<number>();
  const interest: Filter = { agents: ["1001"], queues: ["a", "b"], summary: false, about: null };
  addToIndex(index, 1, interest);
  removeFromIndex(index, 1, interest);
  expect(index).toEqual(createRouteIndex());
});
