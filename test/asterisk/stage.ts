/**
 * Where the scenarios play: one Asterisk, its telephones, and the chains that watch it. Puts everything back between two
 * scenarios, so that each begins with idle phones, the static members and nobody paused.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Ami, AmiPacket } from "./ami.ts";
import { differences, factsOf } from "./compare.ts";
import { type AccountName, type AgentNumber, agents } from "./config.ts";
import type { Lab } from "./lab.ts";
import type { Answer, Observer } from "./observer.ts";
import { type LogLine, openPhone, type Phone } from "./phone.ts";
import { agentOf, type Moment, readTruth, type Truth } from "./truth.ts";

export type Stage = Readonly<{
  lab: Lab;
  /** The driver's own connection; a new one after Asterisk was restarted. */
  ami(): Ami;
  /** Makes a new driver's connection, once Asterisk answers again. */
  reconnect(): Promise<void>;
  carrier: Phone;
  phone(agent: AgentNumber): Phone;
  observers: readonly Observer[];
  /** Sends a command by one chain, the one with least rights unless told otherwise. */
  command(body: Readonly<Record<string, unknown>>, by?: AccountName): Promise<Answer>;
  /** Waits until every chain tells the truth of this moment; what does not come right is noted as a difference. */
  settled(what: string, moment?: Moment): Promise<void>;
  /** The agent's channel, which must be the only one. */
  channelOf(agent: AgentNumber): Promise<string>;
  /** The carrier's channels, the oldest first. */
  carrierChannels(): Promise<string[]>;
  pause(ms: number): Promise<void>;
  note(text: string): void;
}>;

/** What one scenario gathers. Bounded: Asterisk's events are the largest part, and a scenario lasts seconds. */
export type Recording = {
  readonly log: LogLine[];
  readonly asterisk: { at: number; packet: AmiPacket }[];
  readonly differences: Map<AccountName, string[]>;
};

export type Theatre = Readonly<{
  stage: Stage;
  begin(): Recording;
  /** Ends calls, unpauses, removes added members, restores files. */
  reset(): Promise<void>;
  close(): Promise<void>;
}>;

/** How long Asterisk is given to begin with what a phone or an action just asked for; nothing shows when it has. */
const actionMs = 200;
const settleTimeoutMs = 4000;
const maxRecorded = 20_000;

export async function openTheatre(lab: Lab, observers: readonly Observer[]): Promise<Theatre> {
  let record: Recording = emptyRecord();
  const log = (line: LogLine) => {
    if (record.log.length < maxRecorded) record.log.push(line);
  };
  const { place } = lab;
  const shared = { server: place.address, log };
  const carrier = await openPhone({ user: "carrier", name: "", host: place.carrier, port: 5060, ...shared });
  const phones = new Map<AgentNumber, Phone>();
  for (const { id, name } of agents)
    phones.set(id, await openPhone({ user: id, name, host: place.phones, port: 0, ...shared }));
  await Promise.all([...phones.values()].map((phone) => phone.register()));

  let ami = await lab.ami();
  const listen = () =>
    ami.onEvent((packet) => {
      if (record.asterisk.length < maxRecorded) record.asterisk.push({ at: Date.now(), packet });
    });
  listen();

  const stage: Stage = {
    lab,
    ami: () => ami,
    reconnect: async () => {
      ami.close();
      ami = await lab.ami();
      await ami.command("core waitfullybooted");
      listen();
    },
    carrier,
    phone: (agent) => phones.get(agent) as Phone,
    observers,
    command: async (body, by = "least") => {
      const observer = observers.find(({ account }) => account === by) ?? observers[0];
      if (!observer) throw new Error("a command needs a chain that carries it");
      const answer = await observer.command(body);
      log({
        at: Date.now(),
        who: "client",
        text: `${JSON.stringify(body)} → ${answer.status} ${JSON.stringify(answer.body)}`,
      });
      return answer;
    },
    settled: (what, moment = {}) => settled(ami, observers, record, what, moment),
    channelOf: async (agent) => {
      const channels = await channelsOf(ami, `PJSIP/${agent}-`);
      if (channels.length !== 1) throw new Error(`${agent} has ${channels.length} channels, not one`);
      return channels[0] ?? "";
    },
    carrierChannels: () => channelsOf(ami, "PJSIP/trunk-"),
    pause: (ms) => sleep(ms),
    note: (text) => log({ at: Date.now(), who: "driver", text }),
  };
  return {
    stage,
    begin: () => {
      record = emptyRecord();
      return record;
    },
    reset: () => reset(stage, phones),
    close: async () => {
      await Promise.all([carrier, ...phones.values()].map((phone) => phone.close()));
      ami.close();
    },
  };
}

