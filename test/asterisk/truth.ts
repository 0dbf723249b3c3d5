/**
 * The truth: what Asterisk itself says, and the states that a client should therefore have. It is written independently
 * of the connector's model, so that the two do not have the same bugs.
 */
import type { Ami, AmiPacket } from "./ami.ts";
import { type Installation, ownLab, phonesFor } from "./installation.ts";

/**
 * The other party that an agent should show. Only the scenario knows it: Asterisk cannot be asked. Omitted details are
 * not compared.
 */
type ShownParty = Readonly<{ number?: string; name?: string | null; queue?: string | null }>;

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

const deviceStates: Readonly<Record<string, string>> = {
  INVALID: "unavailable",
  RINGINUSE: "ringinuse",
  UNKNOWN: "not_inuse",
};

export async function readTruth(ami: Ami, calls: ExpectedCalls, installation: Installation = ownLab): Promise<Truth> {
  const [queues, extensions, devices, channels, parked] = await Promise.all([
    ami.list("QueueStatus"),
    ami.list("ExtensionStateList"),
    ami.list("DeviceStateList"),
    ami.list("CoreShowChannels"),
    ami.list("ParkedCalls"),
  ]);
  const readAt = Date.now();
  const facts: Facts = new Map();
  for (const item of parked) addParked(facts, item, readAt);
  for (const item of queues) if (item.Event === "QueueParams") addCount(facts, item, queues, readAt);
  const members = queues
    .filter(({ Event, Location = "" }) => Event === "QueueMember" && !installation.leftOut.includes(Location))
    .sort((one, other) => compare(one.Queue, other.Queue) || compare(one.Location, other.Location));
  for (const member of members) addMember(facts, member, calls);
  for (const { id } of phonesFor(installation, "16")) addPhone(facts, id, { devices, installation, calls });
  for (const member of members) addPhone(facts, agentOf(member.Location), { devices, installation, calls });
  for (const hint of phoneHints(extensions)) addExtension(facts, hint, calls);
  for (const key of [...facts.keys()])
    if (key.startsWith("extension ")) {
      const agent = key.slice("extension ".length);
      facts.set(`phone ${agent}`, shownFacts(calls.shows?.[agent]));
    }
  return { facts, linkedIds: new Set(channels.map((item) => item.Linkedid ?? "")), readAt };
}

function compare(one = "", other = ""): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The agent's number in `PJSIP/1001` and `Local/1005@agents/n`. */
export function agentOf(memberInterface = ""): string {
  return /^\w+\/([^@/]+)/.exec(memberInterface)?.[1] ?? memberInterface;
}

function addParked(facts: Facts, parked: AmiPacket, readAt: number): void {
  const number = parked.ParkeeCallerIDNum ?? "";
  facts.set(`parked ${parked.Parkinglot}/${parked.ParkingSpace}`, {
    channel: parked.ParkeeChannel,
    callerId: number === "<unknown>" || number === "anonymous" ? null : number,
    since: readAt - Number(parked.ParkingDuration) * 1000,
  });
}

function addCount(facts: Facts, queue: AmiPacket, items: readonly AmiPacket[], readAt: number): void {
  const waits = items
    .filter((item) => item.Event === "QueueEntry" && item.Queue === queue.Queue)
    .map((item) => Number(item.Wait));
  const since = waits.length > 0 ? readAt - Math.max(...waits) * 1000 : null;
  facts.set(`count ${queue.Queue}`, { count: Number(queue.Calls), longestWaitSince: since });
}

/** Of two interfaces or names of one agent, the first by queue and interface counts. */
function addMember(facts: Facts, member: AmiPacket, calls: ExpectedCalls): void {
  const { Location, Name } = member;
  const agent = agentOf(Location);
  const device = heldOr(memberStates[Number(member.Status)] ?? "?", agent, calls);
  const paused = member.Paused === "1";
  const key = `member ${agent}@${member.Queue}`;
  if (!facts.has(key))
    facts.set(key, {
      status: paused ? "paused" : device,
      deviceStatus: device,
      pausedReason: paused && member.PausedReason ? member.PausedReason : null,
      penalty: Number(member.Penalty),
    });
  const name = facts.get(`name ${agent}`)?.name;
  if (name === undefined || name === agent)
    facts.set(`name ${agent}`, { name: Name === Location ? agent : (Name ?? "") });
}

type Phones = Readonly<{ devices: readonly AmiPacket[]; installation: Installation; calls: ExpectedCalls }>;

/** EV2 without a hint: the state of the agent's phone. Of an agent without one (a mobile), any status is right. */
function addPhone(facts: Facts, agent: string, { devices, installation, calls }: Phones): void {
  const name = installation.devices[agent];
  const device = devices.find(({ Device }) =>
    name ? Device === name : Device === `PJSIP/${agent}` || Device === `SIP/${agent}`,
  );
  const state = device?.State;
  const status = state === undefined ? undefined : (deviceStates[state] ?? state.toLowerCase());
  facts.set(`extension ${agent}`, { status: status && heldOr(status, agent, calls) });
}

function addExtension(facts: Facts, { agent, status }: PhoneHint, calls: ExpectedCalls): void {
  facts.set(`extension ${agent}`, { status: heldOr(extensionStates[status] ?? `? ${status}`, agent, calls) });
}

type PhoneHint = Readonly<{ key: string; agent: string; isOwn: boolean; status: string }>;

/** The hints with a phone, of several hints of one agent that of the agent's own extension last, else the first. */
function phoneHints(extensions: readonly AmiPacket[]): PhoneHint[] {
  const hints: PhoneHint[] = [];
  for (const { Exten = "", Context = "", Hint = "", Status = "" } of extensions) {
    const [device = ""] = Hint.split(/[,&]/);
    const agent = agentOf(device);
    if (/^(?:PJSIP|SIP)\//.test(device))
      hints.push({ key: `${Exten}@${Context}`, agent, isOwn: Exten === agent, status: Status });
  }
  return hints.sort((one, other) => Number(one.isOwn) - Number(other.isOwn) || compare(other.key, one.key));
}

/** EV2 on hold: Asterisk keeps the device state of an agent who holds a call in use, so only the scenario knows it. */
function heldOr(status: string, agent: string, calls: ExpectedCalls): string {
  return calls.onHold?.includes(agent) && status === "inuse" ? "onhold" : status;
}

function shownFacts(shown: ShownParty | undefined): Record<string, string | null | undefined> {
  if (!shown) return { number: null, name: null, queue: null };
  return { number: shown.number, name: shown.name, queue: shown.queue };
}
