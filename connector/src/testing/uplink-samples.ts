/** Small events for the tests of the uplink. */
import { AgentId, type AmiStatus, QueueName, type SiteEvent } from "@pbxis/shared";

export const count = (queue: string, value: number): SiteEvent => ({
  type: "queueCount",
  queue: QueueName.parse(queue),
  count: value,
  longestWaitSince: null,
  at: 1,
});

export const named = (agent: string, name: string): SiteEvent => ({
  type: "agentName",
  agent: AgentId.parse(agent),
  name,
  at: 1,
});

/** `actionId` distinguishes them. */
export const occurrence = (actionId: string): SiteEvent => ({
  type: "originateFailed",
  actionId,
  reason: "busy",
  at: 1,
});

export const amiUp: AmiStatus = { up: true, asOf: 5, asteriskVersion: "22.10.1" };
export const amiDown: AmiStatus = { up: false, asOf: 9, asteriskVersion: "22.10.1" };
