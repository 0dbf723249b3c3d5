/** app_queue: callers wait, members ring, and one answers or none does. */

import { newChannel } from "../create.ts";
import { channelHeaders } from "../headers.ts";
import { liveEvent, type Packet } from "../packet.ts";
import {
  type Agent,
  type Channel,
  channelState,
  connect,
  type Member,
  type PbxState,
  type Queue,
  type QueueCall,
  type Served,
  seconds,
} from "../state.ts";
import { plan, refusals } from "./behaviour.ts";
import { deviceState, dialAgent, emit, emitConnectedLine, emitDeviceState, hangUp, join, setState } from "./channel.ts";

/** queues.conf: `retry` and `servicelevel`. */
const retryMs = 5000;
export const serviceLevelSeconds = 20;

export function joinQueue(state: PbxState, queue: Queue, number: string, name: string): QueueCall {
  const channel = newChannel(state, state.trunk, {
    state: channelState.up,
    number,
    name,
    context: "from-trunk",
    exten: queue.config.exten,
  });
  emitDeviceState(state, state.trunk);
  return enterQueue(state, queue, channel);
}

/** The steps of the queue's extension up to the Queue application. */
export function enterQueue(state: PbxState, queue: Queue, channel: Channel): QueueCall {
  const { monitor } = queue.config;
  channel.priority = monitor === "before" ? 5 : 3;
  if (monitor === "before") {
    startRecording(state, queue, channel);
    channel.priority++;
  }
  channel.application = "Queue";
  channel.applicationData = `${queue.name},tTkK,,,60`;
  const call: QueueCall = {
    queue,
    channel,
    joinedAt: state.now,
    rings: [],
    ringAt: state.now,
    priority: 0,
    served: null,
  };
  queue.waiting.push(call);
  state.calls.add(call);
  emit(state, "QueueCallerJoin", "agent", [
    ...channelHeaders(channel),
    ["Queue", queue.name],
    ["Position", queue.waiting.length],
    ["Count", queue.waiting.length],
  ]);
  return call;
}

function startRecording(state: PbxState, queue: Queue, channel: Channel): void {
  channel.recording = `/var/spool/asterisk/monitor/${queue.name}-${channel.uniqueId}.wav`;
  emit(state, "MixMonitorStart", "call", channelHeaders(channel));
}

/** Rings free members for waiting calls that are due. */
export function ringMembers(state: PbxState): void {
  for (const queue of state.queues.values())
    for (const call of queue.waiting) {
      if (call.rings.length > 0 || state.now < call.ringAt) continue;
      for (const member of nextMembers(queue)) ringMember(state, call, member);
    }
}

function nextMembers(queue: Queue): Member[] {
  const free = queue.members.filter(({ agent, isPaused }) => !isPaused && deviceState(agent.device) === "NOT_INUSE");
  if (queue.config.strategy === "ringall" || free.length === 0) return free;
  const after = queue.members.findIndex(({ agent }) => agent.id === queue.lastRung) + 1;
  const order = [...queue.members.slice(after), ...queue.members.slice(0, after)];
  const next = order.find((member) => free.includes(member));
  queue.lastRung = next?.agent.id ?? null;
  return next ? [next] : [];
}

function ringMember(state: PbxState, call: QueueCall, member: Member): void {
  const channel = dialAgent(state, member.agent, call.channel, "from-agents", call.queue.config.exten);
  channel.application = "AppQueue";
  channel.applicationData = "(Outgoing Line)";
  connect(channel, call.channel);
  call.rings.push({ member, channel });
  emit(state, "AgentCalled", "agent", [
    ...channelHeaders(call.channel),
    ...channelHeaders(channel, "Dest"),
    ["Queue", call.queue.name],
    ["Interface", member.agent.memberInterface],
    ["MemberName", member.name],
  ]);
  // A queue that rings one member at a time already updates the caller's connected line.
  if (call.queue.config.strategy !== "ringall") emitConnectedLine(state, call.channel, channel);
  channel.state = channelState.ringing;
  emitConnectedLine(state, channel, call.channel);
  emitDeviceState(state, channel.device);
  plan(state, channel);
}

