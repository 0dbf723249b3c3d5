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
 * A talk of which a HangupRequest shows the end is published at once, any other after a moment. So is a queue's talk
 * whose beginning nobody saw: AgentComplete comes with the end, and says how long the talk was in whole seconds.
 */
import type { AgentId, EventOf } from "@pbxis/shared";
import type { AgentComplete, LoggedCallEnd } from "../../ami/event/event.ts";
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
  const reason = isUnseen ? null : whoHungUp(talk);
  talk.parted = { at, ownEnded, reason };
  model.pastTalks.set(keyOf(talk.agent.id, talk.uniqueId), { talk, at, isUnseen });
  const { logMs } = model.settings;
  if (isUnseen) {
    const event = unseenEnd(model, talk, at);
    if (logMs > 0) addProvisional(changes, talk.id, event, logMs);
    else addSettled(changes, talk.id, event);
    forgetTalk(model, talk);
    return;
  }
  if (reason) conclude(model, changes, talk, reason);
  else {
    const likely = partyEnded ? (ownEnded ? "agent" : "caller") : "transfer";
    addProvisional(changes, talk.id, eventOf(talk, likely, at), transitMs);
  }
}

/** The reason is known. */
function conclude(model: Model, changes: Changes, talk: Talk, reason: Reason): void {
  if (talk.since === null && talk.queue !== null)
    addProvisional(changes, talk.id, eventOf(talk, reason, talk.parted?.at ?? model.now), transitMs);
  else settle(model, changes, talk, reason);
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
  addSettled(changes, past.talk.id, eventOf(past.talk, reason, Math.max(past.talk.since ?? at, at)));
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

function whoHungUp(talk: Talk): "caller" | "agent" | "transfer" | null {
  const { party } = talk;
  const own = ownHangup(talk);
  if (own === 0) return party.hungUpAt > 0 ? "caller" : null;
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

/** EV6: Asterisk says how the queue's call ended. One that comes late does not name the agent's channel. */
export function correctByComplete(
  model: Model,
  changes: Changes,
  agent: AgentId | null,
  uniqueId: string | undefined,
  { queue, dest, reason, talkTime, at }: AgentComplete,
): void {
  if (reason !== "caller" && reason !== "agent" && reason !== "transfer") return;
  for (const talk of (agent !== null && model.agents.get(agent)?.talks) || []) {
    if (talk.uniqueId !== uniqueId) continue;
    if (dest !== null && talk.queue === queue) talk.since ??= at - talkTime * 1000;
    correct(model, changes, talk, reason);
  }
}

function correct(model: Model, changes: Changes, talk: Talk, reason: Reason): void {
  const { parted } = talk;
  if (parted && model.now - parted.at <= transitMs) conclude(model, changes, talk, parted.reason ?? reason);
}

function eventOf(talk: Talk, reason: Reason, at: number): EventOf<"agentTalkEnded"> {
  const { agent, queue: queueName, callId, uniqueId, since } = talk;
  const ended = since === null ? at : Math.max(since, at);
  const times = timesOf(talk, ended);
  return { type: "agentTalkEnded", agent: agent.id, queueName, callId, uniqueId, ...times, reason, since, at: ended };
}

/** Until AMI was lost the talk was seen, unless AMI had been away before. */
function unseenEnd(model: Model, talk: Talk, at: number): EventOf<"agentTalkEnded"> {
  const doubtedIn = talk.doubtedIn === model.generation ? null : talk.doubtedIn;
  return eventOf({ ...talk, doubtedIn }, "unknown", at);
}

/** Null for what was not seen from beginning to end. */
function timesOf(talk: Talk, at: number): Pick<EventOf<"agentTalkEnded">, "talkTime" | "holdTime"> {
  const { since, heldSince, doubtedIn } = talk;
  if (since === null || doubtedIn !== null) return { talkTime: null, holdTime: null };
  const lastHold = heldSince === null ? 0 : Math.max(0, at - heldSince);
  const holdTime = Math.min(at - since, talk.holdTime + lastHold);
  return { talkTime: at - since - holdTime, holdTime };
}
