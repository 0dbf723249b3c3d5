/**
 * What is really so, asked of Asterisk itself, and what a client should therefore see. Written from Asterisk's side and in its
 * own way, so that it can be wrong differently from the connector's model.
 */
import type { Ami, AmiPacket } from "./ami.ts";
import { agents } from "./config.ts";

/** A call as a script knows it, for Asterisk cannot be asked whom a phone should show. Details left out are not compared. */
export type Shown = Readonly<{ number: string; name?: string | null; queue?: string | null }>;

/** What only the script knows of a moment: whom each talking or called agent should show, and who talks into a held call. */
export type Moment = Readonly<{ shows?: Readonly<Record<string, Shown>>; onHold?: readonly string[] }>;

/** One expected or told state, by a readable key. `details` are compared one by one; null stands for "none", undefined for "whatever". */
export type Facts = Map<string, Readonly<Record<string, string | number | null | undefined>>>;

export type Truth = Readonly<{ facts: Facts; linkedIds: ReadonlySet<string>; readAt: number }>;

const memberStates = [
  "unknown",
  "not_inuse",
  "inuse",
  "busy",
  "unavailable",
  "unavailable",
  "ringing",
  "ringinuse",
  "onhold",
];
const extensionStates: Readonly<Record<string, string>> = {
  "0": "not_inuse",
  "1": "inuse",
  "2": "busy",
  "4": "unavailable",
  "8": "ringing",
  "9": "ringinuse",
  "16": "onhold",
  "17": "onhold",
};

export async function readTruth(ami: Ami, moment: Moment): Promise<Truth> {
  const [queues, extensions, channels] = await Promise.all([
    ami.list("QueueStatus"),
    ami.list("ExtensionStateList"),
    ami.list("CoreShowChannels"),
  ]);
  const readAt = Date.now();
  const facts: Facts = new Map();
  for (const item of queues) {
    if (item.Event === "QueueParams") addCount(facts, item, queues, readAt);
    if (item.Event === "QueueMember") addMember(facts, item, moment);
  }
  for (const item of extensions) addExtension(facts, item, moment);
  for (const { id } of agents) facts.set(`phone ${id}`, shownFacts(moment.shows?.[id]));
  return { facts, linkedIds: new Set(channels.map((item) => item.Linkedid ?? "")), readAt };
}

/** The agent's number in `PJSIP/1001` and `Local/1005@agents/n`. */
export function agentOf(memberInterface: string): string {
  return /^\w+\/([^@/]+)/.exec(memberInterface)?.[1] ?? memberInterface;
}

function addCount(facts: Facts, queue: AmiPacket, items: readonly AmiPacket[], readAt: number): void {
  const waits = items
    .filter((item) => item.Event === "QueueEntry" && item.Queue === queue.Queue)
    .map((item) => Number(item.Wait));
  const since = waits.length > 0 ? readAt - Math.max(...waits) * 1000 : null;
  facts.set(`count ${queue.Queue}`, { count: Number(queue.Calls), longestWaitSince: since });
}

function addMember(facts: Facts, member: AmiPacket, moment: Moment): void {
  const memberInterface = member.Location ?? "";
  const agent = agentOf(memberInterface);
  const device = heldOr(memberStates[Number(member.Status)] ?? "?", agent, moment);
  const paused = member.Paused === "1";
  facts.set(`member ${agent}@${member.Queue}`, {
    status: paused ? "paused" : device,
    deviceStatus: device,
    pausedReason: paused && member.PausedReason ? member.PausedReason : null,
    penalty: Number(member.Penalty),
  });
  facts.set(`name ${agent}`, { name: member.Name === memberInterface ? agent : (member.Name ?? "") });
}

function addExtension(facts: Facts, extension: AmiPacket, moment: Moment): void {
  const agent = extension.Exten ?? "";
  const status = extensionStates[extension.Status ?? ""] ?? `? ${extension.Status}`;
  facts.set(`extension ${agent}`, { status: heldOr(status, agent, moment) });
}

/** EV2 on hold: Asterisk leaves the holding agent's device in use; only the script knows better. */
function heldOr(status: string, agent: string, moment: Moment): string {
  return moment.onHold?.includes(agent) && status === "inuse" ? "onhold" : status;
}

function shownFacts(shown: Shown | undefined): Record<string, string | null | undefined> {
  if (!shown) return { number: null, name: null, queue: null };
  return { number: shown.number, name: shown.name, queue: shown.queue };
}