export function answerQueueCall(state: PbxState, call: QueueCall, agent: Agent): void {
  const answered = call.rings.find(({ member }) => member.agent === agent);
  if (!answered) return;
  const { queue, channel: caller } = call;
  const { member, channel } = answered;
  channel.due = null;
  setState(state, channel, channelState.up);
  if (queue.config.strategy === "ringall") emitConnectedLine(state, caller, channel);
  if (queue.config.monitor === "answered") startRecording(state, queue, caller);
  leaveQueue(state, call);
  endWait(state, call, ["answered"], (channel.device.agent ?? agent).id);
  for (const ring of call.rings) if (ring !== answered) endRing(state, call, ring, 26, ["elsewhere"]);
  call.rings = [];
  const holdTime = seconds(state.now) - seconds(call.joinedAt);
  queue.holdTime = queue.completed + queue.abandoned === 0 ? holdTime : smooth(queue.holdTime, holdTime);
  const inServiceLevel = holdTime <= serviceLevelSeconds;
  call.served = { member, channel, answeredAt: state.now, holdTime, inServiceLevel, callerMoved: false };
  join(state, channel, caller);
}

/** app_queue's exponential average, in whole seconds. */
const smooth = (old: number, value: number): number => (3 * old + value) >> 2;

function leaveQueue(state: PbxState, call: QueueCall): void {
  const { queue, channel } = call;
  const position = queue.waiting.indexOf(call) + 1;
  queue.waiting.splice(position - 1, 1);
  emit(state, "QueueCallerLeave", "agent", [
    ...channelHeaders(channel),
    ["Queue", queue.name],
    ["Position", position],
    ["Count", queue.waiting.length],
  ]);
}

export function abandon(state: PbxState, call: QueueCall): void {
  abandonQueue(state, call);
  hangUp(state, call.channel, 0);
}

/** The caller leaves the queue unanswered; the channel stays up. */
export function abandonQueue(state: PbxState, call: QueueCall): void {
  const { queue, channel } = call;
  const position = queue.waiting.indexOf(call) + 1;
  emit(state, "QueueCallerAbandon", "agent", [
    ...channelHeaders(channel),
    ["Queue", queue.name],
    ["Position", position],
    ["OriginalPosition", position],
    ["HoldTime", seconds(state.now) - seconds(call.joinedAt)],
  ]);
  queue.abandoned++;
  leaveQueue(state, call);
  const { hasHungUp } = channel;
  endWait(state, call, hasHungUp ? ["abandoned"] : ["exited", "moved", "hungUp"], null);
  for (const ring of call.rings) endRing(state, call, ring, 0, hasHungUp ? ["elsewhere"] : ["noAnswer", "elsewhere"]);
  state.calls.delete(call);
}

/** The ring time-out: all phones stop ringing, and the queue retries later. */
export function stopRinging(state: PbxState, call: QueueCall): void {
  const { rings } = call;
  call.rings = [];
  call.ringAt = state.now + retryMs;
  for (const ring of rings) endRing(state, call, ring, 0, ["noAnswer"]);
}

export function endWait(
  state: PbxState,
  { queue, channel, joinedAt }: QueueCall,
  how: readonly string[],
  agent: string | null,
): void {
  state.ended.push({
    kind: "wait",
    uniqueId: channel.uniqueId,
    queue: queue.name,
    how,
    agent,
    beganAt: joinedAt,
    lastedMs: state.now - joinedAt,
  });
}

/** Stops a phone that was not answered. */
export function endRing(
  state: PbxState,
  { queue }: QueueCall,
  { member, channel }: QueueCall["rings"][number],
  cause: number,
  how: readonly string[],
): void {
  const { uniqueId, createdAt: beganAt } = channel;
  state.ended.push({
    kind: "ring",
    uniqueId,
    queue: queue.name,
    how,
    agent: member.agent.id,
    beganAt,
    lastedMs: state.now - beganAt,
  });
  hangUp(state, channel, cause);
}

