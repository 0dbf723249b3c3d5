/**
 * A small call center as typed AMI events: every step sends its live events, and the whole state can be listed at any
 * time. It has no telephony and no bytes. Steps that are impossible at the moment do nothing, so any sequence of
 * numbers is a day at the office.
 *
 * test/pbx simulates Asterisk far more closely, and test/pbx/regeneration.test.ts compares live events with
 * regenerations on it. This small one stays for the model's own properties, which need what test/pbx does not have: an
 * Asterisk whose lists contain everything that its live events do (no holds by the phone, no counts that app_queue
 * keeps differently), so that a regeneration must publish nothing at all, without exceptions.
 */
import type { ChannelFacts, DeviceStateChange, ExtensionStatus } from "../ami/event/event.ts";
import { facts, listsCompleted, memberFacts, queueParams, type Untimed } from "./model-samples.ts";

type Caller = ChannelFacts & { queue: string; joinedAt: number };
type Call = {
  bridgeId: string;
  application: string;
  queue: string | null;
  agent: Agent;
  own: ChannelFacts;
  far: ChannelFacts;
};
type Agent = { id: string; registered: boolean; ring: { caller: Caller; own: ChannelFacts } | null; call: Call | null };
type Membership = { queue: string; agent: Agent; paused: boolean; reason: string | null; penalty: number };

const queues = ["support", "sales"];

type Pbx = {
  agents: readonly Agent[];
  members: Membership[];
  waiting: Caller[];
  serial: number;
  now: number;
  events: Untimed[];
};

const deviceStatus = (agent: Agent) => (!agent.registered ? 5 : agent.call ? 2 : agent.ring ? 6 : 1);
const deviceStates: Readonly<Record<number, string>> = { 1: "NOT_INUSE", 2: "INUSE", 5: "UNAVAILABLE", 6: "RINGING" };
const hintStatus = (agent: Agent) => (!agent.registered ? 4 : agent.call ? 1 : agent.ring ? 8 : 0);
const idle = (pbx: Pbx) => pbx.agents.filter((agent) => agent.registered && !agent.ring && !agent.call);

function channel(pbx: Pbx, device: string, linkedId: string | null, more: Partial<ChannelFacts>): ChannelFacts {
  const uniqueId = `1795425000.${++pbx.serial}`;
  return facts(`${device}-${pbx.serial.toString(16).padStart(8, "0")}`, {
    uniqueId,
    linkedId: linkedId ?? uniqueId,
    ...more,
  });
}

function factsOf({ queue, agent, paused, reason, penalty }: Membership) {
  const more = { paused, pausedReason: reason, penalty, status: deviceStatus(agent), name: `Agent ${agent.id}` };
  return memberFacts(`PJSIP/${agent.id}`, queue, more);
}

function sendDevice(pbx: Pbx, agent: Agent): void {
  pbx.events.push(extension(agent), device(agent));
  for (const membership of pbx.members)
    if (membership.agent === agent) pbx.events.push({ kind: "queueMemberStatus", ...factsOf(membership) });
}

function extension(agent: Agent): Untimed<ExtensionStatus> {
  const hint = `PJSIP/${agent.id}`;
  return { kind: "extensionStatus", exten: agent.id, context: "agents", hint, status: hintStatus(agent) };
}

function device(agent: Agent): Untimed<DeviceStateChange> {
  return {
    kind: "deviceStateChange",
    device: `PJSIP/${agent.id}`,
    state: deviceStates[deviceStatus(agent)] ?? "UNKNOWN",
  };
}

function count(pbx: Pbx, queue: string): number {
  return pbx.waiting.filter((caller) => caller.queue === queue).length;
}

function ends(pbx: Pbx, channel: ChannelFacts): void {
  pbx.events.push({ kind: "hangup", cause: 16, ...channel });
}

function leaveQueue(pbx: Pbx, caller: Caller): void {
  pbx.waiting = pbx.waiting.filter((other) => other !== caller);
  pbx.events.push({ ...caller, kind: "queueCallerLeave", count: count(pbx, caller.queue) });
}

