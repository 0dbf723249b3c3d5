import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SiteEvent } from "../protocol/event.ts";
import { sameState, stateKey } from "../protocol/event-traits.ts";
import { selectSnapshot } from "./snapshot.ts";
import { applyEvent, diffStates, type StateMap, stateMapOf } from "./state.ts";

const agent = fc.constantFrom("1001", "1002", "1003");
const queue = fc.constantFrom("support", "sales");
const at = fc.nat(1000);

const anyState = fc
  .oneof(
    fc.record({ type: fc.constant("agentName"), agent, name: fc.constantFrom("Ann", "Bob"), at }),
    fc.record({
      type: fc.constant("extensionStatus"),
      agent,
      status: fc.constantFrom("not_inuse", "inuse", "unavailable"),
      at,
    }),
    fc.record({
      type: fc.constant("queueMemberStatus"),
      agent,
      queue,
      status: fc.constantFrom("paused", "inuse", "loggedoff"),
      deviceStatus: fc.constantFrom("inuse", "not_inuse", null),
      pausedReason: fc.constantFrom(null, "Lunch"),
      penalty: fc.constantFrom(0, 1, null),
      since: at,
      at,
    }),
    fc.record({ type: fc.constant("queueCount"), queue, count: fc.nat(3), longestWaitSince: fc.constant(null), at }),
    fc.record({
      type: fc.constant("phoneNumber"),
      agent,
      number: fc.constantFrom(null, "5"),
      name: fc.constant(null),
      queueName: fc.constant(null),
      callId: fc.constant(null),
      at,
    }),
  )
  .map((value) => SiteEvent.parse(value));
const anyStates = fc.array(anyState, { maxLength: 30 }).map(stateMapOf);

/** The states without their times, which a difference ignores. */
function shown(states: ReadonlyMap<string, SiteEvent>): Map<string, SiteEvent> {
  return new Map([...states].map(([key, event]) => [key, { ...event, at: 0, ...("since" in event && { since: 0 }) }]));
}

describe("EV11 states", () => {
  it("the difference applied to the old states gives the new ones, plus neutral values of those that disappeared", () => {
    fc.assert(
      fc.property(anyStates, anyStates, (before, after) => {
        const result: StateMap = new Map(before);
        for (const event of diffStates(before, after, 5000)) applyEvent(result, event);
        for (const key of [...result.keys()]) if (!after.has(key)) result.delete(key);
        expect(shown(result)).toEqual(shown(after));
      }),
    );
  });

  it("equal states differ in no event", () => {
    fc.assert(
      fc.property(anyStates, (states) => {
        expect(diffStates(states, states, 5000)).toEqual([]);
      }),
    );
  });

  it("EV12 a state that disappears gets its neutral value", () => {
    const before = stateMapOf(
      [
        { type: "queueCount", queue: "support", count: 2, longestWaitSince: 7, at: 7 },
        { type: "extensionStatus", agent: "1001", status: "inuse", at: 7 },
        { type: "agentName", agent: "1001", name: "Ann", at: 7 },
      ].map((event) => SiteEvent.parse(event)),
    );
    expect(diffStates(before, new Map(), 9)).toEqual([
      { type: "queueCount", queue: "support", count: 0, longestWaitSince: null, at: 9 },
      { type: "extensionStatus", agent: "1001", status: "unavailable", at: 9 },
    ]);
  });

  it("a new time alone is no difference", () => {
    const one = SiteEvent.parse({ type: "extensionStatus", agent: "1", status: "inuse", at: 1 });
    expect(sameState(one, { ...one, at: 2 })).toBe(true);
    expect(stateKey(one)).toBe("extensionStatus,1");
  });
});

describe("EV12 snapshot", () => {
  const states = stateMapOf(
    [
      { type: "queueCount", queue: "support", count: 0, longestWaitSince: null, at: 1 },
      {
        type: "queueMemberStatus",
        agent: "1001",
        queue: "support",
        status: "inuse",
        deviceStatus: "inuse",
        pausedReason: null,
        penalty: 0,
        since: 1,
        at: 1,
      },
      { type: "agentName", agent: "1001", name: "Ann", at: 1 },
    ].map((event) => SiteEvent.parse(event)),
  );

  it("has names, then statuses, then counts, and loggedoff for named pairs without a membership", () => {
    const events = selectSnapshot(
      states,
      { agents: ["1001", "1002"], queues: ["support"], summary: false, about: null },
      9,
    );
    expect(events.map((event) => [event.type, stateKey(event), "status" in event ? event.status : null])).toEqual([
      ["agentName", "agentName,1001", null],
      ["queueMemberStatus", "queueMemberStatus,1001,support", "inuse"],
      ["queueMemberStatus", "queueMemberStatus,1002,support", "loggedoff"],
      ["queueCount", "queueCount,support", null],
    ]);
  });

  it("`*` names no pair, so it adds no loggedoff", () => {
    const events = selectSnapshot(states, { agents: "*", queues: ["support"], summary: false, about: null }, 9);
    expect(events.filter((event) => "status" in event && event.status === "loggedoff")).toEqual([]);
  });

  it("a grant's list in place of `*` adds no loggedoff either", () => {
    const filter = {
      agents: ["1001", "1002"],
      queues: ["support"],
      summary: false,
      about: null,
      unnamed: true,
    } as const;
    const events = selectSnapshot(states, filter, 9);
    expect(events.filter((event) => "status" in event && event.status === "loggedoff")).toEqual([]);
  });
});
