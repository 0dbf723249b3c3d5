/** One AMI connection that counts what it receives, reads it as the connector does, and sends actions on request. */
import { once } from "node:events";
import { connect } from "node:net";
import type { SiteEvent } from "@pbxis/shared";
import { recordingFields } from "../../connector/src/ami/link/recording.ts";
import { createReader } from "./missing.ts";

export type Counted = Readonly<{ bytes: number; packets: number }>;

export type Listener = Readonly<{
  name: string;
  /** Counts so far. */
  counted: () => Counted;
  /** Counts so far, by the event's name. Answers have an empty name. */
  countedByName: () => ReadonlyMap<string, Counted>;
  /** Sends an action, waits until Asterisk stops sending, and returns what came meanwhile. */
  ask: (fields: Readonly<Record<string, string>>) => Promise<Counted>;
  /** The events that the model published for all that came. */
  published: () => readonly SiteEvent[];
  close: () => void;
}>;

export type ListenerOptions = Readonly<{
  name: string;
  host: string;
  account: Readonly<{ username: string; secret: string }>;
  /** The `Events` header of AMI's `Login`. */
  events: string;
  /** Whether it requests recordings' paths for the model, as the connector does. */
  asks: boolean;
}>;

const quietMs = 400;

/** The ActionID is as long as the connector's. */
function getvar(channel: string) {
  return { Action: "Getvar", ActionID: `pbxis-${"0".repeat(16)}-10`, ...Object.fromEntries(recordingFields(channel)) };
}

export async function listen({ name, host, account, events, asks }: ListenerOptions): Promise<Listener> {
  const socket = connect({ host, port: 5038, noDelay: true });
  const reader = createReader();
  const byName = new Map<string, Counted>();
  let bytes = 0;
  let packets = 0;
  let lastReceivedAt = 0;
  let rest = "";
  let greeting = "";
  let loggedIn = false;
  const count = (packet: string) => {
    packets++;
    const event = /^\s*Event: (\S+)/.exec(packet)?.[1] ?? "";
    const before = byName.get(event) ?? { bytes: 0, packets: 0 };
    byName.set(event, { bytes: before.bytes + packet.length + 4, packets: before.packets + 1 });
  };
  const send = (fields: Readonly<Record<string, string>>) => {
    const lines = Object.entries(fields).map(([key, value]) => `${key}: ${value}`);
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  };
  socket.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    lastReceivedAt = performance.now();
    const text = chunk.toString("latin1");
    const whole = (rest + text).split("\r\n\r\n");
    rest = whole.pop() ?? "";
    for (const packet of whole) count(packet);
    if (!loggedIn) greeting += text;
    for (const channel of reader.push(chunk)) if (asks) send(getvar(channel));
  });
  await once(socket, "connect");
  const quiet = async () => {
    lastReceivedAt = performance.now();
    while (performance.now() - lastReceivedAt < quietMs) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const ask = async (fields: Readonly<Record<string, string>>) => {
    const before = { bytes, packets };
    send(fields);
    await quiet();
    return { bytes: bytes - before.bytes, packets: packets - before.packets };
  };
  await ask({ Action: "Login", Username: account.username, Secret: account.secret, Events: events });
  loggedIn = greeting.includes("Authentication accepted");
  if (!loggedIn) throw new Error(`${name} may not log in: ${greeting}`);
  return {
    name,
    counted: () => ({ bytes, packets }),
    countedByName: () => new Map(byName),
    ask,
    published: reader.finish,
    close: () => socket.destroy(),
  };
}
