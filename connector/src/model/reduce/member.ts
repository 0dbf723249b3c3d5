/**
 * EV3, EV14: memberships. Pause and penalty belong to the membership, the status to its device.
 *
 * For a device whose states `DeviceStateChange` reports (ami/event/narrowing.ts), the member follows the device.
 * app_queue makes its own event of the same message of Asterisk's core, a moment earlier or later: once the device has
 * reported, that event's status is no news and may be old.
 */
import type {
  AgentCalled,
  DeviceStateChange,
  MemberFacts,
  MemberUpdate,
  QueueMemberRemoved,
} from "../../ami/event/event.ts";
import { isDeviceAuthoritative } from "../../ami/event/narrowing.ts";
import { type Changes, markMember } from "../state/changes.ts";
import { deviceStateNumber } from "../state/device-state.ts";
import { pauseDeviceOf } from "../state/pause-device.ts";
import { lastMemberKey, type Member, type Model, type Queue } from "../state/state.ts";
import { memberStates } from "../state/state-ref.ts";
import { agentRecord, onPresenceChange } from "./agent.ts";
import { queueRecord } from "./queue.ts";

export function onMemberUpdate(model: Model, changes: Changes, event: MemberUpdate): void {
  const queue = queueRecord(model, changes, event.queue);
  if (queue) rememberMember(model, changes, queue, event, event.kind === "queueMember");
}

/**
 * A reload adds members without an event: the first event of such a member is its call. Its device's status follows.
 */
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
    wrapUpSeconds: 0,
    stateInterface: event.memberInterface,
    status: deviceStateNumber(model.devices.get(event.memberInterface)?.state ?? "UNKNOWN"),
    paused: false,
    pausedReason: null,
  };
  rememberMember(model, changes, queue, facts, false);
}

function rememberMember(model: Model, changes: Changes, queue: Queue, facts: MemberFacts, isListed: boolean): void {
  const known = queue.members.get(facts.memberInterface);
  if (known) {
    const isRenamed = known.facts.name !== facts.name;
    updateFacts(model, known, facts, isListed);
    known.seenIn = model.generation;
    markMember(changes, known);
    if (isRenamed) onPresenceChange(model, changes, known.agent);
    return;
  }
  const id = model.rule.agentOfInterface(facts.memberInterface);
  if (id === null) return;
  const agent = agentRecord(model, id);
  const member: Member = {
    kind: "member",
    queue,
    agent,
    states: memberStates(id, queue.name),
    facts,
    byDevice: false,
    shown: "unknown",
    since: model.now,
    wrapUpUntil: null,
    seenIn: model.generation,
  };
  followDevice(model, member);
  queue.members.set(facts.memberInterface, member);
  agent.members.add(member);
  markMember(changes, member);
  onPresenceChange(model, changes, agent);
}

function updateFacts(model: Model, member: Member, facts: MemberFacts, isListed: boolean): void {
  const { stateInterface, status } = member.facts;
  const isMoved = facts.stateInterface !== stateInterface;
  if (isMoved) unfollowDevice(model, member);
  if (isListed) member.byDevice = false;
  member.facts = member.byDevice && facts.status !== status ? { ...facts, status } : facts;
  if (isMoved) followDevice(model, member);
}

export function onQueueMemberRemoved(model: Model, changes: Changes, event: QueueMemberRemoved): void {
  const member = model.queues.get(event.queue)?.members.get(event.memberInterface);
  if (!member) return;
  if (member.facts.paused) model.removedMembers.set(pauseDeviceOf(event.queue, event.memberInterface), true);
  dropMember(model, changes, member);
}

export function dropMember(model: Model, changes: Changes, member: Member): void {
  const { agent, queue, facts } = member;
  const last = { agent: { id: agent.id }, queue: { name: queue.name }, facts };
  model.lastMembers.set(lastMemberKey(agent.id, queue.name), last);
  unfollowDevice(model, member);
  member.queue.members.delete(member.facts.memberInterface);
  member.agent.members.delete(member);
  markMember(changes, member);
  onPresenceChange(model, changes, member.agent);
}

/** Its followers take over the device's state. */
export function onFollowedDevice(model: Model, changes: Changes, event: DeviceStateChange): void {
  const status = deviceStateNumber(event.state);
  for (const member of model.followers.get(event.device) ?? []) {
    member.byDevice = true;
    if (member.facts.status === status) continue;
    member.facts = { ...member.facts, status };
    markMember(changes, member);
  }
}

/** To be called for a new member, and after a new state interface is set. */
function followDevice(model: Model, member: Member): void {
  const { stateInterface } = member.facts;
  if (!isDeviceAuthoritative(stateInterface)) return;
  const followers = model.followers.get(stateInterface);
  if (followers) followers.add(member);
  else model.followers.set(stateInterface, new Set([member]));
}

/** To be called before the member is dropped, and before a new state interface is set. */
function unfollowDevice(model: Model, member: Member): void {
  const { stateInterface } = member.facts;
  const followers = model.followers.get(stateInterface);
  member.byDevice = false;
  if (followers?.delete(member) && followers.size === 0) model.followers.delete(stateInterface);
}
