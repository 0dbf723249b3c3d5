/**
 * EV23: how an agent's talk ended.
 *
 * | of the two, first                                       | reason                                            |
 * |---------------------------------------------------------|---------------------------------------------------|
 * | the other party hangs up (HangupRequest)                | `caller`                                          |
 * | the agent hangs up                                      | `agent`; `transfer` if the other party is on hold |
 * |                                                         | in a consultation, or is the one consulted        |
 * | neither, and AgentComplete says it                      | what that says                                    |
 * | neither, and the other party's channel ends in a moment | `caller`, or `agent` if the agent's ended before  |
 * | neither, and the other party lives on                   | `transfer`                                        |
 * | the end was missed while AMI was away                   | `unknown`                                         |
 *
 * A talk of which a HangupRequest shows the end is published at once, any other after a moment.
 */
import type { AgentId, EventOf } from "@pbxis/shared";
import type { LoggedCallEnd } from "../../ami/event/event.ts";
import { addProvisional, addSettled, type Changes } from "../state/changes.ts";
import type { Channel, Model, Talk } from "../state/state.ts";

type Reason = "caller" | "agent" | "transfer" | "unknown";

/** For how long a channel may be between two bridges, and what belongs to an end may come after it. */
const transitMs = 50;

/** To be called once, when nothing connects the two any more. */
export function partTalk(model: Model, changes: Changes, talk: Talk): void {
  const isUnseen = changes.from === "sweep";
  const at = isUnseen ? lostAt(model) : model.now;
  const ownEnded = !model.channels.has(talk.own.uniqueId);
  const partyEnded = !model.channels.has(talk.party.uniqueId);
  talk.parted = { at, ownEnded };
  model.pastTalks.set(keyOf(talk.agent.id, talk.uniqueId), { talk, at, isUnseen });
  const { logMs } = model.settings;
  if (isUnseen && logMs > 0) {
    addProvisional(changes, talk.id, eventOf(talk, "unknown", at), logMs);
    forgetTalk(model, talk);
    return;
  }
  const certain = isUnseen ? "unknown" : whoHungUp(talk);
  if (certain) settle(model, changes, talk, certain);
  else {
    const likely = partyEnded ? (ownEnded ? "agent" : "caller") : "transfer";
    addProvisional(changes, talk.id, eventOf(talk, likely, at), transitMs);
  }
}

function keyOf(agent: string, uniqueId: string): string {
  return `${agent},${uniqueId}`;
}

/** queue_log has whole seconds. */
const loggedMs = 2000;

/** Whether the end of this talk was seen. */
export function isPastTalk(model: Model, agent: AgentId, uniqueId: string, at: number): boolean {
  const past = model.pastTalks.get(keyOf(agent, uniqueId));
  return past !== undefined && !past.isUnseen && Math.abs(past.at - at) <= loggedMs;
}

/** The log has the end of a talk that ended while AMI was away. False if there was none. */
export function settleLogged(model: Model, changes: Changes, agent: AgentId, event: LoggedCallEnd): boolean {
  const { uniqueId, reason, at } = event;
  const past = model.pastTalks.get(keyOf(agent, uniqueId));
  if (!past?.isUnseen) return false;
  model.pastTalks.set(keyOf(agent, uniqueId), { ...past, at, isUnseen: false });
  addSettled(changes, past.talk.id, eventOf(past.talk, reason, Math.max(past.talk.since, at)));
  return true;
}

/** What a list no longer has ended after AMI was lost, if it was. */
function lostAt({ lostAt: lost, generation, now }: Model): number {
  return lost?.generation === generation - 1 ? lost.at : now;
}

function settle(model: Model, changes: Changes, talk: Talk, reason: Reason): void {
  addSettled(changes, talk.id, eventOf(talk, reason, talk.parted?.at ?? model.now));
  forgetTalk(model, talk);
}

function forgetTalk(model: Model, talk: Talk): void {
  const { agent } = talk;
  agent.talks = agent.talks.filter((one) => one !== talk);
  model.openTalks.delete(talk);
}

/** Forgets the talks that nothing can correct any more. */
export function forgetParted(model: Model): void {
  for (const talk of model.openTalks)
    if (talk.parted && model.now - talk.parted.at > transitMs) forgetTalk(model, talk);
}

function whoHungUp(talk: Talk): Reason | undefined {
  const { party } = talk;
  const own = ownHangup(talk);
  if (own === 0) return party.hungUpAt > 0 ? "caller" : undefined;
  if (party.hungUpAt > 0 && party.hungUpAt < own) return "caller";
  const isConsultation = talk.agent.talks.some((one) => one !== talk && one.own === talk.own && !one.parted);
  return isConsultation || talk.bridge === null ? "transfer" : "agent";
}

/** The agent's side may be a Local channel and the phone behind it. The first of them that hung up counts. */
export function ownHangup({ agent, own }: Talk): number {
  let first = own.hungUpAt;
  const note = ({ hungUpAt }: Channel) => {
    if (hungUpAt > 0 && (first === 0 || hungUpAt < first)) first = hungUpAt;
  };
  if (own.phone) note(own.phone);
  for (const channel of agent.channels) if (channel.linkedId === own.linkedId) note(channel);
  return first;
}

/** Asterisk may report who hung up after the bridge's end. */
export function correctByHangupRequest(model: Model, changes: Changes, channel: Channel): void {
  for (const talk of model.openTalks) if (talk.party === channel) correct(model, changes, talk, "caller");
}

/** To be called when a channel ends. */
export function correctByEnd(model: Model, changes: Changes, channel: Channel): void {
  for (const talk of model.openTalks) {
    if (!talk.parted) continue;
    if (talk.own === channel) talk.parted.ownEnded = true;
    else if (talk.party === channel) correct(model, changes, talk, talk.parted.ownEnded ? "agent" : "caller");
  }
}

/** EV6: Asterisk says how the queue's call ended. */
export function correctByComplete(
  model: Model,
  changes: Changes,
  agent: AgentId | null,
  uniqueId: string | undefined,
  reason: string,
): void {
  if (reason !== "caller" && reason !== "agent" && reason !== "transfer") return;
  for (const talk of model.openTalks)
    if (talk.agent.id === agent && talk.uniqueId === uniqueId) correct(model, changes, talk, reason);
}

function correct(model: Model, changes: Changes, talk: Talk, reason: Reason): void {
  if (talk.parted && model.now - talk.parted.at <= transitMs) settle(model, changes, talk, reason);
}

function eventOf(talk: Talk, reason: Reason, at: number): EventOf<"agentTalkEnded"> {
  const { agent, queue: queueName, callId, uniqueId, since, heldSince } = talk;
  const duration = Math.max(0, at - since);
  const lastHold = heldSince === null ? 0 : Math.max(0, at - heldSince);
  const holdTime = Math.min(duration, talk.holdTime + lastHold);
  return {
    type: "agentTalkEnded",
    agent: agent.id,
    queueName,
    callId,
    uniqueId,
    talkTime: duration - holdTime,
    holdTime,
    reason,
    since,
    at: since + duration,
  };
}
