/**
 * EV3: the wrap-up after a queue's call. It begins when the agent leaves the call and ends with its time, with the
 * agent's next talk, or with the membership. The member's own wrapuptime counts, else the setting of the queue.
 *
 * The model has no clock, so it asks to be reminded of the end (pipeline/reminders.ts).
 */
import type { WrapUpOver } from "../../ami/event/event.ts";
import { addEffect, type Changes, markMember } from "../state/changes.ts";
import { memberOf } from "../state/member.ts";
import type { Agent, Member, Model, Queue } from "../state/state.ts";

/** The agent has left a call of that queue. */
export function beginWrapUp(model: Model, changes: Changes, agent: Agent, queue: string): void {
  const member = memberOf(agent, queue);
  const milliseconds = member ? secondsOf(model, member) * 1000 : 0;
  if (!member || milliseconds === 0) return;
  const until = model.now + milliseconds;
  setWrapUp(changes, member, until);
  const event: WrapUpOver = { kind: "wrapUpOver", at: until, queue, memberInterface: member.facts.memberInterface };
  addEffect(changes, { kind: "remind", afterMs: milliseconds, event });
}

/** The agent talks. */
export function endWrapUps(changes: Changes, agent: Agent): void {
  for (const member of agent.members) setWrapUp(changes, member, null);
}

/** A wrap-up that began since ends later, and has a reminder of its own. */
export function onWrapUpOver(model: Model, changes: Changes, { queue, memberInterface, at }: WrapUpOver): void {
  const member = model.queues.get(queue)?.members.get(memberInterface);
  if (member?.wrapUpUntil === at) setWrapUp(changes, member, null);
}

function setWrapUp(changes: Changes, member: Member, until: number | null): void {
  if (member.wrapUpUntil === until) return;
  member.wrapUpUntil = until;
  markMember(changes, member);
}

function secondsOf({ settings }: Model, { facts, queue }: Member): number {
  return facts.wrapUpSeconds > 0 ? facts.wrapUpSeconds : settingOf(settings.wrapUpSeconds, queue);
}

function settingOf(seconds: Model["settings"]["wrapUpSeconds"], { name }: Queue): number {
  if (Object.hasOwn(seconds, name)) return seconds[name] ?? 0;
  return Object.hasOwn(seconds, "*") ? (seconds["*"] ?? 0) : 0;
}
