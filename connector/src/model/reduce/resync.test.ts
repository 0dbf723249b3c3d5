import { type SiteEvent, stateKey } from "@pbxis/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createBench,
  facts,
  listsCompleted,
  member,
  queueCall,
  queueParams,
  type Untimed,
} from "../../testing/model-samples.ts";
import { createSamplePbx } from "../../testing/sample-pbx.ts";

const initial = [queueParams("support"), member("PJSIP/1001", "support"), member("PJSIP/1002", "support")];
const call = queueCall("support", "1001");

function listed(channel: Untimed, application: string, bridgeId: string | null, state = 6): Untimed {
  const data = application === "Queue" ? "support,tT,,,40" : "(Outgoing Line)";
  return { ...channel, kind: "coreShowChannel", application, applicationData: data, bridgeId, state } as Untimed;
}
function regeneration(...items: readonly Untimed[]): Untimed[] {
  return [{ kind: "regenerationStarted" }, ...items, ...listsCompleted];
}
/**
 * What is shown, without when it was told. Queue counts of calls are app_queue's own, which the sample does not keep.
 */
function shown(bench: ReturnType<typeof createBench>): Map<string | undefined, SiteEvent> {
  const events = bench.collator.snapshot().filter(({ type }) => type !== "queueSummary");
  return new Map(events.map((event) => [stateKey(event), { ...event, at: 0, ...("since" in event && { since: 0 }) }]));
}

const steps = fc.array(fc.tuple(fc.nat(10), fc.nat(30)), { minLength: 10, maxLength: 60, size: "max" });

it("a list that was refused says nothing of what there is", () => {
  const hint = { kind: "extensionStatus", exten: "1001", context: "agents", hint: "PJSIP/1001", status: 0 } as const;
  const bench = createBench([hint]);
  const lists = listsCompleted.map((one) => ({ ...one, refused: true }) as Untimed);
  expect(bench.tell({ kind: "regenerationStarted" }, ...lists)).toEqual([]);
});

