/**
 * The second half of each reduction: what the marked records now show. Reducers change facts and mark what they
 * touched; here, and nowhere else, what is derived is brought up to date (`Agent.onHold`, `Agent.talks`, and `shown` and
 * `since` of a Member), and the marks become dirty states.
 *
 * This runs at the end of each event, not in the collator's tick. `since` is the time of the event that changed the
 * status, and a tick may cover many events: a status that changes and changes back within one would keep the wrong
 * `since`. Within one event the records are only looked at when it is complete, so that steps in between (a channel
 * between two bridges) are no changes.
 *
 * Dirty states are in the order of the marks, with what a changed hold makes dirty in the place where the agent was
 * marked first. The collator publishes in that order.
 */
import type { MemberState } from "@pbxis/shared";
import { hasActiveCallOnHold } from "../state/call.ts";
import type { Changes, Marked } from "../state/changes.ts";
import { deviceStatus, memberOf } from "../state/member.ts";
import { isPresent } from "../state/presence.ts";
import type { Agent, Member, Model } from "../state/state.ts";
import type { StateRef } from "../state/state-ref.ts";
import { deriveTalks } from "./talk.ts";

export function derive(model: Model, changes: Changes): void {
  const { marked: marks, dirty } = changes;
  if (marks.length === 0) return;
  // Most events mark states alone, and these marks already are the dirty states.
  if (dirty.length === 0 && marks.every(isState)) {
    changes.dirty = marks;
    changes.marked = dirty;
    return;
  }
  for (const marked of marks) {
    if (marked.kind === "state") dirty.push(marked);
    else if (marked.kind === "member") deriveMember(model, dirty, marked);
    else deriveCalls(model, changes, marked);
  }
  changes.marked = [];
}

const isState = (marked: Marked): marked is StateRef => marked.kind === "state";

function deriveCalls(model: Model, changes: Changes, agent: Agent): void {
  const { dirty } = changes;
  const { states } = agent;
  deriveTalks(model, changes, agent);
  const onHold = hasActiveCallOnHold(model, agent);
  const isHoldChanged = onHold !== agent.onHold;
  agent.onHold = onHold;
  // Nothing is published of an agent who does not exist.
  if (!isPresent(agent)) return;
  dirty.push(states.phoneNumber);
  if (isHoldChanged) {
    dirty.push(states.extensionStatus);
    for (const member of agent.members) deriveMember(model, dirty, member);
  }
  for (const { queueCall } of agent.channels) {
    const member = queueCall && memberOf(agent, queueCall.queue);
    if (member) dirty.push(member.states.memberSummary);
  }
}

/** `since` is the pause's own time where Asterisk reports one, else the time of the event that changed the status. */
function deriveMember(model: Model, dirty: StateRef[], member: Member): void {
  const { agent, facts, queue, states } = member;
  const shown: MemberState = facts.paused ? "paused" : deviceStatus(member);
  if (facts.paused && facts.lastPause > 0) member.since = facts.lastPause * 1000;
  else if (shown !== member.shown) member.since = model.now;
  member.shown = shown;
  dirty.push(states.queueMemberStatus, states.memberSummary, queue.states.queueSummary);
  // EV2: without a hint, a membership may decide the extension's status.
  if (agent.hints.size === 0) dirty.push(agent.states.extensionStatus);
}

/** Does what concerns `subject` and derives at once, to record for the audit which states are dirty because of it. */
export function causedBy(model: Model, changes: Changes, subject: string, act: () => void): void {
  derive(model, changes);
  const before = changes.dirty.length;
  act();
  derive(model, changes);
  if (changes.dirty.length > before) changes.causes.push({ subject, states: changes.dirty.slice(before) });
}