function emptyRecord(): Recording {
  return { log: [], asterisk: [], differences: new Map() };
}

async function channelsOf(ami: Ami, prefix: string): Promise<string[]> {
  const channels = await ami.list("CoreShowChannels");
  return channels
    .map((item) => item.Channel ?? "")
    .filter((channel) => channel.startsWith(prefix))
    .sort();
}

/** The truth is read anew each time, because it may be Asterisk itself that is not quiet yet. */
async function settled(
  ami: Ami,
  observers: readonly Observer[],
  record: Recording,
  what: string,
  moment: Moment,
): Promise<void> {
  record.log.push({ at: Date.now(), who: "driver", text: `settled? ${what}` });
  await sleep(actionMs);
  const end = Date.now() + settleTimeoutMs;
  for (;;) {
    const truth = await readTruth(ami, moment);
    const wrong = observers.map((observer) => wrongIn(observer, truth));
    const done = wrong.every((list) => list.length === 0);
    if (!done && Date.now() < end) {
      await sleep(100);
      continue;
    }
    for (const [index, observer] of observers.entries()) {
      const list = wrong[index] ?? [];
      if (list.length === 0) list.push(...(await snapshotDifferences(observer, truth)));
      for (const text of list) addDifference(record, observer.account, `${what}: ${text}`);
    }
    return;
  }
}

function wrongIn(observer: Observer, truth: Truth): string[] {
  const { record } = observer.client;
  const wrong = differences(truth, factsOf(record.states.values()));
  if (record.link !== "up") wrong.unshift(`the link is told to be ${record.link}`);
  return wrong;
}

/** AP3 must tell a newcomer what the stream has told a client that was there all the time. */
async function snapshotDifferences(observer: Observer, truth: Truth): Promise<string[]> {
  const { link, events } = await observer.state();
  const wrong = differences(truth, factsOf(events)).map((text) => `GET state: ${text}`);
  if (link !== "up") wrong.push(`GET state: the link is told to be ${link}`);
  return wrong;
}

export function addDifference(record: Recording, account: AccountName, text: string): void {
  const list = record.differences.get(account) ?? [];
  list.push(text);
  record.differences.set(account, list);
}

async function reset(stage: Stage, phones: ReadonlyMap<AgentNumber, Phone>): Promise<void> {
  for (const phone of [stage.carrier, ...phones.values()]) {
    phone.refuse(undefined);
    await phone.hangupAll();
  }
  const ami = stage.ami();
  if ((await ami.list("CoreShowChannels")).length > 0) await ami.action("Hangup", { Channel: "/^.*$/" });
  for (let tries = 0; (await ami.list("CoreShowChannels")).length > 0; tries++) {
    if (tries > 50) throw new Error(`channels that do not end:\n${await ami.command("core show channels")}`);
    await sleep(100);
  }
  if (await stage.lab.restore()) await ami.command("module reload app_queue.so");
  for (const item of await ami.list("QueueStatus")) {
    if (item.Event !== "QueueMember") continue;
    const member = { Queue: item.Queue ?? "", Interface: item.Location ?? "" };
    if (item.Membership === "dynamic") await ami.action("QueueRemove", member);
    else if (item.Paused === "1") await ami.action("QueuePause", { ...member, Paused: "false" });
  }
  await Promise.all([...phones.values()].map((phone) => (phone.registered() ? undefined : phone.register())));
}

/** Statuses that Asterisk told of each agent's device, whether by a hint's event or by the device's own. */
export function statusesToldByAsterisk(record: Recording): Map<string, Set<string>> {
  const told = new Map<string, Set<string>>();
  for (const { packet } of record.asterisk) {
    const device = packet.Event === "DeviceStateChange" ? packet.Device : packet.Hint?.split(",")[0];
    if (!device?.startsWith("PJSIP/")) continue;
    const agent = agentOf(device);
    const set = told.get(agent) ?? new Set();
    set.add(statusNames[packet.State ?? packet.StatusText ?? ""] ?? "unavailable");
    told.set(agent, set);
  }
  return told;
}

/** As DeviceStateChange and as ExtensionStatus spell them. */
const statusNames: Readonly<Record<string, string>> = {
  NOT_INUSE: "not_inuse",
  INUSE: "inuse",
  BUSY: "busy",
  RINGING: "ringing",
  RINGINUSE: "ringinuse",
  ONHOLD: "onhold",
  Idle: "not_inuse",
  InUse: "inuse",
  Busy: "busy",
  Ringing: "ringing",
  "InUse&Ringing": "ringinuse",
  Hold: "onhold",
  "InUse&Hold": "inuse",
};
