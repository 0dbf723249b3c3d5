/**
 * What the site's events say of a queue call: EV16 begins it, and EV6 completes it with the talk. Either may come
 * first, because a connector holds an EV16 back for up to a second, and two connectors may deliver one each. Asterisk
 * completes no call that was picked; the talk of one is known by EV23. Pure.
 */
import { type AgentId, type EventOf, QueueCall } from "@pbxis/shared";
import * as z from "zod";
import type { LogItem } from "../api.ts";

/**
 * How a call's agent talked. Times in ms; `talkTime` is null if nobody knows it. `uniqueId` is empty if Asterisk did not name the caller's channel;
 * `isCompletion`: EV6, and not EV23.
 */
export const Talk = z
  .object({
    queue: z.string(),
    uniqueId: z.string(),
    isCompletion: z.boolean(),
    agent: z.string(),
    endedAt: z.number(),
    talkTime: z.number().nullable(),
    recording: z.string().nullable(),
    reason: z.string(),
  })
  .readonly();
export type Talk = z.infer<typeof Talk>;

/** A call, and its place in the list. */
export const ListedCall = QueueCall.extend({ ended: z.number(), id: z.number() }).readonly();
export type ListedCall = z.infer<typeof ListedCall>;

/** Characters of a text that is kept; Asterisk's own names and numbers have 80 at most. */
const maxText = 512;

/** A wait that has ended. An event from the future, by a wrong clock, counts as one of now. */
export function callOf(event: EventOf<"queueCallEnded">, now: number, id: number): ListedCall {
  const { queue, uniqueId, callId, outcome, agent, waitTime, position, originalPosition, number, name, since } = event;
  const ended = Math.min(event.at, now);
  const isTalk = hasTalk(outcome);
  return {
    ...{ ended, id, queue, uniqueId: cut(uniqueId), callId: cut(callId), outcome: cut(outcome), agent },
    ...{ number: cut(number), name: cut(name), joinedAt: since, waitTime, position, originalPosition },
    ...{ answeredAt: isTalk ? ended : null, endedAt: isTalk ? null : ended },
    ...{ talkTime: null, recording: null, reason: null },
  };
}

/** Whether a talk may be reported of it. What ended while AMI was away is found out later. */
export function mayTalk({ outcome }: ListedCall): boolean {
  return hasTalk(outcome) || outcome === "unknown";
}

/** The call with its talk. */
export function completed(call: ListedCall, talk: Talk): ListedCall {
  const { talkTime, recording, reason } = talk;
  const endedAt = hasTalk(call.outcome) ? talk.endedAt : call.endedAt;
  return { ...call, agent: call.agent ?? (talk.agent as AgentId), endedAt, talkTime, recording, reason };
}

/** Whether somebody talked with the caller after the wait, as far as EV16 says. */
function hasTalk(outcome: string): boolean {
  return outcome === "answered" || outcome === "picked";
}

/** The talk that an event reports; null for any other event. */
export function talkOf(item: LogItem): Talk | null {
  if (item.type === "agentTalkEnded") {
    const { queueName: queue, uniqueId, agent, at: endedAt, talkTime, reason } = item;
    if (queue === null || uniqueId === null) return null;
    const texts = { uniqueId: cut(uniqueId), recording: null, reason: cut(reason) };
    return { queue, agent, endedAt, talkTime, isCompletion: false, ...texts };
  }
  if (item.type !== "agentComplete") return null;
  const { queueName: queue, agent, at: endedAt, talkTime } = item;
  const texts = { uniqueId: cut(item.uniqueId), recording: cut(item.recording), reason: cut(item.reason) };
  return { queue, agent, endedAt, talkTime: talkTime * 1000, isCompletion: true, ...texts };
}

/** Two events of one call that name different agents are still of one call if its times fit to this (ms). */
const nearMs = 5_000;
/** The same if they name one agent: the clocks of two connectors, and seconds in EV6. */
const skewMs = 60_000;

/** How far the times of a call and a talk are apart; null if they are of two calls. */
export function distance(call: ListedCall, talk: Talk): number | null {
  if (call.queue !== talk.queue || (talk.uniqueId !== "" && call.uniqueId !== talk.uniqueId)) return null;
  const apart = Math.abs(call.ended - (talk.endedAt - (talk.talkTime ?? 0)));
  if (talk.isCompletion === (call.outcome === "picked")) return null;
  // What ended while AMI was away is found out later, and nobody knows who answered it.
  if (call.outcome === "unknown" && talk.uniqueId !== "") return apart;
  if (call.agent === talk.agent) return talk.uniqueId === "" && apart > skewMs ? null : apart;
  return talk.uniqueId !== "" && apart <= nearMs ? apart : null;
}

function cut(text: string): string;
function cut(text: string | null): string | null;
function cut(text: string | null): string | null {
  return text === null ? null : text.slice(0, maxText);
}
