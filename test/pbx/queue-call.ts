/** app_queue: callers wait, members ring, one answers, or nobody does. */
import { plan, refusals } from "./behaviour.ts";
import { deviceState, dialAgent, hangUp, join, setState, tell, tellConnectedLine, tellDevice } from "./channel.ts";
import { channelHeaders } from "./headers.ts";
import { liveEvent, type Packet } from "./packet.ts";
import {
  type Agent,
  type Channel,
  channelState,
  connect,
  type Member,
  newChannel,
  type Queue,
  type QueueCall,
  type Served,
  seconds,
  type World,
} from "./world.ts";

/** The queue's `retry` and `servicelevel`. */
const retryMs = 5000;
export const serviceLevelSeconds = 20;

export function joinQueue(world: World, queue: Queue, number: string, name: string): QueueCall {
  const channel = newChannel(world, world.trunk, {
    state: channelState.up,
    number,
    name,
    context: "from-trunk",
    exten: queue.config.exten,
  });
  tellDevice(world, world.trunk);
  return enterQueue(world, queue, channel);
}

/** The dialplan's way from the queue's extension into the queue. */
export function enterQueue(world: World, queue: Queue, channel: Channel): QueueCall {
  const { monitor } = queue.config;
  channel.priority = monitor === "before" ? 5 : 3;
  if (monitor === "before") {
    startRecording(world, queue, channel);
    channel.priority++;
  }
  channel.application = "Queue";
  channel.applicationData = `${queue.name},tTkK,,,60`;
  const call: QueueCall = { queue, channel, joinedAt: world.now, rings: [], ringAt: world.now, served: null };
  queue.waiting.push(call);
  world.calls.add(call);
  tell(world, "QueueCallerJoin", "agent", [
    ...channelHeaders(channel),
    ["Queue", queue.name],
    ["Position", queue.waiting.length],
    ["Count", queue.waiting.length],
  ]);
  return call;
}

function startRecording(world: World, queue: Queue, channel: Channel): void {
  channel.recording = `/var/spool/asterisk/monitor/${queue.name}-${channel.uniqueId}.wav`;
  tell(world, "MixMonitorStart", "call", channelHeaders(channel));
}

