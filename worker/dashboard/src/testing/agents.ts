/** Agents for the views' tests. */
import { AgentId, QueueName } from "@pbxis/shared";
import type { AgentView, Membership } from "@pbxis/shared/client";
import { type AgentDisplay, agentDisplay } from "../agents/agent-display.ts";
import type { ShownCall } from "../command/shown-call.ts";

export function member(queue: string, more: Partial<Membership> = {}): Membership {
  return {
    agent: AgentId.parse("1001"),
    queue: QueueName.parse(queue),
    status: "not_inuse",
    deviceStatus: "not_inuse",
    pausedReason: null,
    penalty: 0,
    wrapUpUntil: null,
    since: 1_000,
    at: 1_000,
    ...more,
  };
}

type ViewOptions = Partial<Omit<AgentView, "call">> &
  Readonly<{ call?: (ShownCall & Partial<NonNullable<AgentView["call"]>>) | null }>;

export function viewOf({ call = null, ...more }: ViewOptions = {}): AgentView {
  return {
    agent: "1001",
    name: "Ann",
    status: "not_inuse",
    call: call && { recording: null, muted: null, consulting: null, ...call },
    supervising: null,
    memberships: [member("support")],
    statistics: null,
    ...more,
  };
}

export function displayOf(more: ViewOptions = {}): AgentDisplay {
  return agentDisplay(viewOf(more));
}
