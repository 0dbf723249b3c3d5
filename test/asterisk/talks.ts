/**
 * EV23 compared with the phones' own clocks: an agent talks only while the agent's phone is in a call. Which talks there
 * were says the scenario; at least, each queue call that Asterisk connected with a phone is a talk. Pure.
 */
import type { EventOf, SiteEvent } from "@pbxis/shared";
import type { AmiPacket } from "./ami.ts";
import type { LogLine } from "./phone.ts";
import { phoneOf } from "./rings.ts";

/**
 * `talk` and `hold`, in ms, are the scenario's own pauses in that time: it lasts at least as long, and longer by the
 * steps between them. A hold of 0 is none. A `hold` of null: no connector saw all of the talk, so `talk` is how long it
 * was with its holds. It is null if nobody knows that either.
 */
export type ExpectedTalk = Readonly<{
  agent: string;
  queue: string | null;
  reason: string;
  talk: number | null;
  hold?: number | null;
}>;

type Talk = EventOf<"agentTalkEnded">;
type Interval = { from: number; until: number };

/** Asterisk's queue_log has whole seconds. */
const toleranceMs = 1000;
/** What the steps between the pauses of one talk take on an idle machine, at most. */
const stepsMs = 2000;

export function talkDifferences(
  events: readonly SiteEvent[],
  lines: readonly LogLine[],
  ami: readonly AmiPacket[],
  expected: readonly ExpectedTalk[] | undefined,
  /** How much longer the scenario took than on an idle machine. */
  lateMs: number,
): string[] {
  const talks = events.flatMap((event) => (event.type === "agentTalkEnded" ? [event] : []));
  return [
    ...talks.flatMap((talk) => outsideOfCalls(talk, lines)),
    ...repeated(talks),
    ...(expected ? differencesFrom(expected, talks, lateMs) : withoutTalk(talks, ami)),
  ];
}

function outsideOfCalls(talk: Talk, lines: readonly LogLine[]): string[] {
  const calls = callsOf(talk.agent, lines);
  // A mobile is not among the phones.
  if (calls.length === 0) return [];
  const { since, at } = talk;
  const isInCall = calls.some(({ from, until }) => (since ?? at) >= from - toleranceMs && at <= until + toleranceMs);
  return isInCall ? [] : [`EV23: no call of the phone lasted like ${JSON.stringify(talk)}`];
}

/** The phone's calls, by its own log. What was up before the scenario counts from its beginning. */
function callsOf(agent: string, lines: readonly LogLine[]): Interval[] {
  const calls: Interval[] = [];
  for (const { who, at, text } of lines) {
    if (who !== agent) continue;
    if (/^answers|is answered$/.test(text)) calls.push({ from: at, until: Number.POSITIVE_INFINITY });
    else if (/BYE/.test(text)) {
      // With two calls it is not known which one has ended: the older one is at least as long.
      const open = calls.find(({ until }) => until === Number.POSITIVE_INFINITY);
      if (open && calls.filter(({ until }) => until === Number.POSITIVE_INFINITY).length === 1) open.until = at;
    }
  }
  return calls;
}

function repeated(talks: readonly Talk[]): string[] {
  const seen = new Set<string>();
  return talks.flatMap((talk) => {
    const key = [talk.agent, talk.uniqueId, talk.since].join();
    const isKnown = talk.since !== null && seen.has(key);
    seen.add(key);
    return isKnown ? [`EV23: twice ${JSON.stringify(talk)}`] : [];
  });
}

function differencesFrom(expected: readonly ExpectedTalk[], talks: readonly Talk[], lateMs: number): string[] {
  const left = [...talks];
  const found: string[] = [];
  for (const wanted of expected) {
    const index = left.findIndex((talk) => isLike(talk, wanted, lateMs));
    if (index >= 0) left.splice(index, 1);
    else found.push(`EV23: expected ${JSON.stringify(wanted)}, got nothing`);
  }
  return [...found, ...left.map((talk) => `EV23: unexpected ${JSON.stringify(talk)}`)];
}

function isLike(event: Talk, { agent, queue, reason, talk, hold = 0 }: ExpectedTalk, lateMs: number): boolean {
  const { talkTime, holdTime } = event;
  const longerMs = stepsMs + lateMs;
  if (event.agent !== agent || event.queueName !== queue || !reason.split(" or ").includes(event.reason)) return false;
  const isSplit = talkTime !== null || holdTime !== null;
  if (talk === null) return event.since === null && !isSplit;
  if (hold === null) return event.since !== null && !isSplit && lasts(event.at - event.since, talk, longerMs);
  return lasts(talkTime, talk, longerMs) && lasts(holdTime, hold, hold === 0 ? 0 : longerMs);
}

function lasts(actual: number | null, expected: number, longerMs: number): boolean {
  return actual !== null && actual >= expected - toleranceMs && actual <= expected + toleranceMs + longerMs;
}

/** The queue calls that Asterisk connected with an agent's phone, and that have ended, without a talk of that agent. */
function withoutTalk(talks: readonly Talk[], ami: readonly AmiPacket[]): string[] {
  return ami.flatMap((packet, index) => {
    const { Event, Uniqueid: caller = "", DestUniqueid, DestChannel, Linkedid } = packet;
    const agent = phoneOf(DestChannel);
    if (Event !== "AgentConnect" || !/^\d+$/.test(agent)) return [];
    const isOver = ami.some((one, at) => at > index && one.Event === "Hangup" && one.Uniqueid === DestUniqueid);
    const isPickedUp = ami.some((one) => one.Event === "Pickup" && one.TargetLinkedid === Linkedid);
    if (!isOver || isPickedUp) return [];
    const hasTalk = talks.some((talk) => talk.agent === agent && talk.uniqueId === caller);
    return hasTalk ? [] : [`EV23: no talk of ${agent} with ${caller}`];
  });
}
