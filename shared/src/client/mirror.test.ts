import fc from "fast-check";
import { expect, it } from "vitest";
import { SiteEvent } from "../protocol/event.ts";
import { stateMapOf } from "../state/state.ts";
import { Mirror } from "./mirror.ts";

const member = (agent: string, queue: string, status: string) => ({
  type: "queueMemberStatus",
  agent,
  queue,
  status,
  deviceStatus: "not_inuse",
  pausedReason: null,
  penalty: 0,
  since: 1,
  at: 1,
});
const event = (fields: object): SiteEvent => SiteEvent.parse({ at: 1, ...fields });

it("looks up agents and queues", () => {
  const mirror = new Mirror();
  mirror.replace([
    event({ type: "agentName", agent: "1001", name: "Ann" }),
    event({ type: "extensionStatus", agent: "1001", status: "inuse" }),
    event({ type: "phoneNumber", agent: "1001", number: "555", name: null, queueName: "a", callId: "1.1" }),
    event(member("1001", "a", "inuse")),
    event({ type: "queueCount", queue: "a", count: 2, longestWaitSince: 7 }),
  ]);
  expect(mirror.agent("1001")).toMatchObject({
    name: "Ann",
    status: "inuse",
    call: { number: "555", queueName: "a" },
    memberships: [{ queue: "a", status: "inuse" }],
  });
  expect(mirror.queue("a")).toMatchObject({
    count: 2,
    longestWaitSince: 7,
    members: [{ agent: "1001" }],
    summary: null,
    statistics: null,
  });
  expect([mirror.agents(), mirror.queues()]).toEqual([["1001"], ["a"]]);
  expect([mirror.agent("1002"), mirror.queue("b"), mirror.membership("1001", "b")]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it("EV20 lists who waits, with positions, if the subscription has the lists", () => {
  const mirror = new Mirror();
  const caller = { callId: "1", number: "555", name: null, since: 1, priority: null, ringing: ["1001"] };
  const callers = ["7.1", "7.2"].map((uniqueId) => ({ ...caller, uniqueId }));
  mirror.replace([event({ type: "queueCount", queue: "a", count: 2, longestWaitSince: 1 })]);
  expect(mirror.callers("a")).toBeUndefined();
  mirror.apply([event({ type: "queueCallers", queue: "a", count: 2, callers })]);
  expect(mirror.callers("a")).toEqual(callers.map((one, index) => ({ ...one, position: index + 1 })));
  mirror.apply([event({ type: "queueCallers", queue: "a", count: 0, callers: [] })]);
  expect([mirror.callers("a"), mirror.callers("b")]).toEqual([[], undefined]);
});

it("EV22 lists the calls that are parked now, and EV4 a connector of an earlier version sends no uniqueId", () => {
  const mirror = new Mirror();
  const space = { type: "parkedCallState", parkingLot: "default", parkingSpace: "701" };
  const call = { channel: "PJSIP/trunk-1", callerId: null, since: 5 };
  mirror.replace([
    event({ ...space, ...call }),
    event({ type: "phoneNumber", agent: "1001", number: "555", name: null, queueName: null, callId: "1.1" }),
  ]);
  expect(mirror.parkedCalls()).toEqual([{ parkingLot: "default", parkingSpace: "701", ...call }]);
  expect(mirror.agent("1001")?.call).toMatchObject({ callId: "1.1", uniqueId: null });
  mirror.apply([event({ ...space, channel: null, callerId: null, since: null })]);
  expect([mirror.parkedCalls(), mirror.events().length]).toEqual([[], 1]);
});

it("the end of a call makes it null, and a log-off removes the membership", () => {
  const mirror = new Mirror();
  mirror.apply([event(member("1001", "a", "ringing")), event({ ...member("1001", "b", "paused") })]);
  mirror.apply([
    event({ type: "phoneNumber", agent: "1001", number: null, name: null, queueName: null, callId: null }),
  ]);
  const { events } = mirror.apply([event(member("1001", "a", "loggedoff"))]);
  expect(events).toMatchObject([{ status: "loggedoff" }]);
  expect(mirror.agent("1001")).toMatchObject({ call: null, memberships: [{ queue: "b" }] });
  expect(mirror.queue("a")).toBeUndefined();
});

it("EV9 a log-off removes the member's summary and reports it as removed", () => {
  const summary = { type: "memberSummary", agent: "1001", queue: "a", name: "Ann", memberInterface: "PJSIP/1001" };
  const counts = { callsTaken: 1, lastCall: 0, paused: false, inCall: false };
  const mirror = new Mirror();
  mirror.replace([event(member("1001", "a", "inuse")), event({ ...summary, ...counts })]);
  expect(mirror.queue("a")?.memberSummaries.length).toBe(1);
  const { events, removed } = mirror.apply([event(member("1001", "a", "loggedoff"))]);
  expect([events, removed]).toMatchObject([[{ status: "loggedoff" }], [{ type: "memberSummary", callsTaken: 1 }]]);
  expect([mirror.queues(), mirror.agents(), mirror.events()]).toEqual([[], [], []]);
});

it("lookups agree with the states, whatever the order of the events", () => {
  const name = fc.constantFrom("1", "2", "3");
  const status = fc.constantFrom("loggedoff", "paused", "inuse");
  const events = fc.array(
    fc.oneof(
      fc.tuple(name, name, status).map(([agent, queue, is]) => event(member(agent, queue, is))),
      name.map((queue) => event({ type: "queueCount", queue, count: 1, longestWaitSince: null })),
      name.map((agent) => event({ type: "agentName", agent, name: agent })),
    ),
  );
  fc.assert(
    fc.property(events, events, (before, after) => {
      const mirror = new Mirror();
      mirror.replace(before);
      mirror.apply(after);
      const states = [...stateMapOf([...before, ...after]).values()];
      const membersOf = (queue: string) =>
        states.filter((state) => state.type === "queueMemberStatus" && state.queue === queue);
      for (const queue of ["1", "2", "3"])
        expect(new Set(mirror.queue(queue)?.members ?? [])).toEqual(new Set(membersOf(queue)));
      const agents = states.flatMap((state) => ("agent" in state ? state.agent : []));
      expect(new Set(mirror.agents())).toEqual(new Set(agents));
    }),
  );
});
