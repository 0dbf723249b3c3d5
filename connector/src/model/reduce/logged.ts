/**
 * EV6, EV16, EV17, EV23: what Asterisk's queue_log says of the time in which AMI was away. It is applied like events that
 * come late. A wait or talk that the lists no longer had is `unknown` only if the log does not explain it, and what
 * began and ended meanwhile is known from the log alone. What was published before AMI was lost is recognised.
 */
import type { AgentId, EventOf } from "@pbxis/shared";
import type { LoggedCallEnd, LoggedRingEnd, LoggedWaitEnd } from "../../ami/event/event.ts";
import { addSettled, type Changes } from "../state/changes.ts";
import type { Model, Queue } from "../state/state.ts";
import { isPastTalk, settleLogged } from "./talk-end.ts";
import { settleWait } from "./wait-end.ts";

export function onLoggedWaitEnd(model: Model, changes: Changes, event: LoggedWaitEnd): void {
  const queue = model.queues.get(event.queue);
  if (queue) settleWait(model, changes, queue, event, memberOf(model, queue, event.member));
}

export function onLoggedCallEnd(model: Model, changes: Changes, event: LoggedCallEnd): void {
  const { queue: name, uniqueId, waitSeconds, talkSeconds, reason, at } = event;
  const queue = model.queues.get(name);
  const agent = queue && memberOf(model, queue, event.member);
  if (!queue || !agent || isPastTalk(model, agent, uniqueId, at)) return;
  if (!settleLogged(model, changes, agent, event)) {
    const talk: EventOf<"agentTalkEnded"> = {
      type: "agentTalkEnded",
      ...{ agent, queueName: queue.name, callId: uniqueId, uniqueId },
      // The log does not say when the agent held.
      ...{ talkTime: null, holdTime: null, reason, since: Math.max(0, at - talkSeconds * 1000), at },
    };
    addSettled(changes, `agentTalkEnded,${agent},${uniqueId},${at}`, talk);
  }
  addSettled(changes, `agentComplete,${agent},${uniqueId},${at}`, {
    type: "agentComplete",
    ...{ agent, uniqueId, talkTime: talkSeconds, holdTime: waitSeconds, recording: null },
    ...{ queueName: queue.name, reason, at },
  });
}

export function onLoggedRingEnd(model: Model, changes: Changes, event: LoggedRingEnd): void {
  const { uniqueId, ringMs: ringTime, at } = event;
  const queue = model.queues.get(event.queue);
  const agent = queue && memberOf(model, queue, event.member);
  if (!queue || !agent) return;
  // The log does not name the rung channel. Each connector that reads it makes the same id.
  const ringUniqueId = `${uniqueId}-${agent}-${at}`;
  addSettled(changes, `agentRingEnded,${ringUniqueId}`, {
    type: "agentRingEnded",
    ...{ agent, queueName: queue.name, callId: uniqueId, ringUniqueId, ringTime, reason: "noAnswer", at },
  });
}

/** By the member's name (`log_membername_as_agent`) or interface. */
function memberOf(model: Model, queue: Queue, member: string | null): AgentId | null {
  if (member === null) return null;
  for (const { facts, agent } of queue.members.values())
    if (facts.memberInterface === member || facts.name === member) return agent.id;
  for (const { facts, agent, queue: left } of model.lastMembers.values())
    if (left.name === queue.name && (facts.memberInterface === member || facts.name === member)) return agent.id;
  return model.rule.agentOfInterface(member);
}
