/**
 * CM13: all that the connector ever asks Asterisk to do for a client. What is not in this table cannot be planned: no other action, no
 * other header; above all no Application, no Data and no Command.
 */
import type { CommandResult, Outcome, QueueName } from "@pbxis/shared";
import { type ActionFields, encodeAction } from "../ami/link/action.ts";

/** Header names, and the right that the AMI account needs (any one of them; none: nobody is asked for one). */
export const commandActions = {
  Originate: {
    headers: ["Channel", "Context", "Exten", "Priority", "Timeout", "CallerID", "Async", "ChannelId", "Variable"],
    rights: ["originate"],
  },
  Redirect: { headers: ["Channel", "Context", "Exten", "Priority"], rights: ["call"] },
  Park: { headers: ["Channel", "TimeoutChannel", "AnnounceChannel", "Timeout"], rights: ["call"] },
  Hangup: { headers: ["Channel"], rights: ["call"] },
  QueueAdd: {
    headers: ["Queue", "Interface", "MemberName", "StateInterface", "Penalty", "Paused"],
    rights: ["agent"],
  },
  QueueRemove: { headers: ["Queue", "Interface"], rights: ["agent"] },
  QueuePause: { headers: ["Queue", "Interface", "Paused", "Reason"], rights: ["agent"] },
  QueuePenalty: { headers: ["Queue", "Interface", "Penalty"], rights: ["agent"] },
  QueueReset: { headers: ["Queue"], rights: [] },
  Getvar: { headers: ["Variable"], rights: ["reporting", "call"] },
} as const satisfies Record<string, { headers: readonly string[]; rights: readonly string[] }>;
export type CommandAction = keyof typeof commandActions;

/** One action. `changes`: the queue that its success changes. `unless`: answered with this `Value`, that is the outcome. */
export type Step<Action extends CommandAction = CommandAction> = Readonly<{
  action: Action;
  fields: ActionFields;
  changes: QueueName | null;
  unless: Readonly<{ value: string; outcome: Outcome }> | null;
}>;

/** What is still to be known or remembered when all steps are done. */
export type Aftermath =
  | Readonly<{ kind: "none" }>
  /** CM3: where `channel` is parked, an event tells. */
  | Readonly<{ kind: "parked"; channel: string }>
  /** CM1: the agent's phone rings for so long, under `actionId` as its Uniqueid. */
  | Readonly<{ kind: "rings"; agent: string; forMs: number }>
  /** CM6: what we originated rings no more. */
  | Readonly<{ kind: "silence"; uniqueId: string }>;

/**
 * `actionId` is the first step's. `independent` steps are all tried, though one be refused; otherwise the first refusal is the last step.
 * `result` is told once all are done.
 */
export type Steps = Readonly<{
  kind: "steps";
  actionId: string;
  steps: readonly Step[];
  independent: boolean;
  result: CommandResult;
  aftermath: Aftermath;
}>;

/** `settled`: the outcome is known without a word to Asterisk. `audit`: the connector's own doing. */
export type Plan = Readonly<{ kind: "settled"; outcome: Outcome }> | Readonly<{ kind: "audit" }> | Steps;

type HeaderOf<Action extends CommandAction> = (typeof commandActions)[Action]["headers"][number];
/** Absent values are left out. */
type Fields<Action extends CommandAction> = readonly (readonly [
  name: HeaderOf<Action>,
  value: string | number | boolean | undefined,
])[];

export function stepOf<Action extends CommandAction>(
  action: Action,
  fields: Fields<Action>,
  more: Partial<Pick<Step, "changes" | "unless">> = {},
): Step<Action> {
  const present: [string, string][] = [];
  for (const [name, value] of fields) if (value !== undefined) present.push([name, String(value)]);
  return { action, fields: present, changes: more.changes ?? null, unless: more.unless ?? null };
}

/** Why AMI cannot take such a step: a line that is too long, above all. Undefined if it can. */
export function faultOf(step: Step, actionId: string): string | undefined {
  const encoded = encodeAction(step.action, actionId, step.fields);
  return encoded.ok ? undefined : encoded.reason;
}

/** The right that the AMI account lacks for `action`; `allowed` are the actions that it may use, null if that is not known. */
export function missingRight(action: CommandAction, allowed: ReadonlySet<string> | null): string | undefined {
  const { rights } = commandActions[action];
  if (allowed === null || allowed.has(action) || rights.length === 0) return undefined;
  return rights.map((right) => `write=${right}`).join(" or ");
}
