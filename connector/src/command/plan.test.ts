import type { Outcome, Reach } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { channels, sampleContext, settings } from "../testing/command-samples.ts";
import { planCommand } from "./plan.ts";
import type { PlanContext } from "./plan-context.ts";
import { commandActions } from "./step.ts";
import { parseVariableRule } from "./variable.ts";

const all: Reach = { agents: "*", queues: "*" };
const context = sampleContext();

/** The actions as `Action Header=value …`. */
function actionsOf(command: object, reach = all, more: Partial<PlanContext> = {}): readonly string[] {
  const plan = planCommand(command, reach, { ...context, ...more });
  if (plan.kind !== "steps") return expect.fail(JSON.stringify(plan));
  return plan.steps.map(({ action, fields }) => [action, ...fields.map((field) => field.join("="))].join(" "));
}
function resultOf(command: object, reach = all, more: Partial<PlanContext> = {}): object {
  const plan = planCommand(command, reach, { ...context, ...more });
  return plan.kind === "steps" ? plan.result : expect.fail(JSON.stringify(plan));
}
function outcomeOf(command: object, reach = all, more: Partial<PlanContext> = {}): Outcome {
  const plan = planCommand(command, reach, { ...context, ...more });
  return plan.kind === "settled" ? plan.outcome : expect.fail("the plan is not settled");
}
const failure = (code: string, more: object = {}) => ({ status: "failed", error: { code, ...more } });

describe("CM1 originate", () => {
  const to = { type: "originate", to: "+14155550100" } as const;
  const rest = "Context=from-agents Exten=+14155550100 Priority=1";

  it("rings the agent's phone, in the setting's context, with a Uniqueid of the agent and the ActionID", () => {
    const expected = `Originate Channel=PJSIP/1001 ${rest} Timeout=30000 Async=true ChannelId=a1001-pbxis-1`;
    expect(actionsOf({ ...to, agent: "1001" })).toEqual([expected]);
    expect(resultOf({ ...to, agent: "1001" })).toEqual({ actionId: "pbxis-1" });
  });

  it.each([
    ["1004", "PJSIP/1004"],
    ["9999", "PJSIP/9999"],
  ])("agent %s is dialed as %s", (agent, channel) => {
    expect(actionsOf({ ...to, agent })[0]).toContain(`Originate Channel=${channel} `);
  });

  it("sends the time-out, the caller id and each variable on a line of its own", () => {
    const more = { callerId: '"Zoë, Ü" <555>', timeoutSeconds: 5, variables: { CRM_ID: 'a,b\\c"d', __TICKET: "" } };
    expect(actionsOf({ ...to, agent: "1001", ...more })).toEqual([
      `Originate Channel=PJSIP/1001 ${rest} Timeout=5000 CallerID="Zoë, Ü" <555> Async=true ChannelId=a1001-pbxis-1 ` +
        'Variable=CRM_ID=a\\,b\\\\c\\"d Variable=__TICKET=',
    ]);
  });

  it.each([["CHANNEL"], ["_FORWARD_CONTEXT"], ["crm_id"], ["XCRM"], ["PBXIS_CHANNEL"], ["__pbxis_mode"]])(
    "CM13 the variable %s is refused",
    (name) => {
      expect(outcomeOf({ ...to, agent: "1001", variables: { [name]: "x" } })).toMatchObject(failure("bad_request"));
    },
  );

  it("CM13 a variable that the setting allows by name or by prefix is accepted", () => {
    const variables = parseVariableRule("ORDER,X_*,PBXIS*") ?? expect.fail();
    const more = { settings: { ...settings, variables } };
    const own = { PBXIS_MODE: "w" };
    expect(outcomeOf({ ...to, agent: "1001", variables: own }, all, more)).toMatchObject(failure("bad_request"));
    expect(actionsOf({ ...to, agent: "1001", variables: { ORDER: "1", _X_A: "2" } }, all, more)).toHaveLength(1);
    expect(outcomeOf({ ...to, agent: "1001", variables: { ORDER_ID: "1" } }, all, more)).toMatchObject(
      failure("bad_request"),
    );
  });

  it("CM13 a line of more bytes than Asterisk accepts is refused", () => {
    const variables = { CRM: "€".repeat(500) };
    expect(outcomeOf({ ...to, agent: "1001", variables })).toMatchObject(failure("bad_request"));
  });
});

