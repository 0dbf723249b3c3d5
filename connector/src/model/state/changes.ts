/**
 * What one AMI event changes. Reducers mark the records they touch; `derive` (reduce/derive.ts) turns the marks into
 * the list of states that may differ. Besides, an event may be an occurrence (EV11), or need something done by the
 * shell.
 */
import type { QueueName, SiteEvent } from "@pbxis/shared";
import type { WrapUpOver } from "../../ami/event/event.ts";
import type { Agent, Member, ParkedCall, Queue } from "./state.ts";
import type { StateRef } from "./state-ref.ts";

/** What the shell is to ask of Asterisk. */
export type Inquiry =
  /**
   * Ask Asterisk for the path of this channel's recording (`Getvar` of MIXMONITOR_FILENAME) and answer with
   * `recordingPath`.
   */
  | Readonly<{ kind: "askRecording"; channel: string; uniqueId: string }>
  /** EV20: ask for the list of this queue's callers, because their order is not what was thought. */
  | Readonly<{ kind: "askQueue"; queue: QueueName }>
  /**
   * Ask for all lists again, because something may have changed without an event. Several requests at once count as
   * one.
   */
  | Readonly<{ kind: "regenerate" }>;

/** What an event needs besides. `remind`: apply this event in so many ms. */
export type Effect = Inquiry | Readonly<{ kind: "remind"; afterMs: number; event: WrapUpOver }>;

/** A marked agent is one whose calls were touched. A marked state needs no deriving. */
export type Marked = Agent | Member | StateRef;

export type Changes = {
  /** In the order of marking. Empty again once `derive` has run. */
  marked: Marked[];
  /** The states that may differ, in the order in which they are to be published. */
  dirty: StateRef[];
  occurrences: readonly Occurrence[];
  effects: readonly Effect[];
  /**
   * `list`: what it does not connect may be connected by its next items. `sweep`: what has ended did so while nobody
   * watched.
   */
  from: "event" | "list" | "sweep";
  /**
   * Of a completed list: the states that it made dirty, by the subject (subject.ts) that the list lacked or clarified.
   */
  causes: Cause[];
};

/**
 * Of the occurrences with one `id` the first that is due is published, and no other. With `holdMs` it is provisional:
 * it is due only after that time, and one with the same `id` that comes earlier takes its place (publish/grace.ts). One
 * without an event only removes it.
 */
export type Occurrence =
  | Readonly<{ event: SiteEvent; id: string | null; holdMs: number }>
  | Readonly<{ event: null; id: string }>;

type Cause = Readonly<{ subject: string; states: readonly StateRef[] }>;

/** Most events have no occurrences and effects, so all of those share one list. */
const none: readonly never[] = [];

export function noChanges(): Changes {
  return { marked: [], dirty: [], occurrences: none, effects: none, from: "event", causes: [] };
}

export function addOccurrence(changes: Changes, event: SiteEvent): void {
  add(changes, { event, id: null, holdMs: 0 });
}

/** No later occurrence with this `id` is published. One that is held back gives way. */
export function addSettled(changes: Changes, id: string, event: SiteEvent): void {
  add(changes, { event, id, holdMs: 0 });
}

/** Is published unless one with the same `id` comes within `holdMs`. */
export function addProvisional(changes: Changes, id: string, event: SiteEvent, holdMs: number): void {
  add(changes, { event, id, holdMs });
}

/** What was provisional did not happen. */
export function withdraw(changes: Changes, id: string): void {
  add(changes, { event: null, id });
}

function add(changes: Changes, occurrence: Occurrence): void {
  changes.occurrences = [...changes.occurrences, occurrence];
}

export function addEffect(changes: Changes, effect: Effect): void {
  changes.effects = [...changes.effects, effect];
}

/** The agent's channels or their bridges changed: `phoneNumber` may differ, and so may hold (EV2). */
export function markCalls(changes: Changes, agent: Agent): void {
  changes.marked.push(agent);
}

/** The membership's facts changed: its status, its summary and the queue's summary may differ. */
export function markMember(changes: Changes, member: Member): void {
  changes.marked.push(member);
}

export function markMemberSummary(changes: Changes, member: Member): void {
  changes.marked.push(member.states.memberSummary);
}

export function markAgentName(changes: Changes, agent: Agent): void {
  changes.marked.push(agent.states.agentName);
}

export function markExtensionStatus(changes: Changes, agent: Agent): void {
  changes.marked.push(agent.states.extensionStatus);
}

export function markPhoneNumber(changes: Changes, agent: Agent): void {
  changes.marked.push(agent.states.phoneNumber);
}

export function markSupervision(changes: Changes, agent: Agent): void {
  changes.marked.push(agent.states.supervision);
}

export function markParkedCall(changes: Changes, parked: ParkedCall): void {
  changes.marked.push(parked.state);
}

export function markCallers(changes: Changes, queue: Queue): void {
  changes.marked.push(queue.states.queueCallers);
}

export function markQueue(changes: Changes, queue: Queue): void {
  changes.marked.push(queue.states.queueCount, queue.states.queueSummary);
}
