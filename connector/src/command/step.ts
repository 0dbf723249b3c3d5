/**
 * CM13: everything that the connector may ask Asterisk to do for a client. A plan cannot contain any other action or
 * header; above all no Application, no Data and no Command.
 */
import type { CommandResult, Outcome, QueueName } from "@pbxis/shared";
import { type ActionFields, encodeAction } from "../ami/link/action.ts";
import type { UnannouncedChange } from "./unannounced.ts";

/** Header names, and the rights of which the AMI account needs any one. Without rights Asterisk requires none. */
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
  QueueChangePriorityCaller: { headers: ["Queue", "Caller", "Priority", "Immediate"], rights: [] },
  QueueStatus: { headers: ["Queue", "Member"], rights: [] },
  Getvar: { headers: ["Variable"], rights: ["reporting", "call"] },
  PlayDTMF: { headers: ["Channel", "Digit", "Duration", "Receive"], rights: ["call"] },
  /** `MUTEAUDIO(in)`, and no other variable. */
  Setvar: { headers: ["Channel", "Variable", "Value"], rights: ["call"] },
  MixMonitorMute: { headers: ["Channel", "Direction", "State"], rights: ["call", "system"] },
  StopMixMonitor: { headers: ["Channel"], rights: ["call", "system"] },
  Atxfer: { headers: ["Channel", "Exten", "Context"], rights: ["call"] },
  CancelAtxfer: { headers: ["Channel"], rights: ["call"] },
} as const satisfies Record<string, { headers: readonly string[]; rights: readonly string[] }>;
export type CommandAction = keyof typeof commandActions;

/**
 * One action. `changes`: the queue that its success changes. `unless`: if the answer has this `Value`, the command ends
 * with this outcome. `announces`: what its success changes without an event. `whileWaits`: it is not sent if this
 * caller does not wait any more (CM7).
 */
export type ActionStep<Action extends CommandAction = CommandAction> = Readonly<{
  action: Action;
  fields: ActionFields;
  changes: QueueName | null;
  unless: Readonly<{ value: string; outcome: Outcome }> | null;
  announces: UnannouncedChange | null;
  whileWaits?: Readonly<{ queue: string; uniqueId: string }>;
}>;

/** What to watch or to remember besides the answers to the steps. */
export type FollowUp =
  | Readonly<{ kind: "none" }>
  /** CM3: an event has the space in which `channel` is parked. */
  | Readonly<{ kind: "awaitParking"; channel: string }>
  /** CM1: the agent's phone rings for at most `forMs`. CM7: for the caller with this Uniqueid, while that one waits. */
  | Readonly<{ kind: "ringing"; agent: string; forMs: number; caller?: string }>
  /** CM7: the list that has just come says where the caller stands. */
  | Readonly<{ kind: "readPlace"; queue: string; uniqueId: string }>
  /** CM6: the originated call with this ActionID stops ringing. */
  | Readonly<{ kind: "stopRinging"; originated: string }>
  /** CM20: the agent's `channel` calls `to`, and holds `caller`. */
  | Readonly<{ kind: "awaitConsultation"; channel: string; caller: string; to: string }>
  /** CM20: the agent's `channel` is in one bridge with both others. */
  | Readonly<{ kind: "awaitConference"; channel: string; agent: string }>;

/**
 * `actionId` is that of the first step that is no question. `independent` steps are all tried, even after a refusal;
 * otherwise the first refusal ends the plan. `result` is the command's result when all steps are done. With
 * `otherwise`, one step that succeeds is enough, and its channel is the result's; `otherwise` is the outcome if all are
 * refused.
 */
export type StepsPlan = Readonly<{
  kind: "steps";
  actionId: string;
  steps: readonly ActionStep[];
  independent: boolean;
  otherwise?: Outcome;
  result: CommandResult;
  followUp: FollowUp;
}>;

/**
 * `settled`: the outcome is known without asking Asterisk. `audit`: no command to Asterisk, but an audit of the model.
 */
export type Plan = Readonly<{ kind: "settled"; outcome: Outcome }> | Readonly<{ kind: "audit" }> | StepsPlan;

type HeaderOf<Action extends CommandAction> = (typeof commandActions)[Action]["headers"][number];
/** Headers whose value is undefined are omitted. */
type Fields<Action extends CommandAction> = readonly (readonly [
  name: HeaderOf<Action>,
  value: string | number | boolean | undefined,
])[];

export function stepOf<Action extends CommandAction>(
  action: Action,
  fields: Fields<Action>,
  more: Partial<Pick<ActionStep, "changes" | "unless" | "announces">> = {},
): ActionStep<Action> {
  const present: [string, string][] = [];
  for (const [name, value] of fields) if (value !== undefined) present.push([name, String(value)]);
  return { action, fields: present, changes: null, unless: null, announces: null, ...more };
}

/** Why the step cannot be encoded for AMI, mostly because a line is too long; undefined if it can. */
export function encodingFault(step: ActionStep, actionId: string): string | undefined {
  const encoded = encodeAction(step.action, actionId, step.fields);
  return encoded.ok ? undefined : encoded.reason;
}

/** The right that the AMI account lacks for `action`. `allowed` are the actions that it may use, null if not known. */
export function missingRight(action: CommandAction, allowed: ReadonlySet<string> | null): string | undefined {
  const { rights } = commandActions[action];
  if (allowed === null || allowed.has(action) || rights.length === 0) return undefined;
  return rights.map((right) => `write=${right}`).join(" or ");
}