it.each([["originate"], ["redirect"]])("CM13 PBXIS_DIAL_PATTERN bounds the `to` of %s", (type) => {
  const more = { settings: { ...settings, dialPattern: /^(?:1\d{3})$/ } };
  expect(actionsOf({ type, agent: "1001", to: "1002" }, all, more).at(-1)).toContain("Exten=1002");
  expect(outcomeOf({ type, agent: "1001", to: "11002" }, all, more)).toMatchObject(failure("bad_request"));
});

describe("CM10 the channel that a command means", () => {
  const { ann, annsCaller, bob, bobsCallers, eve, fay } = channels;

  it.each([
    ["an agent's other party", { agent: "1001" }, annsCaller, ann],
    ["another agent as the other party", { agent: "1005" }, fay, eve],
    [
      "one of two calls, by the other party's channel",
      { agent: "1002", channel: bobsCallers[1] },
      bobsCallers[1],
      bob[1],
    ],
    ["one of two calls, by the agent's channel", { agent: "1002", channel: bob[0] }, bobsCallers[0], bob[0]],
    ["the other party of an agent's channel", { channel: ann }, annsCaller, ann],
    ["a caller's channel itself", { channel: annsCaller }, annsCaller, ann],
    ["a channel of a call between two agents", { channel: eve }, eve, fay],
    ["an unknown channel", { channel: "SIP/x-1" }, "SIP/x-1", null],
  ])("%s", (_title, party, channel, counterpart) => {
    expect(actionsOf({ type: "redirect", to: "1009", ...party })).toEqual([
      "Getvar Variable=DIALPLAN_EXISTS(transfers,1009,1)",
      `Redirect Channel=${channel} Context=transfers Exten=1009 Priority=1`,
    ]);
    expect(resultOf({ type: "redirect", to: "1009", ...party })).toEqual({ channel });
    const announced = counterpart === null ? "" : ` TimeoutChannel=${counterpart} AnnounceChannel=${counterpart}`;
    expect(actionsOf({ type: "park", timeoutSeconds: 20, ...party })).toEqual([
      `Park Channel=${channel}${announced} Timeout=20000`,
    ]);
    expect(actionsOf({ type: "park", ...party })[0]).toContain("Timeout=45000");
  });

  it.each([
    ["the agent's side of the call", { agent: "1001" }, ann],
    ["a phone that rings", { agent: "1003" }, "PJSIP/1003-00000002"],
    ["one of two calls", { agent: "1002", channel: bobsCallers[1] }, bobsCallers[1]],
    ["the channel itself", { channel: ann }, ann],
    ["an unknown channel", { channel: "SIP/x-1" }, "SIP/x-1"],
  ])("CM6 %s is hung up", (_title, party, channel) => {
    expect(actionsOf({ type: "hangup", ...party })).toEqual([`Hangup Channel=${channel}`]);
    expect(resultOf({ type: "hangup", ...party })).toEqual({ channel });
  });

  it("CM6 without another call the originated call is hung up", () => {
    const more = { ringing: (agent: string) => (agent === "1004" || agent === "1001" ? "pbxis-7" : null) };
    expect(actionsOf({ type: "hangup", agent: "1004" }, all, more)).toEqual(["Hangup Channel=a1004-pbxis-7"]);
    expect(actionsOf({ type: "hangup", agent: "1001" }, all, more)).toEqual([`Hangup Channel=${ann}`]);
    expect(outcomeOf({ type: "hangup", agent: "1004", channel: ann }, all, more)).toMatchObject(failure("not_found"));
  });

  it.each([["redirect"], ["park"], ["hangup"]])("%s with several calls does nothing and lists them", (type) => {
    const to = type === "redirect" ? { to: "1009" } : {};
    const candidates = [0, 1].map((index) => {
      return {
        agentChannel: bob[index],
        bridgedChannel: bobsCallers[index],
        callerId: ["222", "333"][index],
        callId: ["2", "3"][index],
        uniqueId: bobsCallers[index],
      };
    });
    expect(outcomeOf({ type, agent: "1002", ...to })).toMatchObject(failure("several_calls", { candidates }));
    for (const agent of ["1004", "9999"]) expect(outcomeOf({ type, agent, ...to })).toMatchObject(failure("not_found"));
    const other = { agent: "1001", channel: fay };
    expect(outcomeOf({ type, ...other, ...to })).toMatchObject(failure("not_found"));
  });

  it.each([["redirect"], ["park"], ["hangup"]])("%s of the call that the client has seen, and of no other", (type) => {
    const to = type === "redirect" ? { to: "1009" } : {};
    const second = { callId: "3", uniqueId: bobsCallers[1] };
    const moved = type === "hangup" ? bob[1] : bobsCallers[1];
    for (const seen of [second, { callId: "3" }, { uniqueId: bobsCallers[1] }]) {
      const plan = actionsOf({ type, agent: "1002", ...seen, ...to });
      expect(plan.at(-1)).toContain(`Channel=${moved}`);
    }
    for (const gone of [{ callId: "4" }, { uniqueId: annsCaller }, { ...second, uniqueId: bobsCallers[0] }]) {
      const refused = outcomeOf({ type, agent: "1002", ...gone, ...to }, all, { ringing: () => "pbxis-7" });
      expect(refused).toMatchObject(
        failure("not_found", { message: expect.stringContaining("no longer has this call") }),
      );
    }
    const ringing = { ringing: () => "pbxis-7" };
    const gone = outcomeOf({ type, agent: "1004", uniqueId: annsCaller, ...to }, all, ringing);
    expect(gone).toMatchObject(failure("not_found"));
    const nameless = outcomeOf({ type, channel: ann, uniqueId: annsCaller, ...to });
    expect(nameless).toMatchObject(failure("bad_request", { message: expect.stringContaining("agent") }));
  });

  it.each([["redirect"], ["park"]])("%s does not apply to a call that only rings", (type) => {
    const to = type === "redirect" ? { to: "1009" } : {};
    expect(outcomeOf({ type, agent: "1003", ...to })).toMatchObject(failure("not_found"));
  });

  it.each([["redirect"], ["park"], ["hangup"]])(
    "CM14 %s of a channel needs an agent in the authorised scope",
    (type) => {
      const to = type === "redirect" ? { to: "1009" } : {};
      const mine: Reach = { agents: ["1001"], queues: [] };
      for (const channel of [ann, annsCaller]) expect(actionsOf({ type, channel, ...to }, mine)).not.toEqual([]);
      expect(outcomeOf({ type, channel: fay, ...to }, mine)).toMatchObject(failure("forbidden"));
      expect(outcomeOf({ type, channel: "SIP/x-1", ...to }, mine)).toMatchObject(failure("not_found"));
    },
  );
});