/** The agent's phone refuses the call, as busy unless another cause is given. */
export function decline(state: PbxState, call: QueueCall, agent: Agent, cause: number = refusals.busy): void {
  const declined = call.rings.find(({ member }) => member.agent === agent);
  if (!declined) return;
  call.rings = call.rings.filter((ring) => ring !== declined);
  if (call.rings.length === 0) call.ringAt = state.now + retryMs;
  const isRefused = cause === refusals.busy || cause === refusals.decline;
  endRing(state, call, declined, cause, [isRefused ? "declined" : "noAnswer"]);
}

/**
 * Every 50th AgentComplete comes after the caller's Hangup and names no channel. In Asterisk about one in a hundred
 * does (16.28 and 22.10).
 */
const lateCompletionInterval = 50;

/** Emits a late AgentComplete after both Hangups or between them. If the caller was moved, there is only one Hangup. */
function emitLate(state: PbxState, packet: Packet, serial: number, callerMoved: boolean): void {
  const isBeforeHangup = !callerMoved && Math.floor(serial / lateCompletionInterval) % 2 === 0;
  state.delayed.push({ packet, isBeforeHangup });
}

/**
 * Emits AgentComplete. If the caller was moved to another destination before, it has no agent's channel, and TalkTime
 * includes the time since then. Some calls' AgentComplete comes too late to name any channel.
 */
export function complete(state: PbxState, call: QueueCall, reason: "caller" | "agent" | "transfer"): void {
  const { queue, channel, served } = call;
  if (!served) return;
  call.served = null;
  state.calls.delete(call);
  const { member, answeredAt, holdTime, callerMoved } = served;
  const losesRace = channel.linkedSerial % lateCompletionInterval === lateCompletionInterval - 1;
  const event = liveEvent("AgentComplete", "agent", [
    ...(losesRace ? [] : channelHeaders(channel)),
    ...(losesRace || callerMoved ? [] : channelHeaders(served.channel, "Dest")),
    ["Queue", queue.name],
    ["Interface", member.agent.memberInterface],
    ["MemberName", member.name],
    ["HoldTime", holdTime],
    ["TalkTime", seconds(state.now) - seconds(answeredAt)],
    ["Reason", reason],
  ]);
  if (losesRace) emitLate(state, event, channel.linkedSerial, callerMoved);
  else state.emitted.push(event);
  const { id: agent } = served.channel.device.agent ?? member.agent;
  const { uniqueId } = channel;
  const lastedMs = state.now - call.joinedAt;
  state.completed.push({ uniqueId, queue: queue.name, agent, lastedMs, hasChannel: !losesRace, callerMoved });
  if (!callerMoved) count(state, queue, served);
}

function count(state: PbxState, queue: Queue, { member, answeredAt, inServiceLevel }: Served): void {
  const talkTime = seconds(state.now) - seconds(answeredAt);
  queue.completed++;
  if (inServiceLevel) queue.completedInServiceLevel++;
  queue.talkTime = queue.completed === 1 ? talkTime : smooth(queue.talkTime, talkTime);
  member.callsTaken++;
  member.lastCall = seconds(state.now);
}

/**
 * The caller was moved to another destination: the agent's channel is hung up and the call is counted, but
 * AgentComplete follows only when the caller hangs up (22.10, traces h_redirect and i_park).
 */
export function releaseAgent(state: PbxState, caller: Channel, agentChannel: Channel): void {
  for (const call of state.calls)
    if (call.channel === caller && call.served && !call.served.callerMoved) {
      count(state, call.queue, call.served);
      call.served = { ...call.served, callerMoved: true };
    }
  hangUp(state, agentChannel, 16);
}
