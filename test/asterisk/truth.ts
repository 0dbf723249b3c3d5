/**
 * The truth: what Asterisk itself says, and the states that a client should therefore have. It is written independently
 * of the connector's model, so that the two do not have the same bugs.
 */
import type { Ami, AmiPacket } from "./ami.ts";
import { agents } from "./config.ts";

/**
 * The other party that an agent should show. Only the scenario knows it: Asterisk cannot be asked. Omitted details are
 * not compared.
 */
type ShownParty = Readonly<{ number: string; name?: string | null; queue?: string | null }>;

/**
 * What only the scenario knows: the party that each ringing or talking agent should show, and the agents who have put
 * their call on hold.
 */
export type ExpectedCalls = Readonly<{ shows?: Readonly<Record<string, ShownParty>>; onHold?: readonly string[] }>;

/**
 * States by a readable key such as `member 1001@support`. Details are compared one by one: null means none, undefined
 * is not compared.
 */
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

export async function readTruth(ami: Ami, calls: ExpectedCalls): Promise<Truth> {
  const [queues, extensions, channels] = await Promise.all([
    ami.list("QueueStatus"),
    ami.list("ExtensionStateList"),
    ami.list("CoreShowChannels"),
  ]);
  const readAt = Date.now();
  const facts: Facts = new Map();
  for (const item of queues) {
    if (item.Event === "QueueParams") addCount(facts, item, queues, readAt);
    if (item.Event === "QueueMember") addMember(facts, item, calls);
  }
  for (const item of extensions) addExtension(facts, item, calls);
  for (const { id } of agents) facts.set(`phone ${id}`, shownFacts(calls.shows?.[id]));
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

function addMember(facts: Facts, member: AmiPacket, calls: ExpectedCalls): void {
  const memberInterface = member.Location ?? "";
  const agent = agentOf(memberInterface);
  const device = heldOr(memberStates[Number(member.Status)] ?? "?", agent, calls);
  const paused = member.Paused === "1";
  facts.set(`member ${agent}@${member.Queue}`, {
    status: paused ? "paused" : device,
    deviceStatus: device,
    pausedReason: paused && member.PausedReason ? member.PausedReason : null,
    penalty: Number(member.Penalty),
  });
  facts.set(`name ${agent}`, { name: member.Name === memberInterface ? agent : (member.Name ?? "") });
}

function addExtension(facts: Facts, extension: AmiPacket, calls: ExpectedCalls): void {
  const agent = extension.Exten ?? "";
  const status = extensionStates[extension.Status ?? ""] ?? `? ${extension.Status}`;
  facts.set(`extension ${agent}`, { status: heldOr(status, agent, calls) });
}

/** EV2 on hold: Asterisk keeps the device state of an agent who holds a call in use, so only the scenario knows it. */
function heldOr(status: string, agent: string, calls: ExpectedCalls): string {
  return calls.onHold?.includes(agent) && status === "inuse" ? "onhold" : status;
}

function shownFacts(shown: ShownParty | undefined): Record<string, string | null | undefined> {
  if (!shown) return { number: null, name: null, queue: null };
  return { number: shown.number, name: shown.name, queue: shown.queue };
}