it("AP8 findCalls returns the calls", () => {
  const calls = [
    {
      agentChannel: channels.ann,
      bridgedChannel: channels.annsCaller,
      callerId: "111",
      callId: "1",
      uniqueId: channels.annsCaller,
    },
  ];
  expect(outcomeOf({ type: "findCalls", agent: "1001" })).toEqual({ status: "done", result: { calls } });
  expect(outcomeOf({ type: "findCalls", agent: "1004" })).toEqual({ status: "done", result: { calls: [] } });
});

describe("CM4, CM5 memberships and queues", () => {
  const narrow: Reach = { agents: [], queues: ["sales", "nowhere"] };

  it.each([
    [
      "logs on by the interface of the other queues",
      { type: "queueAdd", queue: "sales", agent: "1004" },
      ["QueueAdd Queue=sales Interface=Local/1004@agents/n StateInterface=PJSIP/1004"],
    ],
    [
      "logs on by the phone",
      { type: "queueAdd", queue: "sales", agent: "1002", name: "Bob, B.", penalty: 0, paused: false },
      ["QueueAdd Queue=sales Interface=PJSIP/1002 MemberName=Bob, B. Penalty=0 Paused=false"],
    ],
    [
      "logs on again by the same interface, which Asterisk refuses",
      { type: "queueAdd", queue: "support", agent: "1001" },
      ["QueueAdd Queue=support Interface=PJSIP/1001 MemberName=Ann"],
    ],
    [
      "logs on paused with a reason",
      { type: "queueAdd", queue: "sales", agent: "9999", paused: true, reason: "Lunch" },
      [
        "QueueAdd Queue=sales Interface=PJSIP/9999 Paused=true",
        "QueuePause Queue=sales Interface=PJSIP/9999 Paused=true Reason=Lunch",
      ],
    ],
    [
      "logs off from one queue",
      { type: "queueRemove", queue: "support", agent: "1004" },
      ["QueueRemove Queue=support Interface=Local/1004@agents/n"],
    ],
    [
      "logs off from all",
      { type: "queueRemove", agent: "1001" },
      ["QueueRemove Queue=sales Interface=PJSIP/1001", "QueueRemove Queue=support Interface=PJSIP/1001"],
    ],
    [
      "pauses",
      { type: "queuePause", queue: "sales", agent: "1001", reason: "Tea & cake" },
      ["QueuePause Queue=sales Interface=PJSIP/1001 Paused=true Reason=Tea & cake"],
    ],
    [
      "unpauses",
      { type: "queuePause", queue: "sales", agent: "1001", paused: false },
      ["QueuePause Queue=sales Interface=PJSIP/1001 Paused=false"],
    ],
    [
      "sets the penalty",
      { type: "queuePenalty", queue: "sales", agent: "1001", penalty: 5 },
      ["QueuePenalty Queue=sales Interface=PJSIP/1001 Penalty=5"],
    ],
    ["resets one", { type: "queueReset", queue: "sales" }, ["QueueReset Queue=sales"]],
    ["resets all at once", { type: "queueReset" }, ["QueueReset"]],
  ])("%s", (_title, command, actions) => {
    expect(actionsOf(command)).toEqual(actions);
    const queues = "queue" in command ? [command.queue] : ["sales", "support"];
    expect(resultOf(command)).toEqual({ queues: expect.arrayContaining(queues) });
  });

  it.each([
    [{ type: "queueRemove", agent: "1001" }, "QueueRemove Queue=sales Interface=PJSIP/1001"],
    [{ type: "queuePause", agent: "1001" }, "QueuePause Queue=sales Interface=PJSIP/1001 Paused=true"],
    [{ type: "queuePenalty", agent: "1001", penalty: 1 }, "QueuePenalty Queue=sales Interface=PJSIP/1001 Penalty=1"],
    [{ type: "queueReset" }, "QueueReset Queue=sales"],
  ])("CM14 without a queue %o covers the queues of the authorised scope", (command, action) => {
    expect(actionsOf(command, narrow)).toEqual([action]);
    expect(resultOf(command, narrow)).toEqual({ queues: ["sales"] });
    expect(outcomeOf(command, { agents: "*", queues: [] })).toMatchObject(failure("not_found"));
  });

  it.each([
    [{ type: "queueAdd", queue: "nowhere", agent: "1001" }],
    [{ type: "queueReset", queue: "nowhere" }],
    [{ type: "queueRemove", queue: "nowhere", agent: "1001" }],
    [{ type: "queueRemove", queue: "sales", agent: "1004" }],
    [{ type: "queuePause", queue: "sales", agent: "9999" }],
    [{ type: "queuePenalty", queue: "sales", agent: "1002", penalty: 1 }],
    [{ type: "queuePause", agent: "1002" }],
  ])("%o is not found", (command) => {
    expect(outcomeOf(command)).toMatchObject(failure("not_found"));
  });

  it.each([
    [{ type: "queueAdd", queue: "sales", agent: "1002", name: "x|PJSIP/2000;0;0;evil" }],
    [{ type: "queueAdd", queue: "sales", agent: "1002", paused: true, reason: "x;y" }],
    [{ type: "queuePause", queue: "sales", agent: "1001", reason: "a|b" }],
  ])("CM13 a text that would become another member in Asterisk's database is refused: %o", (command) => {
    expect(outcomeOf(command)).toMatchObject(failure("bad_request"));
  });
});

