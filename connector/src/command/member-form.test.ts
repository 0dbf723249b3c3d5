/** CM4: how `queueAdd` makes an agent a member. */
import { describe, expect, it } from "vitest";
import { createLookup } from "../model/lookup.ts";
import { sampleContext, settings } from "../testing/command-samples.ts";
import { createTestModel, listsCompleted, member, queueParams, type Untimed } from "../testing/model-samples.ts";
import { planCommand } from "./plan.ts";
import type { CommandSettings } from "./settings.ts";

const hint = (exten: string, hintText: string): Untimed => {
  return { kind: "extensionStatus", exten, context: "ext-local", hint: hintText, status: 0 };
};
const local = (agent: string) => `Local/${agent}@from-queue/n`;
const behindHint = (agent: string, more = {}) => ({ stateInterface: `hint:${agent}@ext-local`, ...more });
const removed = (queue: string, memberInterface: string): Untimed => {
  return { kind: "queueMemberRemoved", queue, memberInterface };
};

const queues = [queueParams("400"), queueParams("q.two"), queueParams("empty")];
const freePbx = [
  ...queues,
  member(local("1001"), "400", behindHint("1001", { name: "Ann", penalty: 2 })),
  member(local("1002"), "400", behindHint("1002")),
  member("PJSIP/1003", "400"),
  hint("1001", "PJSIP/1001&Custom:DND1001,CustomPresence:1001"),
  hint("1007", "PJSIP/webrtc-1007"),
];

/** The first action of a queueAdd, as `Header=value …`. */
function added(
  tested: ReturnType<typeof createTestModel>,
  command: object,
  more: Partial<CommandSettings> = {},
): string {
  const context = sampleContext({ lookup: createLookup(tested.model), settings: { ...settings, ...more } });
  const plan = planCommand({ type: "queueAdd", ...command }, { agents: "*", queues: "*" }, context);
  if (plan.kind !== "steps") return expect.fail(JSON.stringify(plan));
  return (plan.steps[0]?.fields ?? []).map((field) => field.join("=")).join(" ");
}

describe("CM4 queueAdd makes an agent a member", () => {
  const like = (agent: string) => `Interface=${local(agent)} StateInterface=hint:${agent}@ext-local`;

  it("as in the agent's other queues, with state interface, name and penalty", () => {
    const expected = `Queue=q.two Interface=${local("1001")} MemberName=Ann StateInterface=hint:1001@ext-local Penalty=2`;
    expect(added(createTestModel(freePbx), { queue: "q.two", agent: "1001" })).toBe(expected);
  });

  it("by the command's own name and penalty, which win", () => {
    const command = { queue: "q.two", agent: "1001", name: "Ann B.", penalty: 0 };
    expect(added(createTestModel(freePbx), command)).toContain(
      "MemberName=Ann B. StateInterface=hint:1001@ext-local Penalty=0",
    );
  });

  it("again as before, after the agent's only membership ended", () => {
    const six = member(local("1006"), "q.two", behindHint("1006", { name: "Six", penalty: 3 }));
    const expected = `Queue=q.two Interface=${local("1006")} MemberName=Six StateInterface=hint:1006@ext-local Penalty=3`;
    const tested = createTestModel([...queues, six]);
    tested.receive(removed("q.two", local("1006")));
    expect(added(tested, { queue: "q.two", agent: "1006" })).toBe(expected);
    expect(added(tested, { queue: "400", agent: "1006" })).toBe("Queue=400 Interface=PJSIP/1006");
  });

  it("again as before, when the end was only seen in a list", () => {
    const tested = createTestModel([...queues, member(local("1006"), "q.two", behindHint("1006"))]);
    tested.receive({ kind: "regenerationStarted" }, ...queues, ...listsCompleted);
    expect(added(tested, { queue: "q.two", agent: "1006" })).toContain(like("1006"));
  });

  it("again with the penalty of that queue, though otherwise as in another", () => {
    const tested = createTestModel([...freePbx, member(local("1001"), "q.two", behindHint("1001", { penalty: 7 }))]);
    tested.receive(removed("q.two", local("1001")));
    expect(added(tested, { queue: "q.two", agent: "1001" })).toContain(`${local("1001")} MemberName=Ann`);
    expect(added(tested, { queue: "q.two", agent: "1001" })).toMatch(/ Penalty=7$/);
  });

  it("as most of the queue's members are, if the agent never was a member", () => {
    const tested = createTestModel(freePbx);
    expect(added(tested, { queue: "400", agent: "1009" })).toBe(`Queue=400 ${like("1009")}`);
    expect(added(tested, { queue: "400", agent: "1007" })).toBe(`Queue=400 ${like("1007")}`);
  });

  it("by the phone, where the queue's members are phones", () => {
    const tested = createTestModel([...freePbx, member("SIP/1003", "q.two")]);
    expect(added(tested, { queue: "q.two", agent: "1009" })).toBe("Queue=q.two Interface=SIP/1009");
    const known = createTestModel([...queues, member("SIP/1003", "q.two"), hint("1008", "PJSIP/1008")]);
    expect(added(known, { queue: "q.two", agent: "1008" })).toBe("Queue=q.two Interface=PJSIP/1008");
  });

  it.each([
    ["Local/id-5@agentcallback", "PJSIP/1010"],
    ["Local/1005@from-queue/n", "Custom:X1005"],
  ])("not as a member whose interfaces do not both have the id (%s, %s)", (memberInterface, stateInterface) => {
    const tested = createTestModel([...queues, member(memberInterface, "q.two", { stateInterface })]);
    expect(added(tested, { queue: "q.two", agent: "1009" })).toBe("Queue=q.two Interface=PJSIP/1009");
  });

  it("by the settings, if the queue has no members; each may be set alone", () => {
    const memberInterface = "Local/{agent}@from-queue/n";
    const memberStateInterface = "hint:{agent}@ext-local";
    const tested = createTestModel(freePbx);
    const command = { queue: "empty", agent: "1009" };
    expect(added(tested, command, { memberInterface, memberStateInterface })).toBe(`Queue=empty ${like("1009")}`);
    expect(added(tested, command, { memberInterface })).toBe(`Queue=empty Interface=${local("1009")}`);
    expect(added(tested, command, { memberStateInterface })).toBe(
      "Queue=empty Interface=PJSIP/1009 StateInterface=hint:1009@ext-local",
    );
    expect(added(tested, command)).toBe("Queue=empty Interface=PJSIP/1009");
  });

  it("CM13 never by an interface that may not be dialed", () => {
    const tested = createTestModel([...queues, member("Local/1003@from-queue/n", "q.two")]);
    expect(added(tested, { queue: "q.two", agent: "9" })).toContain("Interface=Local/9@from-queue/n");
    const context = sampleContext({ lookup: createLookup(tested.model) });
    const evil = { type: "queueAdd", queue: "q.two", agent: "1@x&PJSIP/2" };
    expect(planCommand(evil, { agents: "*", queues: "*" }, context)).toMatchObject({
      outcome: { error: { code: "bad_request" } },
    });
  });
});

it("CM4 at most 10,000 former memberships are remembered", () => {
  const tested = createTestModel(queues);
  for (let id = 0; id <= 10_000; id++)
    tested.receive(member(local(`a${id}`), "q.two"), removed("q.two", local(`a${id}`)));
  const lookup = createLookup(tested.model);
  expect([lookup.lastSetup("a0", "q.two"), lookup.lastSetup("a1", "q.two")?.agent]).toEqual([null, "a1"]);
});
