/**
 * The load on a real Asterisk: callers call all the time, agents answer, talk for one to three seconds and hang up,
 * some callers give up, and agents pause from time to time. It is independent of the code under test and survives a
 * kill of Asterisk.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Ami } from "../asterisk/ami.ts";
import { ownLab } from "../asterisk/installation.ts";
import type { Lab } from "../asterisk/lab.ts";
import { type LogLine, openPhone, type Phone } from "../asterisk/phone.ts";
import type { Call } from "../asterisk/sip/call.ts";

export type Counts = { calls: number; answered: number; abandoned: number; pauses: number; failed: number };

export type Office = Readonly<{
  counts: Readonly<Counts>;
  /** Must be called when Asterisk is killed and started again: phones drop their calls and register again. */
  onAsteriskGone: () => void;
  onAsteriskBack: () => Promise<void>;
  /** Stops new calls, ends all calls and unpauses all agents. */
  close: () => Promise<void>;
}>;

/** The numbers of the lab's queues. */
const numbers = ["5001", "5002", "5003", "5005"] as const;
const callers = 4;

type Chance = () => number;

export async function openOffice(lab: Lab, chance: Chance): Promise<Office> {
  const counts: Counts = { calls: 0, answered: 0, abandoned: 0, pauses: 0, failed: 0 };
  const log = (_line: LogLine) => {};
  const shared = { server: lab.place.address, log };
  const carrier = await openPhone({ user: "carrier", name: "", host: lab.place.carrier, port: 5060, ...shared });
  const phones: Phone[] = [];
  for (const { id, name } of ownLab.phones)
    phones.push(await openPhone({ user: id, name, host: lab.place.phones, port: 0, ...shared }));
  await Promise.all(phones.map((phone) => phone.register()));
  let isOpen = true;
  let isAway = false;

  const between = (least: number, most: number) => least + chance() * (most - least);
  /** What fails reason Asterisk is away, or a call ended meanwhile, is the day's business. */
  const tried = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch {
      counts.failed += 1;
      await sleep(200);
    }
  };

  async function attend(phone: Phone): Promise<void> {
    while (isOpen) {
      const call = await phone.rings(1_000).catch(() => undefined);
      if (!call) continue;
      await tried(async () => {
        await sleep(between(100, 900));
        await call.answer();
        counts.answered += 1;
        await sleep(between(1_000, 3_000));
        if (chance() < 0.1) {
          await phone.hold();
          await sleep(500);
          await phone.unhold();
        }
        if (chance() < 0.5) await call.hangup();
        else await ended(call, 5_000);
      });
      await ended(call, 10_000);
    }
  }

  async function keepCalling(): Promise<void> {
    for (let index = 0; isOpen; index++) {
      await sleep(between(200, 1_500));
      if (isAway) continue;
      await tried(async () => {
        const number = numbers[Math.floor(chance() * numbers.length)] ?? numbers[0];
        const call = carrier.call(number, {
          number: `+1415555${1000 + (counts.calls % 9000)}`,
          name: `Caller ${index}`,
        });
        counts.calls += 1;
        const isImpatient = chance() < 0.15;
        if (isImpatient) counts.abandoned += 1;
        await sleep(isImpatient ? between(300, 1_500) : between(2_500, 6_000));
        await call.hangup();
      });
    }
  }

  async function takeBreaks(): Promise<void> {
    while (isOpen) {
      await sleep(between(1_000, 4_000));
      if (isAway) continue;
      await tried(async () => {
        const agent = ownLab.phones[Math.floor(chance() * 4)];
        if (!agent) return;
        await withAmi(lab, async (ami) => {
          await ami.action("QueuePause", { Interface: `PJSIP/${agent.id}`, Paused: "true", Reason: "break" });
          counts.pauses += 1;
          await sleep(between(300, 1_500));
          await ami.action("QueuePause", { Interface: `PJSIP/${agent.id}`, Paused: "false" });
        });
      });
    }
  }

  const work = Promise.all([...phones.map(attend), ...Array.from({ length: callers }, keepCalling), takeBreaks()]);

  return {
    counts,
    onAsteriskGone: () => {
      isAway = true;
    },
    onAsteriskBack: async () => {
      await Promise.all([carrier, ...phones].map((phone) => phone.hangupAll()));
      for (const phone of phones) await register(phone);
      isAway = false;
    },
    close: async () => {
      isOpen = false;
      await work;
      await Promise.all([carrier, ...phones].map((phone) => phone.hangupAll()));
      await withAmi(lab, clear);
      await Promise.all([carrier, ...phones].map((phone) => phone.close()));
    },
  };
}

async function withAmi(lab: Lab, work: (ami: Ami) => Promise<void>): Promise<void> {
  const ami = await lab.ami();
  try {
    await work(ami);
  } finally {
    ami.close();
  }
}

/** Hangs up every channel and ends every pause. */
async function clear(ami: Ami): Promise<void> {
  for (let tries = 0; (await ami.list("CoreShowChannels")).length > 0 && tries < 50; tries++) {
    await ami.action("Hangup", { Channel: "/^.*$/" });
    await sleep(100);
  }
  for (const { id } of ownLab.phones) await ami.action("QueuePause", { Interface: `PJSIP/${id}`, Paused: "false" });
}

async function ended(call: Call, timeoutMs: number): Promise<void> {
  for (const end = Date.now() + timeoutMs; call.state() !== "ended" && Date.now() < end; ) await sleep(50);
}

async function register(phone: Phone): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    try {
      await phone.register();
      return;
    } catch {
      await sleep(300);
    }
  }
  throw new Error(`${phone.user} could not register again`);
}
