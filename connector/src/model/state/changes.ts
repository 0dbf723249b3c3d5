/**
 * What one AMI event brings about: the states it may have changed, the occurrences (EV11) it is, and what the shell is to do.
 */
import type { EventOf, SiteEvent } from "@pbxis/shared";
import type { Agent, Member, Queue } from "./state.ts";
import type { StateRef } from "./state-ref.ts";

export type Effect =
  /** Ask where this channel's recording goes (`Getvar` of MIXMONITOR_FILENAME) and tell it as `recordingPath`. */
  | Readonly<{ kind: "askRecording"; channel: string; uniqueId: string }>
  /** Something may have changed without a word: ask all the lists again. Several at once are one. */
  | Readonly<{ kind: "regenerate" }>;

export type Changes = Readonly<{
  dirty: StateRef[];
  occurrences: SiteEvent[];
  /** An occurrence that a more precise one (an originateFailed with the same actionId) may replace for a moment (grace.ts). */
  provisional: EventOf<"originateFailed">[];
  effects: Effect[];
  /** Of a completed list: which subject (subject.ts) made which states dirty, by not being in it or by what it makes clear of others. */
  causes: Readonly<{ subject: string; states: readonly StateRef[] }>[];
}>;

export function noChanges(): Changes {
  return { dirty: [], occurrences: [], provisional: [], effects: [], causes: [] };
}

/** Does what concerns `subject`, and notes the states that are dirty by it. */
export function causedBy(changes: Changes, subject: string, act: () => void): void {
  const before = changes.dirty.length;
  act();
  if (changes.dirty.length > before) changes.causes.push({ subject, states: changes.dirty.slice(before) });
}

export function markAgentName(changes: Changes, agent: Agent): void {
  changes.dirty.push(agent.states.agentName);
}

export function markExtensionStatus(changes: Changes, agent: Agent): void {
  changes.dirty.push(agent.states.extensionStatus);
}

export function markPhoneNumber(changes: Changes, agent: Agent): void {
  changes.dirty.push(agent.states.phoneNumber);
}

export function markMember(changes: Changes, member: Member): void {
  changes.dirty.push(member.states.queueMemberStatus, member.states.memberSummary, member.queue.states.queueSummary);
}

export function markQueue(changes: Changes, queue: Queue): void {
  changes.dirty.push(queue.states.queueCount, queue.states.queueSummary);
}
