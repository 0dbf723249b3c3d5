/**
 * What the site's events say of a queue call: EV16 begins its row, and EV6 completes it with the talk. Either may come
 * first, because a connector holds an EV16 back for up to a second, and two connectors may deliver one each. Asterisk
 * completes no call that was picked; the talk of one is known by EV23. Pure.
 */
import type { EventOf, QueueCall } from "@pbxis/shared";
import type { CallPlace, LogItem } from "../api.ts";

/** How a call's agent talked. Times in ms. */
export type Talk = Readonly<{
  queue: string;
  /** Empty if Asterisk did not name the caller's channel. */
  uniqueId: string;
  /** EV6, and not EV23. */
  isCompletion: boolean;
  agent: string;
  endedAt: number;
  talkTime: number;
  recording: string | null;
  reason: string;
}>;

/** Characters of a text that is kept; Asterisk's own names and numbers have 80 at most. */
const maxText = 512;

/** The row of a wait that has ended. An event from the future, by a wrong clock, counts as one of now. */
export function callOf(event: EventOf<"queueCallEnded">, now: number): QueueCall & Readonly<{ ended: number }> {
  const { queue, uniqueId, callId, outcome, agent, waitTime, position, originalPosition, number, name, since } = event;
  const ended = Math.min(event.at, now);
  const isTalk = hasTalk(outcome);
  return {
    ...{ ended, queue, uniqueId: cut(uniqueId), callId: cut(callId), outcome: cut(outcome), agent },
    ...{ number: cut(number), name: cut(name), joinedAt: since, waitTime, position, originalPosition },
    ...{ answeredAt: isTalk ? ended : null, endedAt: isTalk ? null : ended },
    ...{ talkTime: null, recording: null, reason: null },
  };
}

/** Whether somebody talked with the caller after the wait, as far as EV16 says. */
export function hasTalk(outcome: string): boolean {
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

/** An event that its reader waits for no longer than this has another cause to be missing (ms). */
export const openSpanMs = 24 * 3_600_000;
/** Two events of one call that name different agents are still of one call if its times fit to this (ms). */
const nearMs = 5_000;
/** The same if they name one agent: the clocks of two connectors, and seconds in EV6. */
const skewMs = 60_000;

/** A row that has no talk yet. */
export type OpenCall = CallPlace & Readonly<{ queue: string; uniqueId: string; agent: string | null; outcome: string }>;

/** How far the times of a call and a talk are apart; null if they are of two calls. */
export function distance(call: Omit<OpenCall, "id">, talk: Talk): number | null {
  if (call.queue !== talk.queue || (talk.uniqueId !== "" && call.uniqueId !== talk.uniqueId)) return null;
  const apart = Math.abs(call.ended - (talk.endedAt - talk.talkTime));
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