describe("CM7 a caller who waits", () => {
  const caller = { queue: "sales", uniqueId: "w1" };
  const { waiting } = channels;

  it("is picked: the agent rings with the caller's number, in a safe spelling, and then the snippet runs", () => {
    const pick = { type: "pickCaller", ...caller, agent: "1009" };
    expect(actionsOf(pick)).toEqual([
      "Getvar Variable=DIALPLAN_EXISTS(pbxis-edge,pick,1)",
      'Originate Channel=PJSIP/1009 Context=pbxis-edge Exten=pick Priority=1 Timeout=20000 CallerID="Eve   X     1" <+1415> ' +
        `Async=true ChannelId=a1009-pbxis-1 Variable=PBXIS_CHANNEL=${waiting}`,
    ]);
    expect(planCommand(pick, all, context)).toMatchObject({
      followUp: { kind: "ringing", agent: "1009", caller: "w1" },
    });
    expect(actionsOf({ ...pick, timeoutSeconds: 60 })[1]).toContain("Timeout=60000");
  });

  it("is moved, hung up, and gets a priority", () => {
    expect(actionsOf({ type: "moveCaller", ...caller, to: "1009" })).toEqual([
      "Getvar Variable=DIALPLAN_EXISTS(transfers,1009,1)",
      `Redirect Channel=${waiting} Context=transfers Exten=1009 Priority=1`,
    ]);
    expect(resultOf({ type: "moveCaller", ...caller, to: "1009" })).toEqual({ channel: waiting });
    expect(actionsOf({ type: "hangupCaller", ...caller })).toEqual([`Hangup Channel=${waiting}`]);
    expect(actionsOf({ type: "prioritizeCaller", ...caller, priority: 7 })).toEqual([
      `QueueChangePriorityCaller Queue=sales Caller=${waiting} Priority=7 Immediate=yes`,
      "QueueStatus Queue=sales Member=-",
    ]);
  });

  it.each([
    [{ type: "pickCaller", agent: "1009" }],
    [{ type: "moveCaller", to: "1009" }],
    [{ type: "prioritizeCaller", priority: 1 }],
    [{ type: "hangupCaller" }],
  ])("%o of somebody who does not wait in that queue is not found", (command) => {
    for (const other of [
      { ...caller, queue: "support" },
      { ...caller, uniqueId: "w2" },
    ])
      expect(outcomeOf({ ...command, ...other })).toMatchObject(failure("not_found"));
  });

  it("CM13 PBXIS_DIAL_PATTERN bounds where a caller is moved to, and priorities have a range", () => {
    const more = { settings: { ...settings, dialPattern: /^(?:2\d{3})$/ } };
    expect(outcomeOf({ type: "moveCaller", ...caller, to: "1009" }, all, more)).toMatchObject(failure("bad_request"));
    for (const priority of [-1, 1001, 1.5])
      expect(outcomeOf({ type: "prioritizeCaller", ...caller, priority })).toMatchObject(failure("bad_request"));
  });
});

