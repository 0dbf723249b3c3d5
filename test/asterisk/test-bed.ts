/**
 * What a scenario works with: one Asterisk, its phones, and the chains under test. Between two scenarios it is reset,
 * so that each starts with idle phones, the static members and no pauses.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { patienceMs } from "../harness/wait.ts";
import type { Ami, AmiPacket } from "./ami.ts";
import { differences, factsOf } from "./compare.ts";
import type { AccountName } from "./config.ts";
import { type Installation, type PhoneId, phonesFor } from "./installation.ts";
import type { Lab } from "./lab.ts";
import type { Answer, Observer } from "./observer.ts";
import { type LogLine, openPhone, type Phone } from "./phone.ts";
import { agentOf, type ExpectedCalls, readTruth, type Truth } from "./truth.ts";

export type TestBed = Readonly<{
  lab: Lab;
  /** The test driver's own AMI connection. */
  ami(): Ami;
  /** Replaces the driver's AMI connection after a restart of Asterisk. */
  reconnect(): Promise<void>;
  carrier: Phone;
  /** @throws Error if the installation has no such phone. */
  phone(agent: PhoneId): Phone;
  observers: readonly Observer[];
  /** The worker of the chains under test; undefined without any. */
  edge: URL | undefined;
  /** Sends a command as a client of one chain, by default that of the least-rights account. */
  command(body: Readonly<Record<string, unknown>>, by?: AccountName): Promise<Answer>;
  /**
   * Waits until the states of every chain's client agree with the truth. Remaining differences make the scenario fail,
   * but it goes on.
   */
  expectStates(what: string, calls?: ExpectedCalls): Promise<void>;
  /** The agent's only channel. @throws Error if there is not exactly one. */
  channelOf(agent: PhoneId): Promise<string>;
  /** The channels of the carrier's trunk, oldest first. */
  carrierChannels(): Promise<string[]>;
  pause(ms: number): Promise<void>;
  note(text: string): void;
}>;

/** What happened during one scenario. Lines and events are bounded by `maxRecorded`. */
export type ScenarioLog = {
  readonly lines: LogLine[];
  readonly amiEvents: { at: number; packet: AmiPacket }[];
  readonly differences: Map<AccountName, string[]>;
  readonly startedAt: number;
  /** How long the scenario takes by its own pauses and comparisons. */
  plannedMs: number;
};

export type TestBedControl = Readonly<{
  bed: TestBed;
  /** Starts a new log. */
  startLog(): ScenarioLog;
  /** Ends calls, unpauses members, removes added members, ends do-not-disturb and restores configuration files. */
  reset(): Promise<void>;
  close(): Promise<void>;
}>;

/** How long Asterisk may take before it acts on a request of a phone or an action. There is no event to wait for. */
const reactionMs = 200;
/** What comparing the states takes at least, and the other steps of a scenario together when nothing is slow. */
const comparisonMs = 300;
const otherStepsMs = 1500;
const maxRecorded = 20_000;

export async function openTestBed(
  lab: Lab,
  observers: readonly Observer[],
  edge: URL | undefined,
): Promise<TestBedControl> {
  let log = emptyLog();
  const addLine = (line: LogLine) => {
    if (log.lines.length < maxRecorded) log.lines.push(line);
  };
  const { place } = lab;
  const shared = { server: place.address, log: addLine };
  const carrier = await openPhone({ user: "carrier", name: "", host: place.carrier, port: 5060, ...shared });
  const phones = new Map<string, Phone>();
  for (const { id, name, chanSip } of phonesFor(place.installation, place.version)) {
    const server = chanSip ? { serverPort: 5062 } : {};
    phones.set(id, await openPhone({ user: id, name, host: place.phones, port: 0, ...shared, ...server }));
  }
  await Promise.all([...phones.values()].map((phone) => phone.register()));

  let ami = await lab.ami();
  const listen = () =>
    ami.onEvent((packet) => {
      if (log.amiEvents.length < maxRecorded) log.amiEvents.push({ at: Date.now(), packet });
    });
  listen();

  const bed: TestBed = {
    lab,
    ami: () => ami,
    reconnect: async () => {
      ami.close();
      ami = await lab.ami();
      await ami.command("core waitfullybooted");
      listen();
    },
    carrier,
    phone: (agent) => {
      const phone = phones.get(agent);
      if (!phone) throw new Error(`this installation has no phone ${agent}`);
      return phone;
    },
    observers,
    edge,
    command: async (body, by = "least") => {
      const observer = observers.find(({ account }) => account === by) ?? observers[0];
      if (!observer) throw new Error("a command needs a chain under test");
      const answer = await observer.command(body);
      addLine({
        at: Date.now(),
        who: "client",
        text: `${JSON.stringify(body)} → ${answer.status} ${JSON.stringify(answer.body)}`,
      });
      return answer;
    },
    expectStates: (what, calls = {}) =>
      expectStates({ ami, installation: place.installation }, observers, log, what, calls),
    channelOf: async (agent) => {
      const channels = await channelsOf(ami, `PJSIP/${agent}-`, `SIP/${agent}-`);
      if (channels.length !== 1) throw new Error(`${agent} has ${channels.length} channels, not one`);
      return channels[0] ?? "";
    },
    carrierChannels: () => channelsOf(ami, "PJSIP/trunk-"),
    pause: (ms) => {
      log.plannedMs += ms;
      return sleep(ms);
    },
    note: (text) => addLine({ at: Date.now(), who: "driver", text }),
  };
  return {
    bed,
    startLog: () => {
      log = emptyLog();
      return log;
    },
    reset: () => reset(bed, phones),
    close: async () => {
      await Promise.all([carrier, ...phones.values()].map((phone) => phone.close()));
      ami.close();
    },
  };
}

