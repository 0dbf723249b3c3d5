/** Agents for the views' tests. */
import { AgentId, QueueName } from "@pbxis/shared";
import type { AgentView, Membership } from "@pbxis/shared/client";
import { type AgentDisplay, agentDisplay } from "../agents/agent-display.ts";

export function member(queue: string, more: Partial<Membership> = {}): Membership {
  return {
    agent: AgentId.parse("1001"),
    queue: QueueName.parse(queue),
    status: "not_inuse",
    deviceStatus: "not_inuse",
    pausedReason: null,
    penalty: 0,
    since: 1_000,
    at: 1_000,
    ...more,
  };
}

export function viewOf(more: Partial<AgentView> = {}): AgentView {
  const known = { agent: "1001", name: "Ann", status: "not_inuse", call: null } as const;
  return { ...known, memberships: [member("support")], statistics: null, ...more };
}

export function displayOf(more: Partial<AgentView> = {}): AgentDisplay {
  return agentDisplay(viewOf(more));
}
