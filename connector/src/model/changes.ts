/**
 * What one AMI event brings about: the keys of the states it may have changed, the occurrences (EV11) it is, and what the shell is to do.
 * The keys are those of `stateKey` in shared.
 */
import type { Event, EventOf } from "@pbxis/shared";
import type { Agent, Member, Queue } from "./state.ts";

export type Effect =
  /** Ask where this channel's recording goes (`Getvar` of MIXMONITOR_FILENAME) and tell it as `recordingTold`. */
  | Readonly<{ kind: "askRecording"; channel: string; uniqueId: string }>
  /** Something may have changed without a word: ask all the lists again. Several at once are one. */
  | Readonly<{ kind: "regenerate" }>;

export type Changes = Readonly<{
  dirty: string[];
  occurrences: Event[];
  /** An occurrence that a more precise one (an originateFailed with the same actionId) may replace for a moment (grace.ts). */
  provisional: EventOf<"originateFailed">[];
  effects: Effect[];
  /** Of a completed list: which subject (subject.ts) made which keys dirty, by not being in it or by what it makes clear of others. */
  causes: Readonly<{ subject: string; keys: readonly string[] }>[];
}>;

export function noChanges(): Changes {
  return { dirty: [], occurrences: [], provisional: [], effects: [], causes: [] };
}

/** Does what concerns `subject`, and notes the keys that are dirty by it. */
export function causedBy(changes: Changes, subject: string, act: () => void): void {
  const before = changes.dirty.length;
  act();
  if (changes.dirty.length > before) changes.causes.push({ subject, keys: changes.dirty.slice(before) });
}

export function markAgentName(changes: Changes, agent: Agent): void {
  changes.dirty.push(`agentName,${agent.id}`);
}

export function markExtensionStatus(changes: Changes, agent: Agent): void {
  changes.dirty.push(`extensionStatus,${agent.id}`);
}

export function markPhoneNumber(changes: Changes, agent: Agent): void {
  changes.dirty.push(`phoneNumber,${agent.id}`);
}

export function markMember(changes: Changes, member: Member): void {
  const scope = `${member.agent.id},${member.queue.name}`;
  changes.dirty.push(`queueMemberStatus,${scope}`, `memberSummary,${scope}`, `queueSummary,${member.queue.name}`);
}

export function markQueue(changes: Changes, queue: Queue): void {
  changes.dirty.push(`queueCount,${queue.name}`, `queueSummary,${queue.name}`);
}
