/**
 * EV3, EV14: memberships. Pause and penalty are the membership's own; the device's part comes from app_queue's view of the device,
 * overlaid with the agent's own hold, which no device state shows (EV2).
 */
import type { AgentId, DeviceState, MemberState } from "@pbxis/shared";
import type { AgentCalled, MemberFacts, MemberUpdate, QueueMemberRemoved } from "../../ami/event/event.ts";
import { type Changes, markExtensionStatus, markMember } from "../state/changes.ts";
import { isPresent, onPresence } from "../state/presence.ts";
import { type Agent, agentRecord, type Member, type Model, type Queue } from "../state/state.ts";
import { memberStates } from "../state/state-ref.ts";
import { followDevice, unfollowDevice } from "./device-followers.ts";
import { queueRecord } from "./queue.ts";
import { pauseDeviceOf } from "./unannounced.ts";

/** app_queue's numbers (AST_DEVICE_*); 4 is an invalid device, which nobody can reach either. */
const deviceStates: readonly DeviceState[] = [
  "unknown",
  "not_inuse",
  "inuse",
  "busy",
  "unavailable",
  "unavailable",
  "ringing",
  "ringinuse",
  "onhold",
];

/** The device as the queue sees it, without the overlay. */
export function reportedDeviceStatus(member: Member): DeviceState {
  return deviceStates[member.facts.status] ?? "unknown";
}

export function deviceStatus(member: Member): DeviceState {
  return withHold(member.agent, reportedDeviceStatus(member));
}

/** EV2: `onhold` over a status that says no more than that the agent is in a call. */
export function withHold<Status extends DeviceState>(agent: Agent, status: Status): Status | "onhold" {
  return agent.onHold && (status === "inuse" || status === "busy") ? "onhold" : status;
}

export function onMemberUpdate(model: Model, changes: Changes, event: MemberUpdate): void {
  const queue = queueRecord(model, changes, event.queue);
  if (queue) rememberMember(model, changes, queue, event, event.at, event.kind === "queueMember");
}

/** A member that a reload brought is first heard of when it is called; its device's status follows. */
export function onMemberCalled(model: Model, changes: Changes, event: AgentCalled): void {
  const queue = queueRecord(model, changes, event.queue);
  if (!queue || queue.members.has(event.memberInterface)) return;
  const facts: MemberFacts = {
    queue: event.queue,
    memberInterface: event.memberInterface,
    name: event.memberName,
    penalty: 0,
    callsTaken: 0,
    lastCall: 0,
    lastPause: 0,
    stateInterface: event.memberInterface,
    status: 0,
    paused: false,
    pausedReason: null,
  };
  rememberMember(model, changes, queue, facts, event.at, false);
}

function rememberMember(
  model: Model,
  changes: Changes,
  queue: Queue,
  facts: MemberFacts,
  at: number,
  isListed: boolean,
): void {
  const known = queue.members.get(facts.memberInterface);
  if (known) {
    const renamed = known.facts.name !== facts.name;
    takeFacts(model, known, facts, isListed);
    known.touched = model.generation;
    refreshMember(changes, known, at);
    if (renamed) onPresence(model, changes, known.agent);
    return;
  }
  const id = model.rule.agentOfInterface(facts.memberInterface);
  if (id === null) return;
  const agent = agentRecord(model, id);
  const member: Member = {
    ...{ queue, agent, facts, byDevice: false, states: memberStates(id, queue.name) },
    ...{ shown: "unknown", since: at, touched: model.generation },
  };
  followDevice(model, member);
  queue.members.set(facts.memberInterface, member);
  agent.members.add(member);
  refreshMember(changes, member, at);
  onPresence(model, changes, agent);
}

function takeFacts(model: Model, member: Member, facts: MemberFacts, isListed: boolean): void {
  const { stateInterface, status } = member.facts;
  const isMoved = facts.stateInterface !== stateInterface;
  if (isMoved) unfollowDevice(model, member);
  if (isListed) member.byDevice = false;
  member.facts = member.byDevice && facts.status !== status ? { ...facts, status } : facts;
  if (isMoved) followDevice(model, member);
}

/** Takes the status that is now shown into account; `since` is when it began, a pause's own time where Asterisk tells it. */
export function refreshMember(changes: Changes, member: Member, at: number): void {
  const { facts } = member;
  const shown: MemberState = facts.paused ? "paused" : deviceStatus(member);
  if (facts.paused && facts.lastPause > 0) member.since = facts.lastPause * 1000;
  else if (shown !== member.shown) member.since = at;
  member.shown = shown;
  markMember(changes, member);
  // EV2 follows the membership where nothing better is known.
  if (member.agent.hints.size + member.agent.devices.size === 0) markExtensionStatus(changes, member.agent);
}

export function onQueueMemberRemoved(model: Model, changes: Changes, event: QueueMemberRemoved): void {
  const member = model.queues.get(event.queue)?.members.get(event.memberInterface);
  if (!member) return;
  if (member.facts.paused) model.removedMembers.set(pauseDeviceOf(event.queue, event.memberInterface), true);
  dropMember(model, changes, member);
}

export function dropMember(model: Model, changes: Changes, member: Member): void {
  unfollowDevice(model, member);
  member.queue.members.delete(member.facts.memberInterface);
  member.agent.members.delete(member);
  markMember(changes, member);
  onPresence(model, changes, member.agent);
}

/** The agent's membership of a queue; with two interfaces in one queue the first by name speaks for both. */
export function memberOf(agent: Agent | undefined, queue: string): Member | undefined {
  let first: Member | undefined;
  if (agent)
    for (const member of agent.members)
      if (member.queue.name === queue && (!first || member.facts.memberInterface < first.facts.memberInterface))
        first = member;
  return first;
}

/** The agent's memberships in a settled order, so that what is told of an agent does not depend on the order of events. */
export function membersInOrder(agent: Agent): Member[] {
  return [...agent.members].sort(
    (one, other) =>
      compare(one.queue.name, other.queue.name) || compare(one.facts.memberInterface, other.facts.memberInterface),
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** EV1: the name a queue was given for the agent; without one Asterisk repeats the interface. Falls back to the id. */
export function agentNameOf(agent: Agent): string {
  for (const { facts } of membersInOrder(agent))
    if (facts.name !== null && facts.name !== facts.memberInterface) return facts.name;
  return agent.id;
}

export function presentAgent(model: Model, id: AgentId | string): Agent | undefined {
  const agent = model.agents.get(id);
  return agent && isPresent(agent) ? agent : undefined;
}