function stopRinging(pbx: Pbx, agent: Agent): void {
  if (!agent.ring) return;
  ends(pbx, agent.ring.own);
  agent.ring = null;
  sendDevice(pbx, agent);
}

function connect(
  pbx: Pbx,
  agent: Agent,
  own: ChannelFacts,
  far: ChannelFacts,
  application: string,
  queue: string | null,
): void {
  const bridgeId = `bridge-${++pbx.serial}`;
  agent.call = { bridgeId, application, queue, agent, own, far };
  sendDevice(pbx, agent);
  for (const party of [own, far]) pbx.events.push({ kind: "bridgeEnter", bridgeId, bridgeType: "basic", ...party });
}

function disconnect(pbx: Pbx, { bridgeId, agent, own, far }: Call): void {
  for (const party of [far, own])
    pbx.events.push({ kind: "bridgeLeave", bridgeId, bridgeType: "basic", last: party === own, ...party });
  pbx.events.push({ kind: "bridgeDestroy", bridgeId });
  ends(pbx, own);
  agent.call = null;
  sendDevice(pbx, agent);
}

function dial(pbx: Pbx, agent: Agent, far: ChannelFacts): ChannelFacts {
  const more = { callerNumber: agent.id, connectedNumber: far.callerNumber, connectedName: far.callerName };
  return channel(pbx, `PJSIP/${agent.id}`, far.linkedId, more);
}

function join(pbx: Pbx, pick: number): void {
  const queue = queues[pick % 2] as string;
  const caller = channel(pbx, "PJSIP/trunk", null, {
    callerNumber: `+1555${pbx.serial}`,
    callerName: pick % 3 ? "Alice" : null,
  });
  pbx.waiting.push({ ...caller, queue, joinedAt: pbx.now });
  pbx.events.push({ kind: "queueCallerJoin", queue, count: count(pbx, queue), ...caller });
}

function ring(pbx: Pbx, pick: number): void {
  const caller = pbx.waiting[pick % Math.max(1, pbx.waiting.length)];
  const agent = idle(pbx).find((one) =>
    pbx.members.some((m) => m.agent === one && m.queue === caller?.queue && !m.paused),
  );
  if (!caller || !agent) return;
  const own = dial(pbx, agent, caller);
  agent.ring = { caller, own };
  const memberInterface = `PJSIP/${agent.id}`;
  const names = { queue: caller.queue, memberInterface, memberName: `Agent ${agent.id}` };
  pbx.events.push({ kind: "agentCalled", ...names, caller, dest: own });
  sendDevice(pbx, agent);
}

function answer(pbx: Pbx, pick: number): void {
  const agent = pbx.agents[pick % pbx.agents.length] as Agent;
  if (!agent.ring) return;
  const { caller, own } = agent.ring;
  agent.ring = null;
  for (const other of pbx.agents) if (other.ring?.caller === caller) stopRinging(pbx, other);
  leaveQueue(pbx, caller);
  connect(pbx, agent, own, caller, "Queue", caller.queue);
}

function abandon(pbx: Pbx, pick: number): void {
  const caller = pbx.waiting[pick % Math.max(1, pbx.waiting.length)];
  if (!caller) return;
  pbx.events.push({ ...caller, kind: "queueCallerAbandon" });
  for (const agent of pbx.agents) if (agent.ring?.caller === caller) stopRinging(pbx, agent);
  leaveQueue(pbx, caller);
  ends(pbx, caller);
}

function end(pbx: Pbx, pick: number): void {
  const { call } = pbx.agents[pick % pbx.agents.length] as Agent;
  if (!call) return;
  disconnect(pbx, call);
  ends(pbx, call.far);
}

function direct(pbx: Pbx, pick: number): void {
  const agent = idle(pbx)[pick % 2];
  if (!agent) return;
  const far = channel(pbx, "PJSIP/trunk", null, { callerNumber: pick % 3 ? "+1777" : null });
  connect(pbx, agent, dial(pbx, agent, far), far, "Dial", null);
}

function transfer(pbx: Pbx, pick: number): void {
  const { call } = pbx.agents[pick % pbx.agents.length] as Agent;
  const next = idle(pbx)[0];
  if (!call || !next) return;
  disconnect(pbx, call);
  connect(pbx, next, dial(pbx, next, call.far), call.far, "Dial", null);
}

