/** Events of one line each, for tests. Details that a test does not name are the same in all of them. */
import { SiteEvent } from "@pbxis/shared";

export function named(agent: string, name: string): SiteEvent {
  return SiteEvent.parse({ type: "agentName", agent, name, at: 1 });
}

export function count(queue: string, waiting: number): SiteEvent {
  return SiteEvent.parse({ type: "queueCount", queue, count: waiting, longestWaitSince: null, at: 1 });
}

export function member(agent: string, queue: string, status: string, since = 1): SiteEvent {
  const isGone = status === "loggedoff";
  return SiteEvent.parse({
    type: "queueMemberStatus",
    agent,
    queue,
    status,
    deviceStatus: isGone ? null : "not_inuse",
    pausedReason: null,
    penalty: isGone ? null : 0,
    since,
    at: 1,
  });
}

export function summary(queue: string, completed: number): SiteEvent {
  return SiteEvent.parse({
    type: "queueSummary",
    queue,
    completed,
    abandoned: 0,
    serviceLevel: 0,
    serviceLevelPerf: 0,
    holdTime: 0,
    talkTime: 0,
    loggedIn: 0,
    available: 0,
    calls: 0,
    longestHoldTime: 0,
    at: 1,
  });
}

export function parkedAt(parkingSpace: string): SiteEvent {
  const call = { channel: "PJSIP/trunk-00000001", callerId: "+14155550100", since: 1 };
  return SiteEvent.parse({ type: "parkedCallState", parkingLot: "default", parkingSpace, ...call, at: 1 });
}

export function complete(agent: string, uniqueId: string): SiteEvent {
  return SiteEvent.parse({
    type: "agentComplete",
    agent,
    uniqueId,
    talkTime: 1,
    holdTime: 1,
    recording: null,
    queueName: "support",
    reason: "caller",
    at: 1,
  });
}

export function failed(actionId: string): SiteEvent {
  return SiteEvent.parse({ type: "originateFailed", actionId, reason: "busy", at: 1 });
}

export function ended(queue: string, uniqueId: string, more: Readonly<Record<string, unknown>> = {}): SiteEvent {
  return SiteEvent.parse({
    type: "queueCallEnded",
    queue,
    uniqueId,
    callId: uniqueId,
    outcome: "abandoned",
    agent: null,
    waitTime: 7_000,
    position: 1,
    originalPosition: 2,
    number: "+14155550100",
    name: "Alice",
    since: 1,
    at: 7_001,
    ...more,
  });
}

/** EV20: those who wait, each with the number `id`. */
export function waiting(queue: string, ...ids: readonly string[]): SiteEvent {
  const callers = ids.map((uniqueId) => {
    const who = { uniqueId, callId: uniqueId, number: uniqueId, name: null };
    return { ...who, since: 1, priority: null, ringing: [] };
  });
  return SiteEvent.parse({ type: "queueCallers", queue, count: ids.length, callers, at: 1 });
}
