/** Events as a connector tells them, for tests. */
import type { SiteEvent } from "@pbxis/shared";

/** Details that a test does not name are the same in all. */
export const told = {
  name: (agent: string, name: string) => ({ type: "agentName", agent, name, at: 1 }),
  count: (queue: string, count: number) => ({ type: "queueCount", queue, count, longestWaitSince: null, at: count }),
  member: (agent: string, queue: string, status: string, at = 1) => ({
    type: "queueMemberStatus",
    agent,
    queue,
    status,
    deviceStatus: "not_inuse",
    pausedReason: null,
    penalty: 0,
    since: at,
    at,
  }),
  summary: (queue: string, completed: number) => ({
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
  }),
  complete: (agent: string, uniqueId: string) => ({
    type: "agentComplete",
    agent,
    uniqueId,
    talkTime: 1,
    holdTime: 1,
    recording: null,
    queueName: "support",
    reason: "caller",
    at: 1,
  }),
  failed: (actionId: string) => ({ type: "originateFailed", actionId, reason: "busy", at: 1 }),
} satisfies Record<string, (...args: never[]) => { type: SiteEvent["type"] }>;