describe("live events ≡ regeneration", () => {
  /** Plays a day; `onMiddle` at a step of one's choice, `onEnd` afterwards. */
  function play(day: readonly (readonly [number, number])[], middle: number, others: ReturnType<typeof createBench>[]) {
    const pbx = createSamplePbx();
    const live = createBench(pbx.lists(0));
    for (const other of others) other.wait(0);
    for (const [index, [choice, pick]] of day.entries()) {
      live.wait(1000);
      for (const other of others) other.wait(1000);
      if (index === middle) for (const other of others) other.tell(...pbx.lists(live.now()));
      const events = pbx.step(choice, pick, live.now());
      live.tell(...events);
      if (index >= middle) for (const other of others) other.tell(...events);
    }
    return { pbx, live };
  }

  it("a new connector that regenerates shows what one shows that was there all along", () => {
    fc.assert(
      fc.property(steps, (day) => {
        const { pbx, live } = play(day, 0, []);
        live.wait(1000);
        const fresh = createBench();
        fresh.wait(live.now() - fresh.now());
        fresh.tell(...pbx.lists(live.now()));
        expect(shown(fresh)).toEqual(shown(live));
      }),
      { numRuns: 60 },
    );
  });

  it("a regeneration of what is known tells nothing, twice even less", () => {
    fc.assert(
      fc.property(steps, (day) => {
        const { pbx, live } = play(day, 0, []);
        live.wait(1000);
        expect(live.tell(...pbx.lists(live.now()))).toEqual([]);
        expect(live.tell(...pbx.lists(live.now()))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it("a connector that came in the middle shows the same in the end", () => {
    fc.assert(
      fc.property(steps, fc.nat(60), (day, middle) => {
        const late = createBench();
        const { live } = play(day, middle, [late]);
        live.wait(1000);
        late.wait(1000);
        if (middle < day.length) expect(shown(late)).toEqual(shown(live));
      }),
      { numRuns: 40 },
    );
  });
});

/** As ami/narrowing.ts has it, for a PBX whose phones are all named by numbers. */
function isKeptAway(event: Untimed): boolean {
  if (event.kind === "extensionStatus") return !event.listed;
  return event.kind === "bridgeLeave" || (event.kind === "queueMemberStatus" && [2, 6].includes(event.status));
}
/** An account whose filters are those that an older version printed. */
function isKeptAwayByOlder(event: Untimed): boolean {
  return event.kind === "bridgeDestroy" || (event.kind === "bridgeLeave" && !event.last);
}

it.each([
  ["filters keep away", isKeptAway],
  ["older filters keep away", isKeptAwayByOlder],
])("what %s is not missed", (_which, isKept) => {
  fc.assert(
    fc.property(steps, (day) => {
      const pbx = createSamplePbx();
      const [full, narrow] = [createBench(pbx.lists(0)), createBench(pbx.lists(0))];
      for (const [choice, pick] of day) {
        for (const bench of [full, narrow]) bench.wait(1000);
        const events = pbx.step(choice, pick, full.now());
        full.tell(...events);
        narrow.tell(...events.filter((one) => !isKept(one)));
        expect(shown(narrow)).toEqual(shown(full));
      }
    }),
    { numRuns: 40 },
  );
});

describe("a regeneration restores", () => {
  it("a caller who waits and the agent who is rung for him", () => {
    const entry: Untimed = { kind: "queueEntry", queue: "support", channel: "x", uniqueId: "caller", waitSeconds: 7 };
    const ringing = listed(call.agentEnters, "AppQueue", null, 5);
    const told = createBench().tell(...regeneration(...initial, entry, ringing));
    expect(told).toContainEqual(expect.objectContaining({ type: "queueCount", count: 1 }));
    expect(told).toContainEqual(
      expect.objectContaining({ agent: "1001", number: "+14155550100", queueName: "support", callId: "caller" }),
    );
  });

  it.each([
    [
      "the caller's channel first",
      [listed(call.callerEnters, "Queue", "b"), listed(call.agentEnters, "AppQueue", "b")],
    ],
    ["the agent's channel first", [listed(call.agentEnters, "AppQueue", "b"), listed(call.callerEnters, "Queue", "b")]],
  ])("a call in progress with its queue, and asks once for its recording: %s", (_title, channels) => {
    const bench = createBench();
    const told = bench.tell(...regeneration(...initial, ...channels));
    const expected = { type: "phoneNumber", agent: "1001", number: "+14155550100", queueName: "support" };
    expect(told).toContainEqual(expect.objectContaining(expected));
    bench.tell(...regeneration(...initial, ...channels));
    expect(bench.effects).toEqual([{ kind: "askRecording", channel: "PJSIP/trunk-00000001", uniqueId: "caller" }]);
  });

  it("the connected line, which a list tells as of now", () => {
    const forwarded = { ...call.agentEnters, connectedNumber: "+1777" };
    const channels = [listed(forwarded, "AppQueue", "b"), listed(call.callerEnters, "Queue", "b")];
    const told = createBench().tell(...regeneration(...initial, ...channels));
    expect(told).toContainEqual(expect.objectContaining({ agent: "1001", number: "+1777" }));
  });

  it("a call whose AgentComplete comes late: the talk ended when the agent left", () => {
    const bench = createBench();
    const channels = [listed(call.agentEnters, "AppQueue", "b"), listed(call.callerEnters, "Queue", "b")];
    bench.tell(...regeneration(...initial, ...channels));
    bench.wait(3000);
    bench.tell(call.agentEnds);
    bench.wait(10_000);
    const told = bench.tell({ ...call.complete, dest: null, talkTime: 20 });
    expect(told).toContainEqual(expect.objectContaining({ type: "agentComplete", talkTime: 10 }));
  });

  it.each([
    ["after the bridge and one channel have ended", [{ kind: "bridgeDestroy", bridgeId: "b-1" }, call.callerEnds]],
    ["after both channels have ended", [call.callerEnds, call.agentEnds]],
  ] as const)("a call whose AgentComplete names no channel and comes %s", (_when, ends) => {
    const caller = listed(call.callerEnters, "Queue", "b-1");
    const agent = listed(call.agentEnters, "AppQueue", "b-1");
    const bench = createBench([...initial, caller, agent]);
    bench.tell(...ends);
    const nameless = { ...call.complete, caller: null, dest: null } as Untimed;
    const { uniqueId } = call.callerEnters as { uniqueId?: string };
    expect(uniqueId).toBeDefined();
    expect(bench.tell(nameless)).toContainEqual(
      expect.objectContaining({ type: "agentComplete", agent: "1001", queueName: "support", uniqueId }),
    );
  });

  it("the recording of a caller who enters a queue only later", () => {
    const bench = createBench();
    bench.tell(...regeneration(...initial, listed(call.callerEnters, "Playback", null)));
    expect(bench.effects).toEqual([]);
    bench.tell(call.join, call.ring, call.leave, call.agentEnters, call.callerEnters);
    expect(bench.effects).toEqual([{ kind: "askRecording", channel: "PJSIP/trunk-00000001", uniqueId: "caller" }]);
  });

  it("of two calls the younger one", () => {
    const own = (serial: number) =>
      facts(`PJSIP/1001-0000000${serial}`, { uniqueId: `17.${serial}`, linkedId: `${serial}` });
    const far = (serial: number) => facts(`PJSIP/trunk-0000000${serial}`, { callerNumber: `+1${serial}` });
    const items = [10, 9].flatMap((serial) => [
      listed({ kind: "hangup", cause: 0, ...own(serial) }, "Dial", `b${serial}`),
      listed({ kind: "hangup", cause: 0, ...far(serial) }, "Dial", `b${serial}`),
    ]);
    const told = createBench().tell(...regeneration(...initial, ...items));
    expect(told).toContainEqual(expect.objectContaining({ agent: "1001", number: "+110" }));
  });
});

describe("a regeneration keeps and sweeps", () => {
  const answered = [call.join, call.ring, call.leave, call.agentEnters, call.callerEnters];
  const channels = [
    listed(call.agentEnters, "AppQueue", "bridge-caller"),
    listed(call.callerEnters, "Queue", "bridge-caller"),
  ];
  const inUse = member("PJSIP/1001", "support", { status: 2 });

  it("hold survives for a channel that is still there", () => {
    const bench = createBench(initial);
    bench.tell(...answered, inUse, call.hold);
    expect(
      bench.tell(...regeneration(queueParams("support"), inUse, member("PJSIP/1002", "support"), ...channels)),
    ).toEqual([]);
    expect(bench.tell(call.unhold)).toContainEqual(expect.objectContaining({ status: "inuse" }));
  });

  it("what is not told again is told as gone, and only that", () => {
    const bench = createBench([...initial, queueParams("sales")]);
    bench.tell(...answered);
    bench.tell(call.join);
    const told = bench.tell(...regeneration(queueParams("support"), member("PJSIP/1002", "support")));
    expect(told.map((event) => [stateKey(event), "status" in event ? event.status : ""]).sort()).toEqual([
      ["extensionStatus,1001", "unavailable"],
      ["phoneNumber,1001", ""],
      ["queueCount,support", ""],
      ["queueMemberStatus,1001,support", "loggedoff"],
    ]);
    expect(told).toContainEqual(expect.objectContaining({ type: "queueCount", count: 0, longestWaitSince: null }));
    expect([bench.model.channels.size, bench.model.bridges.size, bench.model.queues.size]).toEqual([0, 0, 1]);
  });

  it("a caller who is known keeps the exact time of joining", () => {
    const bench = createBench(initial);
    bench.tell(call.join);
    bench.wait(1500);
    const entry: Untimed = { kind: "queueEntry", queue: "support", channel: "x", uniqueId: "caller", waitSeconds: 1 };
    expect(bench.tell(...regeneration(...initial, entry))).toEqual([]);
  });

  it("what happens live between the lists counts", () => {
    const bench = createBench(initial);
    const items = [...initial, listed(call.agentEnters, "AppQueue", "b"), listed(call.callerEnters, "Queue", "b")];
    const [queues, ...others] = listsCompleted as readonly [Untimed, ...Untimed[]];
    expect(bench.tell({ kind: "regenerationStarted" }, ...items, queues)).toEqual([]);
    expect(bench.tell(call.agentEnds, call.callerEnds)).toEqual([]);
    bench.tell({ kind: "queueMemberRemoved", queue: "support", memberInterface: "PJSIP/1002" });
    expect(bench.tell(...others).map((event) => [event.type, "agent" in event && event.agent])).toEqual([
      ["extensionStatus", "1002"],
      ["queueMemberStatus", "1002"],
    ]);
  });

  it.each([
    ["a reload of queues", { kind: "reload", module: "app_queue.so" }, 1],
    ["a reload of everything", { kind: "reload", module: "All" }, 1],
    ["a reload of what does not concern us", { kind: "reload", module: "cdr.so" }, 0],
    ["a new start", { kind: "fullyBooted" }, 1],
  ] as [string, Untimed, number][])("%s asks for as many: %s %i", (_title, event, times) => {
    const bench = createBench();
    bench.tell(event);
    expect(bench.effects).toEqual(Array(times).fill({ kind: "regenerate" }));
  });
});
