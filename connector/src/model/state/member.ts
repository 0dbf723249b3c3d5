/**
 * What an agent's memberships say (EV1, EV3): the device as the queue sees it, the membership that speaks for several,
 * the name.
 */
import type { DeviceState } from "@pbxis/shared";
import { statusOfNumber } from "./device-state.ts";
import type { Agent, Member } from "./state.ts";

/** The device's status with the agent's own hold over it, which no device state shows (EV2). */
export function deviceStatus(member: Member): DeviceState {
  return withHold(member.agent, statusOfNumber(member.facts.status));
}

/** EV2: `onhold` replaces a status that says no more than that the agent is in a call. */
export function withHold<Status extends DeviceState>(agent: Agent, status: Status): Status | "onhold" {
  return agent.onHold && (status === "inuse" || status === "busy") ? "onhold" : status;
}

/** The agent's membership of a queue. With two interfaces in one queue, the first by name speaks for both. */
export function memberOf(agent: Agent | undefined, queue: string): Member | undefined {
  let first: Member | undefined;
  if (agent)
    for (const member of agent.members)
      if (member.queue.name === queue && (!first || member.facts.memberInterface < first.facts.memberInterface))
        first = member;
  return first;
}

/**
 * The agent's memberships in a fixed order, so that what is published of an agent does not depend on the order of
 * events.
 */
export function membersInOrder(agent: Agent): Member[] {
  return [...agent.members].sort(
    (one, other) =>
      compare(one.queue.name, other.queue.name) || compare(one.facts.memberInterface, other.facts.memberInterface),
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * EV1: the name that a queue was given for the agent, or the agent's id. Where a queue was given none, Asterisk repeats
 * the interface.
 */
export function agentNameOf(agent: Agent): string {
  for (const { facts } of membersInOrder(agent))
    if (facts.name !== null && facts.name !== facts.memberInterface) return facts.name;
  return agent.id;
}