describe("before anything is sent", () => {
  const commands = [
    [{ type: "originate", agent: "1001", to: "1002" }, "Originate", "write=originate"],
    [{ type: "redirect", agent: "1001", to: "1002" }, "Redirect", "write=call"],
    [{ type: "park", agent: "1001" }, "Park", "write=call"],
    [{ type: "hangup", agent: "1001" }, "Hangup", "write=call"],
    [{ type: "queueAdd", queue: "sales", agent: "1002" }, "QueueAdd", "write=agent"],
    [{ type: "queueRemove", agent: "1001" }, "QueueRemove", "write=agent"],
    [{ type: "queuePause", agent: "1001" }, "QueuePause", "write=agent"],
    [{ type: "queuePenalty", agent: "1001", penalty: 1 }, "QueuePenalty", "write=agent"],
  ] as const;

  it.each(commands)("CM15 %o needs the right to %s, which is %s", (command, action, right) => {
    const rights = new Set(Object.keys(commandActions));
    expect(actionsOf(command, all, { rights })).toEqual(actionsOf(command));
    rights.delete(action);
    const message = `the connector's AMI account may not ${action}: it needs ${right}, and Asterisk the module of that action`;
    expect(outcomeOf(command, all, { rights })).toMatchObject(failure("not_permitted", { message }));
  });

  it.each(commands)("%o without AMI is unavailable", (command) => {
    expect(outcomeOf(command, all, { isUp: false })).toMatchObject(failure("unavailable"));
  });

  it.each([
    [null],
    [{ type: "command", command: "core restart now" }],
    [{ type: "originate", agent: "1001", to: "1002", application: "System" }],
    [{ type: "originate", agent: "1001&PJSIP/1002", to: "1002" }],
    [{ type: "hangup", channel: "/^PJSIP.*/" }],
    [{ type: "redirect", agent: "1001", to: "1002@default" }],
  ])("CM13 %o is refused", (command) => {
    expect(outcomeOf(command as object)).toMatchObject(failure("bad_request"));
  });
});