/** Rings the free members for the callers whose turn it is. */
export function ringMembers(world: World): void {
  for (const queue of world.queues.values())
    for (const call of queue.waiting) {
      if (call.rings.length > 0 || world.now < call.ringAt) continue;
      for (const member of nextMembers(queue)) ringMember(world, call, member);
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

function ringMember(world: World, call: QueueCall, member: Member): void {
  const channel = dialAgent(world, member.agent, call.channel, "from-agents", call.queue.config.exten);
  channel.application = "AppQueue";
  channel.applicationData = "(Outgoing Line)";
  connect(channel, call.channel);
  call.rings.push({ member, channel });
  tell(world, "AgentCalled", "agent", [
    ...channelHeaders(call.channel),
    ...channelHeaders(channel, "Dest"),
    ["Queue", call.queue.name],
    ["Interface", member.agent.memberInterface],
    ["MemberName", member.name],
  ]);
  // A queue that rings one member at a time shows him to the caller already.
  if (call.queue.config.strategy !== "ringall") tellConnectedLine(world, call.channel, channel);
  channel.state = channelState.ringing;
  tellConnectedLine(world, channel, call.channel);
  tellDevice(world, channel.device);
  plan(world, channel);
}

export function answerQueueCall(world: World, call: QueueCall, agent: Agent): void {
  const answered = call.rings.find(({ member }) => member.agent === agent);
  if (!answered) return;
  const { queue, channel: caller } = call;
  const { member, channel } = answered;
  channel.due = null;
  setState(world, channel, channelState.up);
  if (queue.config.strategy === "ringall") tellConnectedLine(world, caller, channel);
  if (queue.config.monitor === "answered") startRecording(world, queue, caller);
  leaveQueue(world, call);
  for (const ring of call.rings) if (ring !== answered) hangUp(world, ring.channel, 26);
  call.rings = [];
  const holdTime = seconds(world.now) - seconds(call.joinedAt);
  queue.holdTime = queue.completed + queue.abandoned === 0 ? holdTime : smooth(queue.holdTime, holdTime);
  const inServiceLevel = holdTime <= serviceLevelSeconds;
  call.served = { member, channel, answeredAt: world.now, holdTime, inServiceLevel, isLate: false };
  join(world, channel, caller);
}

/** app_queue's exponential average, in whole seconds. */
const smooth = (old: number, value: number): number => (3 * old + value) >> 2;

function leaveQueue(world: World, call: QueueCall): void {
  const { queue, channel } = call;
  const position = queue.waiting.indexOf(call) + 1;
  queue.waiting.splice(position - 1, 1);
  tell(world, "QueueCallerLeave", "agent", [
    ...channelHeaders(channel),
    ["Queue", queue.name],
    ["Position", position],
    ["Count", queue.waiting.length],
  ]);
}

export function abandon(world: World, call: QueueCall): void {
  giveUp(world, call);
  hangUp(world, call.channel, 0);
}

/** The caller waits no more, but is still there. */
export function giveUp(world: World, call: QueueCall): void {
  const { queue, channel } = call;
  const position = queue.waiting.indexOf(call) + 1;
  tell(world, "QueueCallerAbandon", "agent", [
    ...channelHeaders(channel),
    ["Queue", queue.name],
    ["Position", position],
    ["OriginalPosition", position],
    ["HoldTime", seconds(world.now) - seconds(call.joinedAt)],
  ]);
  queue.abandoned++;
  leaveQueue(world, call);
  for (const ring of call.rings) hangUp(world, ring.channel, 0);
  world.calls.delete(call);
}

/** Nobody took the call in time: all phones stop ringing, and the queue tries again after a while. */
export function stopRinging(world: World, call: QueueCall): void {
  const { rings } = call;
  call.rings = [];
  call.ringAt = world.now + retryMs;
  for (const { channel } of rings) hangUp(world, channel, 0);
}

/** The agent's phone answers that it is busy, unless another cause is given. */
export function decline(world: World, call: QueueCall, agent: Agent, cause: number = refusals.busy): void {
  const declined = call.rings.find(({ member }) => member.agent === agent);
  if (!declined) return;
  call.rings = call.rings.filter((ring) => ring !== declined);
  if (call.rings.length === 0) call.ringAt = world.now + retryMs;
  hangUp(world, declined.channel, cause);
}

/** One call of so many has Asterisk lose the race with the channels' end; really it is one of a hundred (16.28 and 22.10). */
const lostRaces = 50;

/** What lost the race comes behind both Hangups, or between them. Of a late call there is one only. */
function straggle(world: World, packet: Packet, serial: number, isLate: boolean): void {
  const isBeforeHangup = !isLate && Math.floor(serial / lostRaces) % 2 === 0;
  world.stragglers.push({ packet, isBeforeHangup });
}

/**
 * AgentComplete; without the agent's channel, and with the time until now, when the caller was moved away from him long ago. Of some calls it
 * comes too late to name a channel.
 */
export function complete(world: World, call: QueueCall, reason: "caller" | "agent"): void {
  const { queue, channel, served } = call;
  if (!served) return;
  call.served = null;
  world.calls.delete(call);
  const { member, answeredAt, holdTime, isLate } = served;
  const isLost = channel.linkedSerial % lostRaces === lostRaces - 1;
  const event = liveEvent("AgentComplete", "agent", [
    ...(isLost ? [] : channelHeaders(channel)),
    ...(isLost || isLate ? [] : channelHeaders(served.channel, "Dest")),
    ["Queue", queue.name],
    ["Interface", member.agent.memberInterface],
    ["MemberName", member.name],
    ["HoldTime", holdTime],
    ["TalkTime", seconds(world.now) - seconds(answeredAt)],
    ["Reason", reason],
  ]);
  if (isLost) straggle(world, event, channel.linkedSerial, isLate);
  else world.told.push(event);
  const { id: agent } = member.agent;
  const { uniqueId } = channel;
  const lastedMs = world.now - call.joinedAt;
  world.completed.push({ uniqueId, queue: queue.name, agent, lastedMs, isNamed: !isLost, isLate });
  if (!isLate) count(world, queue, served);
}

function count(world: World, queue: Queue, { member, answeredAt, inServiceLevel }: Served): void {
  const talkTime = seconds(world.now) - seconds(answeredAt);
  queue.completed++;
  if (inServiceLevel) queue.completedInServiceLevel++;
  queue.talkTime = queue.completed === 1 ? talkTime : smooth(queue.talkTime, talkTime);
  member.callsTaken++;
  member.lastCall = seconds(world.now);
}

/**
 * The caller has gone elsewhere: the agent's phone is let go, and the call is counted; but AgentComplete comes only at the caller's own end
 * (22.10, traces h_redirect and i_park).
 */
export function releaseAgent(world: World, caller: Channel, agentChannel: Channel): void {
  for (const call of world.calls)
    if (call.channel === caller && call.served && !call.served.isLate) {
      count(world, call.queue, call.served);
      call.served = { ...call.served, isLate: true };
    }
  hangUp(world, agentChannel, 16);
}
