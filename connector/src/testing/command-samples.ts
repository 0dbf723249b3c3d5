/** A small PBX with calls under way, for the tests of commands. */
import { SiteCommand, type UplinkCommand } from "@pbxis/shared";
import type { ActionAnswer } from "../ami/link/action.ts";
import type { PlanContext } from "../command/plan-context.ts";
import type { CommandSettings } from "../command/settings.ts";
import { defaultVariables, parseVariableRule } from "../command/variable.ts";
import { createLookup } from "../model/lookup.ts";
import { createTestModel, facts, member, queueCall, queueParams, type Untimed } from "./model-samples.ts";

const hint = (agent: string): Untimed => {
  return { kind: "extensionStatus", exten: agent, context: "agents", hint: `PJSIP/${agent}`, status: 0 };
};

/** Two channels in one bridge. */
function talk(id: string, one: string, other: string, number: string): Untimed[] {
  const bridge = { kind: "bridgeEnter", bridgeId: `bridge-${id}`, bridgeType: "basic" } as const;
  return [
    { ...bridge, ...facts(one, { linkedId: id }) },
    { ...bridge, ...facts(other, { linkedId: id, callerNumber: number }) },
  ];
}

/** The channels of the sample calls. */
export const channels = {
  /** 1001 talks to a caller. */
  ann: "PJSIP/1001-00000001",
  annsCaller: "PJSIP/trunk-00000002",
  /** 1002 talks to two callers. */
  bob: ["PJSIP/1002-00000003", "PJSIP/1002-00000005"],
  bobsCallers: ["PJSIP/trunk-00000004", "PJSIP/trunk-00000006"],
  /** 1005 and 1006 talk to each other. */
  eve: "PJSIP/1005-00000007",
  fay: "PJSIP/1006-00000008",
  /** Waits in sales, with the Uniqueid `w1`. */
  waiting: "PJSIP/trunk-00000009",
} as const;

/** 1003 rings; 1004 is a member by a Local channel and has no call. */
const history: readonly Untimed[] = [
  queueParams("support"),
  queueParams("sales"),
  member("PJSIP/1001", "sales"),
  member("PJSIP/1001", "support", { name: "Ann" }),
  member("Local/1004@agents/n", "support"),
  {
    kind: "queueCallerJoin",
    queue: "sales",
    count: 1,
    position: 1,
    ...facts(channels.waiting, {
      uniqueId: "w1",
      linkedId: "w1",
      callerNumber: "+1415",
      callerName: 'Eve $\u007bX}, "<1>"',
    }),
  },
  ...["1001", "1002", "1003", "1004", "1005", "1006"].map(hint),
  queueCall("support", "1003").ring,
  ...talk("1", channels.ann, channels.annsCaller, "111"),
  ...talk("2", channels.bob[0], channels.bobsCallers[0], "222"),
  ...talk("3", channels.bob[1], channels.bobsCallers[1], "333"),
  ...talk("4", channels.eve, channels.fay, "1006"),
];

export const settings: CommandSettings = {
  originateContext: "from-agents",
  redirectContext: "transfers",
  edgeContext: "pbxis-edge",
  attendedTransfer: true,
  threewayDigits: "*5",
  interfacePrefix: "PJSIP/",
  memberInterface: null,
  memberStateInterface: null,
  dialPattern: /^(?:.+)$/,
  variables: parseVariableRule(defaultVariables) ?? { names: new Set(), prefixes: [] },
};

/** `events` happen after those that the calls began with. */
export function sampleContext(more: Partial<PlanContext> = {}, events: readonly Untimed[] = []): PlanContext {
  const lookup = createLookup(createTestModel([...history, ...events]).model);
  return { lookup, settings, isUp: true, rights: null, actionId: "pbxis-1", ringing: () => null, ...more };
}

/** What Asterisk answers to an action, or why there is no answer. */
export const success: ActionAnswer = { kind: "answered", ok: true, message: "", fields: new Map() };
export const refusal = (message: string): ActionAnswer => ({ kind: "answered", ok: false, message, fields: new Map() });
export const valued = (value: string): ActionAnswer =>
  ({ ...success, fields: new Map([["Value", value]]) }) as ActionAnswer;
export const lost: ActionAnswer = { kind: "lost", because: "the connection ended" };
export const notSent: ActionAnswer = { kind: "notSent", because: "AMI is not connected" };

export function command(id: string, given: object): UplinkCommand {
  const reach = { agents: "*", queues: "*" } as const;
  return { type: "command", id, deadlineAt: 0, reach, command: SiteCommand.parse(given) };
}

export const originate = { type: "originate", agent: "1001", to: "1002" };
