/**
 * EV16, EV17, EV23: checks that each wait in a queue, each ring that was not answered, and each talk of an agent is in
 * the site's log exactly once, as the simulated PBX knows it. Exceptions: those of completed calls (excuse.ts); what
 * ended while a connector had no connection to AMI, and whose end may therefore be `unknown`; rings that ended then, and
 * talks that no connector saw, which are not published. What is published of the times of a talk is right, also if a
 * connector was restarted or cut off during it.
 */
import type { EventOf, SiteEvent } from "@pbxis/shared";
import type { Ended } from "../pbx/state.ts";
import { type Clock, createProcess } from "./clock.ts";
import type { ConnectorRun } from "./connectors.ts";
import { amiDelayMs, type CheckOptions, deliveryMs, isExcused, processingMs } from "./excuse.ts";
import { beginning } from "./globals.ts";
import {
  haveReached,
  heldIn,
  type KnownEnd,
  lastedTo,
  sawBeginning,
  silenceMs,
  stallsMs,
  talkedTo,
  talkSlackMs,
  wasHeldUp,
  watchedThroughout,
} from "./known-end.ts";
import type { News } from "./news.ts";
import type { EndedTalk, EndedWait } from "./queue-truth.ts";

export type EndingCheck = Readonly<{
  /** As the PBX counts, and by a clock that is right. */
  onEnded: (counted: Ended, ended: Ended) => void;
  /** `lost`: the number of occurrences that were reported to the site as lost. */
  check: (logged: readonly SiteEvent[], runs: readonly ConnectorRun[], lost: number, options: CheckOptions) => string[];
  /** The waits that have ended at the PBX. */
  waits: (runs: readonly ConnectorRun[], options: CheckOptions) => readonly EndedWait[];
  /** The talks with a caller who had waited. */
  talks: (runs: readonly ConnectorRun[], options: CheckOptions) => readonly EndedTalk[];
  counts: () => Readonly<Record<string, number>>;
}>;

/** The longest time for which the connector holds an occurrence back. */
const heldBackMs = 1100;
/** Clocks that are a little off are not corrected. */
const littleMs = 1_000;
/** UP11: times are right to this. */
const clockMs = 5_000;
/** The site's first answer may be so slow, and what has waited for it is no better known. */
const firstAnswerMs = 20_000;

