/**
 * The driver's own AMI connection, deliberately apart from the connector's code: what it reads is the truth that the
 * connector is measured against, so the two must not share a mistake.
 */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "./config.ts";

/** Headers by name; `Output` has the lines of a command's answer. A repeated header keeps its last value. */
export type AmiPacket = Readonly<Record<string, string | undefined>>;

export type Ami = Readonly<{
  /** The answer to one action; an `Error` answer is returned, not thrown. */
  action(name: string, fields?: Record<string, string>): Promise<AmiPacket>;
  /** The items of a list action, without the closing one. */
  list(name: string, fields?: Record<string, string>): Promise<AmiPacket[]>;
  /** Runs a console command and gives its output. */
  command(text: string): Promise<string>;
  /** The first event, from now on, that `matches`; fails after `timeoutMs`. */
  event(what: string, matches: (packet: AmiPacket) => boolean, timeoutMs?: number): Promise<AmiPacket>;
  /** Calls `listener` with every event until the connection ends. */
  onEvent(listener: (packet: AmiPacket) => void): void;
  close(): void;
}>;

const answerTimeoutMs = 10_000;

type Pending = { items: AmiPacket[]; list: boolean; resolve(items: AmiPacket[]): void; reject(error: Error): void };

/** Connects and logs in, trying again until `deadline` (ms since 1970), for Asterisk may be starting. */
export async function connectAmi(address: string, account: Account, deadline = Date.now() + 15_000): Promise<Ami> {
  for (;;) {
    try {
      return await openAmi(address, account);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}

async function openAmi(address: string, account: Account): Promise<Ami> {
  const socket = connect({ host: address, port: 5038 });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  const ami = sessionOver(socket);
  const answer = await ami.action("Login", { Username: account.username, Secret: account.secret });
  if (answer.Response === "Success") return ami;
  socket.destroy();
  throw new Error(`AMI login as ${account.username}: ${answer.Message ?? "no answer"}`);
}

function sessionOver(socket: Socket): Ami {
  const pending = new Map<string, Pending>();
  const listeners = new Set<(packet: AmiPacket) => void>();
  let nextId = 1;
  const fail = (error: Error) => {
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  readPackets(socket, (packet) => {
    const waiting = pending.get(packet.ActionID ?? "");
    if (waiting && isAnswer(packet)) {
      if (settle(waiting, packet)) pending.delete(packet.ActionID ?? "");
      return;
    }
    for (const listener of [...listeners]) listener(packet);
  });
  socket.on("error", fail);
  socket.on("close", () => fail(new Error("the AMI connection was closed")));

  const ask = (name: string, fields: Record<string, string>, list: boolean) =>
    new Promise<AmiPacket[]>((resolve, reject) => {
      const id = `driver-${nextId++}`;
      const timer = setTimeout(() => {
        pending.delete(id);
        reject(new Error(`AMI ${name}: no answer`));
      }, answerTimeoutMs);
      const done = () => clearTimeout(timer);
      pending.set(id, {
        items: [],
        list,
        resolve: (items) => {
          done();
          resolve(items);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      const lines = Object.entries({ Action: name, ActionID: id, ...fields }).map(([key, value]) => `${key}: ${value}`);
      socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    });

  const ami: Ami = {
    action: async (name, fields = {}) => (await ask(name, fields, false))[0] ?? {},
    list: (name, fields = {}) => ask(name, fields, true),
    command: async (text) => (await ami.action("Command", { Command: text })).Output ?? "",
    event: (what, matches, timeoutMs = 5000) =>
      new Promise((resolve, reject) => {
        const finish = () => {
          clearTimeout(timer);
          listeners.delete(listener);
        };
        const listener = (packet: AmiPacket) => {
          if (!matches(packet)) return;
          finish();
          resolve(packet);
        };
        const timer = setTimeout(() => {
          finish();
          reject(new Error(`no AMI event within ${timeoutMs} ms: ${what}`));
        }, timeoutMs);
        listeners.add(listener);
      }),
    onEvent: (listener) => listeners.add(listener),
    close: () => socket.destroy(),
  };
  return ami;
}

/** `OriginateResponse` carries an ActionID and a Response, and is an event all the same. */
function isAnswer(packet: AmiPacket): boolean {
  return packet.Event === undefined || packet.Privilege === undefined;
}

/** True when nothing more is to come. */
function settle(waiting: Pending, packet: AmiPacket): boolean {
  const failed = packet.Response === "Error";
  if (!waiting.list || failed) {
    if (waiting.list && failed) waiting.reject(new Error(`AMI: ${packet.Message}`));
    else waiting.resolve([packet]);
    return true;
  }
  if (packet.EventList === "Complete") {
    waiting.resolve(waiting.items);
    return true;
  }
  if (packet.Event) waiting.items.push(packet);
  return false;
}

function readPackets(socket: Socket, onPacket: (packet: AmiPacket) => void): void {
  let rest = "";
  let packet: Record<string, string> = {};
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (Object.keys(packet).length > 0) onPacket(packet);
        packet = {};
        continue;
      }
      const colon = line.indexOf(":");
      if (colon < 0) continue;
      const name = line.slice(0, colon);
      const value = line.slice(colon + 1).trim();
      packet[name] = name === "Output" && packet[name] !== undefined ? `${packet[name]}\n${value}` : value;
    }
  });
}
