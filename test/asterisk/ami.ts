/**
 * The test driver's own AMI client. It shares no code with the connector: it reads the truth that the connector is
 * compared with, so the two must not have the same bugs.
 */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { patienceMs } from "../harness/wait.ts";
import type { Account } from "./config.ts";

/**
 * Headers by name. A repeated header keeps its last value, except `Output`, which has all lines of a command's output.
 */
export type AmiPacket = Readonly<Record<string, string | undefined>>;

export type Ami = Readonly<{
  /** Sends an action and returns its response, also if that is an `Error`. */
  action(name: string, fields?: Record<string, string>): Promise<AmiPacket>;
  /** Sends a list action and returns its items without the final event. @throws Error on an `Error` response. */
  list(name: string, fields?: Record<string, string>): Promise<AmiPacket[]>;
  /** Runs a CLI command and returns its output. */
  command(text: string): Promise<string>;
  /** Waits for the next event that `matches`. @throws Error after `timeoutMs`, naming `what`. */
  event(what: string, matches: (packet: AmiPacket) => boolean, timeoutMs?: number): Promise<AmiPacket>;
  /** Calls `listener` with every event until the connection ends. */
  onEvent(listener: (packet: AmiPacket) => void): void;
  close(): void;
}>;

type Pending = { items: AmiPacket[]; list: boolean; resolve(items: AmiPacket[]): void; reject(error: Error): void };

/** Connects and logs in. Retries until `deadline` (ms since 1970), because Asterisk may still be starting. */
export async function connectAmi(address: string, account: Account, deadline = Date.now() + patienceMs): Promise<Ami> {
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
  const response = await ami.action("Login", { Username: account.username, Secret: account.secret });
  if (response.Response === "Success") return ami;
  socket.destroy();
  throw new Error(`AMI login as ${account.username}: ${response.Message ?? "no response"}`);
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
    const request = pending.get(packet.ActionID ?? "");
    if (request && isResponse(packet)) {
      if (settle(request, packet)) pending.delete(packet.ActionID ?? "");
      return;
    }
    for (const listener of [...listeners]) listener(packet);
  });
  socket.on("error", fail);
  socket.on("close", () => fail(new Error("the AMI connection was closed")));

  const send = (name: string, fields: Record<string, string>, list: boolean) =>
    new Promise<AmiPacket[]>((resolve, reject) => {
      const id = `driver-${nextId++}`;
      const timer = setTimeout(() => {
        pending.delete(id);
        reject(new Error(`AMI ${name}: no response`));
      }, patienceMs);
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
    action: async (name, fields = {}) => (await send(name, fields, false))[0] ?? {},
    list: (name, fields = {}) => send(name, fields, true),
    command: async (text) => (await ami.action("Command", { Command: text })).Output ?? "",
    event: (what, matches, timeoutMs = patienceMs) =>
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

/** List items have no `Privilege`; unsolicited events have one, also `OriginateResponse`, which has an ActionID. */
function isResponse(packet: AmiPacket): boolean {
  return packet.Event === undefined || packet.Privilege === undefined;
}

/** Applies a packet to the request it belongs to. Returns whether the request is complete. */
function settle(request: Pending, packet: AmiPacket): boolean {
  const failed = packet.Response === "Error";
  if (!request.list || failed) {
    if (request.list && failed) request.reject(new Error(`AMI: ${packet.Message}`));
    else request.resolve([packet]);
    return true;
  }
  if (packet.EventList === "Complete") {
    request.resolve(request.items);
    return true;
  }
  if (packet.Event) request.items.push(packet);
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