/** `stalledUntil`: until when the connection from Asterisk is stalled. */
export function createEndingCheck(clock: Clock, stalledUntil: () => number, news: News): EndingCheck {
  const receiver = createProcess("ending check");
  const ends: KnownEnd[] = [];
  const counts = {
    "waits ended": 0,
    "waits logged": 0,
    "waits logged as unknown": 0,
    "rings ended": 0,
    "rings logged": 0,
    "talks ended": 0,
    "talks logged": 0,
    "talks logged as unknown": 0,
  };
  return {
    onEnded: (counted, ended) => {
      const one: KnownEnd = {
        ...ended,
        countedMs: counted.lastedMs,
        at: clock.now(),
        wasStalled: stalledUntil() > clock.now(),
        hadStall: stalledUntil() > clock.now() - ended.lastedMs,
        spooledBy: Number.POSITIVE_INFINITY,
      };
      ends.push(one);
      clock.after(deliveryMs, receiver, "the end arrives", () => {
        one.spooledBy = Math.max(clock.now(), stalledUntil()) + processingMs + heldBackMs;
      });
    },
    check: (logged, runs, lost, options) => {
      const waits = logged.filter((event) => event.type === "queueCallEnded");
      const rings = logged.filter((event) => event.type === "agentRingEnded");
      counts["waits logged"] = waits.length;
      counts["waits logged as unknown"] = waits.filter(({ outcome }) => outcome === "unknown").length;
      counts["rings logged"] = rings.length;
      const talks = logged.filter((event) => event.type === "agentTalkEnded");
      counts["talks logged"] = talks.length;
      counts["talks logged as unknown"] = talks.filter(({ reason }) => reason === "unknown").length;
      const missing: string[] = [];
      const found: string[] = [];
      for (const one of ends.filter((ended) => !isCutOff(ended))) {
        const wasWatched = watchedThroughout(runs, one.at, one.kind === "talk" ? one.lastedMs : 0);
        const isEnd = one.kind === "wait";
        counts[`${one.kind}s ended`]++;
        const left = isEnd
          ? takeWait(waits, one)
          : one.kind === "ring"
            ? takeRing(rings, one)
            : takeTalk(talks, one, runs);
        if (left)
          found.push(
            ...mismatch(one, left, wasWatched),
            ...misspent(one, left, wasWatched, runs),
            ...mistimed(one, left, runs, news),
          );
        else if (!isExcused(one, runs, options) && (isEnd || wasWatched))
          missing.push(`${nameOf(one)} never reached the site`);
      }
      // A restart of Asterisk ends waits, rings and talks without a trace.
      for (const event of waits)
        if (event.outcome !== "unknown") found.push(`EV16: unexpected ${JSON.stringify(event)}`);
      for (const event of talks)
        if (event.reason !== "unknown") found.push(`EV23: unexpected ${JSON.stringify(event)}`);
      for (const event of rings) found.push(`EV17: unexpected ${JSON.stringify(event)}`);
      return missing.length > lost ? [...found, ...missing] : found;
    },
    waits: (runs, options) =>
      ends
        .filter(({ kind }) => kind === "wait")
        .map((one) => ({
          queue: one.queue,
          how: one.how,
          isSure: watchedThroughout(runs, one.at, 0) && !one.wasStalled && !isExcused(one, runs, options),
          lasted: lastedTo(one, runs, news),
        })),
    talks: (runs, options) => {
      const waits = Map.groupBy(
        ends.filter(({ kind }) => kind === "wait"),
        ({ uniqueId }) => uniqueId,
      );
      return ends
        .filter(({ kind, uniqueId }) => kind === "talk" && waits.has(uniqueId))
        .map((one) => {
          const before = waits.get(one.uniqueId) ?? [];
          const wasWatched = watchedThroughout(runs, one.at, one.lastedMs);
          return {
            queue: before.find((wait) => isAnsweredBy(wait, one))?.queue ?? null,
            queues: before.map(({ queue }) => queue),
            isSure: wasWatched && !isCutOff(one) && !one.wasStalled && !isExcused(one, runs, options),
            ...talkedTo(one, wasWatched, runs),
          };
        });
    },
    counts: () => counts,
  };
}

/** A restart of Asterisk ended it. */
const isCutOff = ({ how }: KnownEnd) => how.includes("unknown");

/** Whether the talk began with the end of the wait. */
function isAnsweredBy({ agent, how, at }: KnownEnd, talk: KnownEnd): boolean {
  return agent === talk.agent && how.join() === "answered" && Math.abs(talk.at - talk.lastedMs - at) < littleMs;
}

function takeWait(waits: EventOf<"queueCallEnded">[], { uniqueId, queue, beganAt }: KnownEnd) {
  const near = waits
    .filter((event) => event.uniqueId === uniqueId && event.queue === queue)
    .sort((one, other) => Math.abs((one.since ?? one.at) - beganAt) - Math.abs((other.since ?? other.at) - beganAt));
  return take(waits, near[0]);
}

function takeRing(rings: EventOf<"agentRingEnded">[], { uniqueId }: KnownEnd) {
  return take(
    rings,
    rings.find(({ ringUniqueId }) => ringUniqueId === uniqueId),
  );
}

/**
 * Of the talks with this party, one that had begun by its end and ended after its beginning. Without timestamps a stall
 * makes both late, and so does a wrong clock of a connector that has yet to reach the site. Another one may be in the log
 * while this one is lost.
 */
function takeTalk(talks: EventOf<"agentTalkEnded">[], one: KnownEnd, runs: readonly ConnectorRun[]) {
  const { uniqueId, agent, beganAt, lastedMs, wasStalled } = one;
  const endedAt = beganAt + lastedMs;
  const lateMs = (wasStalled ? amiDelayMs : deliveryMs) + (haveReached(runs, one) ? 0 : firstAnswerMs);
  const near = talks
    .filter((event) => event.uniqueId === uniqueId && event.agent === agent)
    .filter((event) => event.at >= beganAt - littleMs && (event.since ?? event.at) <= endedAt + lateMs + littleMs)
    .sort((one, other) => Math.abs(one.at - endedAt) - Math.abs(other.at - endedAt));
  return take(talks, near[0]);
}

