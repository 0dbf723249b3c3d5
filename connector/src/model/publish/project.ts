/** Every state event (EV1–EV5, EV9, EV20–EV22) as a function of the model. */
import { type EventOf, maxListedCallers, noCall, type SiteEvent } from "@pbxis/shared";
import { isInQueueCall, shownCallOf } from "../state/call.ts";
import { isFree, isReachable } from "../state/device-state.ts";
import { extensionStateOf } from "../state/extension.ts";
import { supervisionBy } from "../state/in-call-view.ts";
import { agentNameOf, deviceStatus, memberOf } from "../state/member.ts";
import { isPresent, presentAgent } from "../state/presence.ts";
import { longestWaitSince, ringingFor, serviceLevelPerf } from "../state/queue.ts";
import type { Agent, Member, Model, ParkedCall, Queue } from "../state/state.ts";
import type { StateRef } from "../state/state-ref.ts";

/** The state with the time `at` (ms). Undefined if its agent, membership or queue does not exist. */
export function project(
  model: Model,
  { type, key, agent: id, queue: name }: StateRef,
  at: number,
): SiteEvent | undefined {
  switch (type) {
    case "agentName":
    case "extensionStatus":
    case "phoneNumber": {
      const agent = presentAgent(model, id);
      return agent && projectAgent(model, type, agent, at);
    }
    case "supervision": {
      const agent = presentAgent(model, id);
      return agent && supervision(model, agent, at);
    }
    case "queueMemberStatus":
    case "memberSummary": {
      const member = memberOf(model.agents.get(id), name);
      return member && (type === "memberSummary" ? memberSummary(model, member, at) : queueMemberStatus(member, at));
    }
    case "queueCount":
    case "queueCallers":
    case "queueSummary": {
      const queue = model.queues.get(name);
      return queue && projectQueue(model, type, queue, at);
    }
    case "parkedCallState": {
      const parked = model.parkedCalls.get(key);
      return parked && parkedCallState(parked, at);
    }
  }
}

/** All states that exist. */
export function projectAll(model: Model, at: number): SiteEvent[] {
  const events: SiteEvent[] = [];
  for (const agent of model.agents.values()) {
    if (!isPresent(agent)) continue;
    for (const type of agentStates) events.push(projectAgent(model, type, agent, at));
    const supervised = model.inCall.spies.size > 0 && supervision(model, agent, at);
    if (supervised) events.push(supervised);
  }
  for (const queue of model.queues.values()) {
    for (const type of queueStates) events.push(projectQueue(model, type, queue, at));
    for (const member of queue.members.values())
      if (memberOf(member.agent, queue.name) === member)
        events.push(queueMemberStatus(member, at), memberSummary(model, member, at));
  }
  for (const parked of model.parkedCalls.values()) events.push(parkedCallState(parked, at));
  return events;
}

const agentStates = ["agentName", "extensionStatus", "phoneNumber"] as const;

function projectAgent(model: Model, type: (typeof agentStates)[number], agent: Agent, at: number): SiteEvent {
  switch (type) {
    case "agentName":
      return { type, agent: agent.id, name: agentNameOf(agent), at };
    case "extensionStatus":
      return { type, agent: agent.id, status: extensionStateOf(agent), at };
    case "phoneNumber": {
      const call = shownCallOf(model, agent) ?? noCall;
      const { number, name, queueName, callId, uniqueId, recording, muted, consulting } = call;
      return { type, agent: agent.id, number, name, queueName, callId, uniqueId, recording, muted, consulting, at };
    }
  }
}

/** Undefined if the agent's phone listens to nobody. */
function supervision(model: Model, agent: Agent, at: number): EventOf<"supervision"> | undefined {
  const found = supervisionBy(model, agent.id);
  if (!found) return undefined;
  const { agent: agentSupervised, mode, since } = found;
  return { type: "supervision", agent: agent.id, agentSupervised, mode, since, at };
}
const queueStates = ["queueCount", "queueCallers", "queueSummary"] as const;

function projectQueue(model: Model, type: (typeof queueStates)[number], queue: Queue, at: number): SiteEvent {
  switch (type) {
    case "queueCount":
      return queueCount(queue, at);
    case "queueCallers":
      return queueCallers(model, queue, at);
    case "queueSummary":
      return queueSummary(queue, at);
  }
}

function parkedCallState(parked: ParkedCall, at: number): EventOf<"parkedCallState"> {
  const { parkingLot, parkingSpace, channel, callerId, since } = parked;
  return { type: "parkedCallState", parkingLot, parkingSpace, channel, callerId, since, at };
}

function queueMemberStatus(member: Member, at: number): EventOf<"queueMemberStatus"> {
  const { agent, queue, facts } = member;
  return {
    type: "queueMemberStatus",
    agent: agent.id,
    queue: queue.name,
    status: member.shown,
    deviceStatus: deviceStatus(member),
    pausedReason: facts.paused ? facts.pausedReason : null,
    penalty: facts.penalty,
    since: member.since,
    wrapUpUntil: member.wrapUpUntil,
    at,
  };
}

function queueCount(queue: Queue, at: number): EventOf<"queueCount"> {
  return {
    type: "queueCount",
    queue: queue.name,
    count: queue.count,
    longestWaitSince: queue.count === 0 ? null : longestWaitSince(queue),
    at,
  };
}

function queueCallers(model: Model, queue: Queue, at: number): EventOf<"queueCallers"> {
  const ringing = ringingFor(model, queue);
  const callers = queue.line.slice(0, maxListedCallers).map((caller) => {
    const { uniqueId, linkedId: callId, number, name, joinedAt: since, priority } = caller;
    return { uniqueId, callId, number, name, since, priority, ringing: [...(ringing.get(uniqueId) ?? [])] };
  });
  return { type: "queueCallers", queue: queue.name, count: queue.count, callers, at };
}

/**
 * `loggedIn` and `available` are counted as Asterisk's QueueSummary counts them: by device and pause, without wrap-up
 * time.
 */
function queueSummary(queue: Queue, at: number): EventOf<"queueSummary"> {
  const { completed, abandoned, serviceLevel, holdTime, talkTime } = queue.stats;
  const since = longestWaitSince(queue);
  let loggedIn = 0;
  let available = 0;
  for (const { facts } of queue.members.values()) {
    if (!isReachable(facts.status)) continue;
    loggedIn++;
    if (!facts.paused && isFree(facts.status)) available++;
  }
  return {
    type: "queueSummary",
    queue: queue.name,
    completed,
    abandoned,
    serviceLevel,
    serviceLevelPerf: serviceLevelPerf(queue.stats),
    holdTime,
    talkTime,
    loggedIn,
    available,
    calls: queue.count,
    longestHoldTime: since === null ? 0 : Math.max(0, Math.floor((at - since) / 1000)),
    at,
  };
}

function memberSummary(model: Model, member: Member, at: number): EventOf<"memberSummary"> {
  const { agent, queue, facts } = member;
  return {
    type: "memberSummary",
    queue: queue.name,
    agent: agent.id,
    name: agentNameOf(agent),
    memberInterface: facts.memberInterface,
    callsTaken: facts.callsTaken,
    lastCall: facts.lastCall,
    paused: facts.paused,
    inCall: isInQueueCall(model, agent, queue.name),
    at,
  };
}
