import { applyEvent, type Filter, type SiteEvent, selectSnapshot } from "@pbxis/shared";
import fc from "fast-check";
import { expect, it } from "vitest";
import { count, member, named, parkedAt, summary } from "../../testing/events.ts";
import { StateIndex } from "./state-index.ts";

const agents = ["1001", "1002", "1003"];
const queues = ["a", "b", "c"];
const agent = fc.constantFrom(...agents);
const queue = fc.constantFrom(...queues);
const event: fc.Arbitrary<SiteEvent> = fc.oneof(
  fc.record({ queue, waiting: fc.nat(2) }).map((one) => count(one.queue, one.waiting)),
  agent.map((one) => named(one, "Ann")),
  queue.map((one) => summary(one, 3)),
  fc.constantFrom("701", "702").map((space) => parkedAt(space)),
  fc
    .record({ agent, queue, status: fc.constantFrom("inuse" as const, "loggedoff" as const) })
    .map((one) => member(one.agent, one.queue, one.status)),
);
const names = (all: readonly string[]) => fc.oneof(fc.constant("*" as const), fc.subarray([...all]));
const filter: fc.Arbitrary<Filter> = fc.record({
  agents: names(agents),
  queues: names(queues),
  summary: fc.boolean(),
  about: fc.constantFrom("agent" as const, "queue" as const, null),
});
const sorted = (events: readonly SiteEvent[]) => events.map((one) => JSON.stringify(one)).sort();

it("EV10 EV12 a snapshot of the candidates is that of all states", () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 40 }),
      fc.array(event, { maxLength: 20 }),
      filter,
      (first, more, wanted) => {
        const plain = new Map<string, SiteEvent>();
        for (const one of first) applyEvent(plain, one);
        const index = StateIndex.of(plain);
        for (const states of [plain, index]) for (const one of more) applyEvent(states, one);
        const found = selectSnapshot(index.candidates(wanted), wanted, 1);
        expect(sorted(found)).toEqual(sorted(selectSnapshot(plain, wanted, 1)));
      },
    ),
  );
});

it("the candidates of one agent are its own states and those of queues, not of other agents", () => {
  const index = new StateIndex();
  for (const one of agents) {
    applyEvent(index, named(one, "Ann"));
    for (const its of queues) applyEvent(index, member(one, its, "inuse"));
  }
  for (const its of queues) applyEvent(index, count(its, 1));
  for (const its of queues) applyEvent(index, summary(its, 1));
  applyEvent(index, parkedAt("701"));
  const one: Filter = { agents: ["1002"], queues: "*", summary: false, about: null };
  expect(index.candidates(one).size).toBe(1 + 3 + 3 + 1);
  expect(index.candidates({ ...one, summary: true }).size).toBe(1 + 3 + 3 + 1 + 3);
  expect(index.candidates({ ...one, about: "agent" }).size).toBe(1 + 3 + 1);
  const its: Filter = { agents: "*", queues: ["b"], summary: true, about: "queue" };
  expect(index.candidates(its).size).toBe(1 + 3 + 1 + 1);
  index.clear();
  expect(index.candidates(one).size).toBe(0);
});
