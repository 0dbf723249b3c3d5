/** Queue membership: log-on, log-off, pauses and penalties. Messages are copied from Asterisk. */

import { newMember } from "../create.ts";
import { memberHeaders } from "../headers.ts";
import { type Agent, type Device, type Member, type PbxState, type Queue, seconds } from "../state.ts";
import { emit } from "./channel.ts";

export type ActionResult = Readonly<{ ok: boolean; message: string }>;

export const done = (message: string): ActionResult => ({ ok: true, message });
export const refused = (message: string): ActionResult => ({ ok: false, message });
const emitMember = (state: PbxState, name: string, member: Member) => emit(state, name, "agent", memberHeaders(member));

function memberOf(queue: Queue, memberInterface: string): Member | undefined {
  return queue.members.find(({ agent }) => agent.memberInterface === memberInterface);
}

type NewMember = Readonly<{
  queue: string;
  memberInterface: string;
  name?: string;
  penalty?: number;
  paused?: boolean;
  reason?: string;
}>;

export function addMember(
  state: PbxState,
  { memberInterface, name, penalty = 0, paused = false, reason = "", queue: queueName }: NewMember,
): ActionResult {
  const queue = state.queues.get(queueName);
  if (!queue) return refused("Unable to add interface to queue: No such queue");
  if (memberOf(queue, memberInterface)) return refused("Unable to add interface: Already there");
  const agent =
    [...state.agents.values()].find((one) => one.memberInterface === memberInterface) ?? nobody(memberInterface);
  const member = newMember(state, queue, agent, true, name || agent.name);
  member.penalty = penalty;
  member.isPaused = paused;
  member.pausedReason = paused ? reason : "";
  if (paused) member.lastPause = seconds(state.now);
  queue.members.push(member);
  emitMember(state, "QueueMemberAdded", member);
  return done("Added interface to queue");
}

/** Asterisk accepts any interface as a member. One without a phone is always unavailable. */
function nobody(memberInterface: string): Agent {
  const device: Device = { name: memberInterface, agent: null, channels: [], publishedState: "UNAVAILABLE" };
  const id = memberInterface.slice(memberInterface.indexOf("/") + 1);
  const agent: Agent = { id, name: memberInterface, memberInterface, device, isRegistered: false };
  agent.device = { ...device, agent };
  return agent;
}

export function removeMember(state: PbxState, queueName: string, memberInterface: string): ActionResult {
  const queue = state.queues.get(queueName);
  if (!queue) return refused("Unable to remove interface from queue: No such queue");
  const member = memberOf(queue, memberInterface);
  if (!member) return refused("Unable to remove interface: Not there");
  if (!member.isDynamic) return refused("Member not dynamic");
  queue.members.splice(queue.members.indexOf(member), 1);
  emitMember(state, "QueueMemberRemoved", member);
  return done("Removed interface from queue");
}

/** Without a queue, applies to all of the agent's queues and emits one event for each. */
export function pauseMember(
  state: PbxState,
  queue: string | null,
  memberInterface: string,
  paused: boolean,
  reason: string,
): ActionResult {
  const members = membersOf(state, queue, memberInterface);
  if (members.length === 0) return refused("Interface not found");
  for (const member of members) {
    if (paused && !member.isPaused) member.lastPause = seconds(state.now);
    member.isPaused = paused;
    member.pausedReason = paused ? reason : "";
    emitMember(state, "QueueMemberPause", member);
  }
  return done(paused ? "Interface paused successfully" : "Interface unpaused successfully");
}

export function setPenalty(
  state: PbxState,
  queue: string | null,
  memberInterface: string,
  penalty: number,
): ActionResult {
  const members = membersOf(state, queue, memberInterface);
  if (members.length === 0 || !Number.isInteger(penalty) || penalty < 0)
    return refused("Invalid interface, queuename or penalty");
  for (const member of members) {
    member.penalty = penalty;
    emitMember(state, "QueueMemberPenalty", member);
  }
  return done("Interface penalty set successfully");
}

/** As in Asterisk, succeeds for a queue that does not exist. */
export function resetQueues(state: PbxState, name: string | null): ActionResult {
  for (const queue of state.queues.values()) {
    if (name !== null && queue.name !== name) continue;
    queue.completed = queue.completedInServiceLevel = queue.abandoned = queue.holdTime = queue.talkTime = 0;
    for (const member of queue.members) member.callsTaken = member.lastCall = 0;
  }
  return done("Queue stats reset successfully");
}

function membersOf(state: PbxState, name: string | null, memberInterface: string): Member[] {
  const queues = [...state.queues.values()].filter((queue) => name === null || queue.name === name);
  return queues.flatMap((queue) => memberOf(queue, memberInterface) ?? []);
}