function take<Item>(items: Item[], item: Item | undefined): Item | undefined {
  if (item !== undefined) items.splice(items.indexOf(item), 1);
  return item;
}

type EndEvent = EventOf<"queueCallEnded" | "agentRingEnded" | "agentTalkEnded">;

function mismatch(one: KnownEnd, event: EndEvent, wasWatched: boolean): string[] {
  if (!wasWatched || one.wasStalled) return [];
  const how = event.type === "queueCallEnded" ? event.outcome : event.reason;
  const isRight = one.how.includes(how) && (how !== "answered" || event.agent === one.agent);
  return isRight ? [] : [`${nameOf(one)} is logged as ${how} of ${event.agent}`];
}

/**
 * EV23: for how long they talked, and for how long the agent held the other party: the truth, or null if no connector saw
 * all of it. Without timestamps a delay of AMI or of a connector shows in the times.
 */
function misspent(one: KnownEnd, event: EndEvent, wasWatched: boolean, runs: readonly ConnectorRun[]): string[] {
  if (event.type !== "agentTalkEnded") return [];
  const { since, talkTime, holdTime, reason } = event;
  if (since === null || talkTime === null || holdTime === null)
    return wasWatched ? [`${nameOf(one)} was watched, but is logged with ${since}, ${talkTime} and ${holdTime}`] : [];
  const isHeldUp = wasHeldUp(one, runs);
  const slackMs = isHeldUp ? stallsMs : talkSlackMs;
  const lastedMs = talkTime + holdTime;
  const found: string[] = [];
  // It counts until AMI was lost. How long it has been silent before, is not known.
  const isUnseen = reason === "unknown";
  const isShort = !isUnseen && lastedMs < one.lastedMs - slackMs;
  const isLong = lastedMs > one.lastedMs + slackMs + (isUnseen ? silenceMs : 0);
  if (!one.wasStalled && (isShort || isLong)) found.push(`${nameOf(one)} lasted ${one.lastedMs} ms, not ${lastedMs}`);
  const heldMs = heldIn(one);
  if (wasWatched && !isHeldUp && Math.abs(holdTime - heldMs) > talkSlackMs)
    found.push(`${nameOf(one)} was on hold for ${heldMs} ms, not ${holdTime}`);
  return found;
}

/** UP11: when it ended, and for how long it had lasted, whatever the clocks of the PBX and of the connectors say. */
function mistimed(one: KnownEnd, event: EndEvent, runs: readonly ConnectorRun[], news: News): string[] {
  const found: string[] = [];
  const lateMs = clockMs + amiDelayMs + heldBackMs + (haveReached(runs, one) ? 0 : firstAnswerMs);
  const late = event.at - (beginning + one.at);
  const isUnknown =
    event.type !== "agentRingEnded" && (event.type === "queueCallEnded" ? event.outcome : event.reason) === "unknown";
  if (!isUnknown && Math.abs(late) > lateMs) found.push(`UP11: ${nameOf(one)} is logged ${late.toFixed(0)} ms late`);
  const lasted =
    event.type === "queueCallEnded" ? event.waitTime : event.type === "agentRingEnded" ? event.ringTime : null;
  const seenMs = one.at - news.knownBy(one.at - one.lastedMs, runs);
  const least = sawBeginning(runs, one) ? seenMs : one.countedMs;
  const slackMs = 1_000 + (one.hadStall ? stallsMs : amiDelayMs);
  if (lasted !== null && !isUnknown && (lasted < least - slackMs || lasted > one.lastedMs + slackMs))
    found.push(`UP11: ${nameOf(one)} lasted ${one.lastedMs} ms, not ${lasted}`);
  return found;
}

function nameOf({ kind, uniqueId, queue, agent, how, at }: KnownEnd): string {
  return `${rules[kind]}: the ${kind} ${uniqueId} of ${queue} (${how.join(" or ")}, ${agent}) at ${at.toFixed(0)}`;
}

const rules = { wait: "EV16", ring: "EV17", talk: "EV23" } as const;
