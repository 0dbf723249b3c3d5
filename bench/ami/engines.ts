/**
 * The engines that read AMI: the connector (ours.ts); three libraries, from the entry point that their sockets call;
 * and a bare scan for the ends of packets, which is the limit. Each counts the events that it has read.
 */
import { createRequire } from "node:module";
import { StringDecoder } from "node:string_decoder";
import type { Engine } from "./engine.ts";
import { FakeSocket, withSocket } from "./fake-socket.ts";
import { type Input, readLists } from "./input.ts";
import { openOurs } from "./ours.ts";

export const engineNames = [
  "pbxis-edge",
  "asterisk-manager",
  "asterisk-ami-events-stream",
  "nami",
  "bare scan",
] as const;
export type EngineName = (typeof engineNames)[number];

const require = createRequire(import.meta.url);
const banner = "Asterisk Call Manager/9.0.0\r\n";
const close = () => {};
const lists = readLists();

export const engines: Readonly<Record<EngineName, () => Engine | Promise<Engine>>> = {
  "pbxis-edge": () => openOurs(lists),
  "asterisk-manager": asteriskManager,
  "asterisk-ami-events-stream": eventsStream,
  nami,
  "bare scan": bareScan,
};

/** How many events of the input the engine must count. */
export function expectedOf(name: EngineName, { events, answers, listEnds }: Input): number {
  // The scan cannot distinguish events and answers. The connector's link does not pass on the events that end a list.
  if (name === "bare scan") return events + answers;
  return name === "pbxis-edge" ? events - listEnds : events;
}

function asteriskManager(): Engine {
  const socket = new FakeSocket();
  const manager = require("asterisk-manager")();
  withSocket(socket, () => manager.connect(1, "127.0.0.1"));
  let events = 0;
  manager.on("managerevent", () => {
    events += 1;
  });
  // It sets its socket's encoding to UTF-8.
  const decoder = new StringDecoder("utf8");
  return { push: (chunk) => socket.emit("data", decoder.write(chunk)), counted: () => events, close };
}

function eventsStream(): Engine {
  const Stream = require("asterisk-ami-events-stream");
  const stream = new Stream();
  let events = 0;
  stream.on("amiEvent", () => {
    events += 1;
  });
  stream.resume();
  stream.write(Buffer.from(banner));
  return { push: (chunk) => stream.write(chunk), counted: () => events, close: () => stream.destroy() };
}

function nami(): Engine {
  const { Nami } = require("nami");
  const silent = () => {};
  const client = new Nami({ logger: { error: silent, warn: silent, info: silent, debug: silent } });
  // Its state after the greeting.
  client.received = "";
  let events = 0;
  client.on("namiEvent", () => {
    events += 1;
  });
  // It sets its socket's encoding to ASCII.
  return { push: (chunk) => client.onData(chunk.toString("ascii")), counted: () => events, close };
}

/** Finds the ends that the runtime's own search finds in a chunk, and misses an end that is cut in two. */
function bareScan(): Engine {
  let packets = 0;
  return {
    push: (chunk) => {
      for (let at = chunk.indexOf("\r\n\r\n"); at >= 0; at = chunk.indexOf("\r\n\r\n", at + 4)) packets += 1;
    },
    counted: () => packets,
    close,
  };
}