function emptyLog(): ScenarioLog {
  return { lines: [], amiEvents: [], differences: new Map(), startedAt: Date.now(), plannedMs: otherStepsMs };
}

/**
 * How much longer the scenario has taken so far than it takes on an idle machine: a call may have lasted longer than
 * the scenario says by at most this time.
 */
export function lateMs({ startedAt, plannedMs }: ScenarioLog): number {
  return Math.max(0, Date.now() - startedAt - plannedMs);
}

async function channelsOf(ami: Ami, ...prefixes: string[]): Promise<string[]> {
  const channels = await ami.list("CoreShowChannels");
  return channels
    .map((item) => item.Channel ?? "")
    .filter((channel) => prefixes.some((prefix) => channel.startsWith(prefix)))
    .sort();
}

type Asterisk = Readonly<{ ami: Ami; installation: Installation }>;

/** Reads the truth again for each comparison, because Asterisk's own state may not have settled yet. */
async function expectStates(
  asterisk: Asterisk,
  observers: readonly Observer[],
  log: ScenarioLog,
  what: string,
  calls: ExpectedCalls,
): Promise<void> {
  log.lines.push({ at: Date.now(), who: "driver", text: `expects the states: ${what}` });
  log.plannedMs += comparisonMs;
  await sleep(reactionMs);
  const end = Date.now() + patienceMs;
  for (;;) {
    const truth = await readTruth(asterisk.ami, calls, asterisk.installation);
    const wrong = observers.map((observer) => wrongIn(observer, truth));
    const done = wrong.every((list) => list.length === 0);
    if (!done && Date.now() < end) {
      await sleep(100);
      continue;
    }
    for (const [index, observer] of observers.entries()) {
      const list = wrong[index] ?? [];
      if (list.length === 0) list.push(...(await snapshotDifferences(observer, truth)));
      for (const text of list) addDifference(log, observer.account, `${what}: ${text}`);
    }
    return;
  }
}

function wrongIn(observer: Observer, truth: Truth): string[] {
  const { record } = observer.client;
  const wrong = differences(truth, factsOf(record.states.values()));
  if (record.link !== "up") wrong.unshift(`the link is ${record.link}`);
  return wrong;
}

/** AP3: a new client's snapshot must equal the states of a client that received the whole stream. */
async function snapshotDifferences(observer: Observer, truth: Truth): Promise<string[]> {
  const { link, events } = await observer.state();
  const wrong = differences(truth, factsOf(events)).map((text) => `GET state: ${text}`);
  if (link !== "up") wrong.push(`GET state: the link is ${link}`);
  return wrong;
}

function addDifference({ differences }: ScenarioLog, account: AccountName, text: string): void {
  const list = differences.get(account) ?? [];
  list.push(text);
  differences.set(account, list);
}

async function reset(bed: TestBed, phones: ReadonlyMap<string, Phone>): Promise<void> {
  for (const phone of [bed.carrier, ...phones.values()]) {
    phone.reject(undefined);
    await phone.hangupAll();
  }
  const ami = bed.ami();
  if ((await ami.list("CoreShowChannels")).length > 0) await ami.action("Hangup", { Channel: "/^.*$/" });
  for (let tries = 0; (await ami.list("CoreShowChannels")).length > 0; tries++) {
    if (tries > 50) throw new Error(`some channels do not end:\n${await ami.command("core show channels")}`);
    await sleep(100);
  }
  if (await bed.lab.restore()) await ami.command("module reload app_queue.so");
  for (const item of await ami.list("QueueStatus")) {
    if (item.Event !== "QueueMember") continue;
    const member = { Queue: item.Queue ?? "", Interface: item.Location ?? "" };
    if (item.Membership === "dynamic") await ami.action("QueueRemove", member);
    else if (item.Paused === "1") await ami.action("QueuePause", { ...member, Paused: "false" });
  }
  for (const { Device = "", State } of await ami.list("DeviceStateList"))
    if (Device.startsWith("Custom:") && State === "BUSY")
      await ami.action("Setvar", { Variable: `DEVICE_STATE(${Device})`, Value: "NOT_INUSE" });
  await Promise.all([...phones.values()].map((phone) => (phone.registered() ? undefined : phone.register())));
}

/**
 * The device states of each agent that Asterisk reported: by DeviceStateChange, by the hint's ExtensionStatus, or by
 * QueueMemberStatus.
 */
export function reportedDeviceStates({ amiEvents }: ScenarioLog): Map<string, Set<string>> {
  const reported = new Map<string, Set<string>>();
  for (const { packet } of amiEvents) {
    const device = packet.Device ?? packet.Hint?.split(/[,&]/)[0] ?? packet.Interface;
    if (!device || !/^(?:PJSIP|SIP|Local)\//.test(device)) continue;
    const agent = agentOf(device);
    const states = reported.get(agent) ?? new Set();
    const status = packet.State ?? packet.StatusText ?? packet.Status;
    states.add(statusNames[status ?? ""] ?? "unavailable");
    reported.set(agent, states);
  }
  return reported;
}

/** The spellings of DeviceStateChange, of ExtensionStatus and of QueueMemberStatus. */
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
  "1": "not_inuse",
  "2": "inuse",
  "3": "busy",
  "6": "ringing",
  "7": "ringinuse",
  "8": "onhold",
};