function register(pbx: Pbx, pick: number): void {
  const agent = pbx.agents[pick % pbx.agents.length] as Agent;
  if (agent.ring || agent.call) return;
  agent.registered = !agent.registered;
  sendDevice(pbx, agent);
}

function pause(pbx: Pbx, pick: number): void {
  const membership = pbx.members[pick % Math.max(1, pbx.members.length)];
  if (!membership) return;
  membership.paused = !membership.paused;
  membership.reason = membership.paused && pick % 2 ? "Lunch" : null;
  pbx.events.push({ kind: "queueMemberPause", ...factsOf(membership) });
}

function logOnOrOff(pbx: Pbx, pick: number): void {
  const agent = pbx.agents[pick % pbx.agents.length] as Agent;
  const queue = queues[pick % 2] as string;
  const known = pbx.members.find((membership) => membership.agent === agent && membership.queue === queue);
  if (known) {
    pbx.members = pbx.members.filter((membership) => membership !== known);
    pbx.events.push({ kind: "queueMemberRemoved", queue, memberInterface: `PJSIP/${agent.id}` });
    return;
  }
  const membership = { queue, agent, paused: false, reason: null, penalty: pick % 5 };
  pbx.members.push(membership);
  pbx.events.push({ kind: "queueMemberAdded", ...factsOf(membership) });
}

const noAnswer = (pbx: Pbx, pick: number) => stopRinging(pbx, pbx.agents[pick % pbx.agents.length] as Agent);
const steps = [join, ring, answer, noAnswer, abandon, end, direct, transfer, register, pause, logOnOrOff];

function listedChannels(pbx: Pbx): Untimed[] {
  const listed: Untimed[] = [];
  const add = (shown: ChannelFacts, application: string, data: string, bridgeId: string | null, state = 6) =>
    listed.push({ kind: "coreShowChannel", ...shown, application, applicationData: data, bridgeId, state });
  for (const caller of pbx.waiting) add(caller, "Queue", `${caller.queue},tT,,,40`, null);
  for (const { ring: rung, call } of pbx.agents) {
    if (rung) add(rung.own, "AppQueue", "(Outgoing Line)", null, 5);
    if (!call) continue;
    add(call.own, call.queue === null ? "AppDial" : "AppQueue", "(Outgoing Line)", call.bridgeId);
    add(call.far, call.application, call.queue === null ? "PJSIP/x" : `${call.queue},tT`, call.bridgeId);
  }
  return listed;
}

export function createSamplePbx() {
  const agents: Agent[] = ["1001", "1002", "1003"].map((id) => ({ id, registered: true, ring: null, call: null }));
  const members = agents.map(
    (agent): Membership => ({ queue: "support", agent, paused: false, reason: null, penalty: 0 }),
  );
  const pbx: Pbx = { agents, members, waiting: [], serial: 0, now: 0, events: [] };

  return {
    /** Takes one step and returns its live events. Time is in whole seconds, as `Wait` is in lists. */
    step(choice: number, pick: number, at: number): Untimed[] {
      pbx.events = [];
      pbx.now = at;
      steps[choice % steps.length]?.(pbx, pick);
      return pbx.events;
    },

    /** The events of a whole regeneration. */
    lists(at: number): Untimed[] {
      const entries = pbx.waiting.map(({ queue, channel: name, uniqueId, joinedAt }): Untimed => {
        return { kind: "queueEntry", queue, channel: name, uniqueId, waitSeconds: (at - joinedAt) / 1000 };
      });
      const listed = pbx.members.map((membership): Untimed => ({ kind: "queueMember", ...factsOf(membership) }));
      const params = queues.map((queue) => queueParams(queue));
      const items = [...params, ...listed, ...entries, ...listedChannels(pbx)];
      const phones = [...pbx.agents.map(extension), ...pbx.agents.map(device)].map(
        (item): Untimed => ({ ...item, listed: true }),
      );
      return [{ kind: "regenerationStarted" }, ...items, ...phones, ...listsCompleted];
    },
  };
}
