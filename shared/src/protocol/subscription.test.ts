import { describe, expect, it } from "vitest";
import { SiteEvent } from "./event.ts";
import { canonicalNames, type Filter, filterKey, matcher, narrow } from "./subscription.ts";

const filter = (agents: Filter["agents"], queues: Filter["queues"], rest: Partial<Filter> = {}): Filter => ({
  agents,
  queues,
  summary: false,
  about: null,
  ...rest,
});

const examples = {
  agentName: { type: "agentName", agent: "1001", name: "Ann", at: 1 },
  phoneNumber: {
    type: "phoneNumber",
    agent: "1001",
    number: "5",
    name: null,
    queueName: "sales",
    callId: "1.1",
    at: 1,
  },
  member: {
    type: "queueMemberStatus",
    agent: "1001",
    queue: "support",
    status: "paused",
    deviceStatus: "inuse",
    pausedReason: null,
    penalty: 0,
    since: 1,
    at: 1,
  },
  queueCount: { type: "queueCount", queue: "support", count: 1, longestWaitSince: 1, at: 1 },
  agentComplete: {
    type: "agentComplete",
    agent: "1001",
    uniqueId: "1.1",
    talkTime: 1,
    holdTime: 1,
    recording: null,
    queueName: "sales",
    reason: "caller",
    at: 1,
  },
  originateFailed: { type: "originateFailed", actionId: "a", reason: "failed", at: 1 },
  memberSummary: {
    type: "memberSummary",
    queue: "support",
    agent: "1009",
    name: "Zoe",
    memberInterface: "PJSIP/1009",
    callsTaken: 1,
    lastCall: 1,
    paused: false,
    inCall: false,
    at: 1,
  },
} as const;

const seen = (wanted: Filter) =>
  Object.entries(examples)
    .filter(([, event]) => matcher(wanted)(SiteEvent.parse(event)))
    .map(([name]) => name);

describe("EV10 scope rule", () => {
  it.each<[string, Filter, string[]]>([
    ["an empty subscription receives only events without scope", filter([], []), ["originateFailed"]],
    [
      "agents alone receive no events of queues",
      filter(["1001"], []),
      ["agentName", "phoneNumber", "agentComplete", "originateFailed"],
    ],
    ["queues alone receive no events of agents", filter([], ["support"]), ["queueCount", "originateFailed"]],
    [
      "both scope properties must match; queueName narrows nothing",
      filter(["1001"], ["support"]),
      ["agentName", "phoneNumber", "member", "queueCount", "agentComplete", "originateFailed"],
    ],
    [
      "another queue hides the membership, but not the agent's call from the hidden queue",
      filter(["1001"], ["sales"]),
      ["agentName", "phoneNumber", "agentComplete", "originateFailed"],
    ],
    [
      "EV9 a member summary is scoped by its queue alone",
      filter([], ["support"], { summary: true }),
      ["queueCount", "originateFailed", "memberSummary"],
    ],
    [
      "AP2 the stream of a queue has only events with a queue in their scope",
      filter("*", ["support"], { about: "queue" }),
      ["member", "queueCount", "originateFailed"],
    ],
    [
      "AP2 the stream of an agent has only events with an agent in their scope",
      filter(["1001"], "*", { about: "agent" }),
      ["agentName", "phoneNumber", "member", "agentComplete", "originateFailed"],
    ],
  ])("%s", (_title, wanted, names) => {
    expect(seen(wanted)).toEqual(names);
  });
});

describe("SU2 narrowing by the grant", () => {
  it("`*` becomes the granted names", () => {
    expect(narrow(filter("*", "*"), { agents: ["1002", "1001"], queues: ["*"], callers: false })).toEqual({
      ok: true,
      filter: filter(["1001", "1002"], "*", { unnamed: true }),
    });
  });
  it("EV16 the claim callers comes from the grant alone, and makes another subscription", () => {
    const grant = { agents: ["*"], queues: ["*"] };
    const narrowed = (callers: boolean) => {
      const result = narrow(filter("*", "*"), { ...grant, callers });
      return result.ok ? filterKey(result.filter) : "refused";
    };
    expect(narrowed(false)).toBe('["*","*",false,null,false]');
    expect(narrowed(true)).toBe('["*","*",false,null,false,true]');
  });
  it("names outside the grant are listed", () => {
    expect(
      narrow(filter(["1001", "1003"], ["sales"]), { agents: ["1001"], queues: ["support"], callers: false }),
    ).toEqual({
      ok: false,
      agents: ["1003"],
      queues: ["sales"],
      callers: false,
    });
  });
  it("EV20 the lists of callers need the claim, and make another subscription", () => {
    const wanted = { ...filter("*", "*"), callers: "list" } as const;
    const grant = { agents: ["*"], queues: ["*"] };
    expect(narrow(wanted, { ...grant, callers: false })).toMatchObject({ ok: false, callers: true });
    const granted = narrow(wanted, { ...grant, callers: true });
    expect(granted.ok && filterKey(granted.filter)).toBe('["*","*",false,null,false,"list"]');
  });
});

describe("SU3 canonical form", () => {
  it("order and duplicates do not matter", () => {
    const one = filter(canonicalNames(["b", "a", "b"]), canonicalNames([]));
    const other = filter(canonicalNames(["a", "b"]), canonicalNames([]));
    expect(filterKey(one)).toBe(filterKey(other));
  });
  it("`*` replaces all other names", () => {
    expect(canonicalNames(["a", "*"])).toBe("*");
  });
});
