/** One AMI connection that counts what it is sent and reads it as the connector does, and asks what it is told to ask. */
import { once } from "node:events";
import { connect } from "node:net";
import type { SiteEvent } from "@pbxis/shared";
import { recordingFields } from "../../connector/src/ami/link/recording.ts";
import { createReader } from "./missing.ts";

export type Counted = Readonly<{ bytes: number; packets: number }>;

export type Listener = Readonly<{
  name: string;
  /** So far. */
  counted: () => Counted;
  /** So far, by the event's name; answers have none. */
  countedByName: () => ReadonlyMap<string, Counted>;
  /** Sends an action; resolves with what came until nothing more came for a while. */
  ask: (fields: Readonly<Record<string, string>>) => Promise<Counted>;
  /** What the model told of all that came. */
  told: () => readonly SiteEvent[];
  close: () => void;
}>;

export type ListenerOptions = Readonly<{
  name: string;
  host: string;
  account: Readonly<{ username: string; secret: string }>;
  /** What the account asks to be sent, as AMI's `Login` has it. */
  events: string;
  /** Whether the model's questions are put to Asterisk, as the connector does. */
  asks: boolean;
}>;

const quietMs = 400;

/** With an ActionID as long as the connector's. */
function getvar(channel: string) {
  return { Action: "Getvar", ActionID: `pbxis-${"0".repeat(16)}-10`, ...Object.fromEntries(recordingFields(channel)) };
}

export async function listen({ name, host, account, events, asks }: ListenerOptions): Promise<Listener> {
  const socket = connect({ host, port: 5038, noDelay: true });
  const reader = createReader();
  const byName = new Map<string, Counted>();
  let bytes = 0;
  let packets = 0;
  let heardAt = 0;
  let rest = "";
  let greeting = "";
  let loggedIn = false;
  const count = (packet: string) => {
    packets++;
    const event = /^\s*Event: (\S+)/.exec(packet)?.[1] ?? "";
    const before = byName.get(event) ?? { bytes: 0, packets: 0 };
    byName.set(event, { bytes: before.bytes + packet.length + 4, packets: before.packets + 1 });
  };
  const say = (fields: Readonly<Record<string, string>>) => {
    const lines = Object.entries(fields).map(([key, value]) => `${key}: ${value}`);
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  };
  socket.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    heardAt = performance.now();
    const text = chunk.toString("latin1");
    const whole = (rest + text).split("\r\n\r\n");
    rest = whole.pop() ?? "";
    for (const packet of whole) count(packet);
    if (!loggedIn) greeting += text;
    for (const channel of reader.take(chunk)) if (asks) say(getvar(channel));
  });
  await once(socket, "connect");
  const quiet = async () => {
    heardAt = performance.now();
    while (performance.now() - heardAt < quietMs) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const ask = async (fields: Readonly<Record<string, string>>) => {
    const before = { bytes, packets };
    say(fields);
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
    told: reader.finish,
    close: () => socket.destroy(),
  };
}
