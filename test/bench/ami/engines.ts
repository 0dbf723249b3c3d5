/**
 * What reads AMI: the connector's own way from bytes to told events, as `asterisk.ts` wires it; three libraries, by the door through which their
 * sockets come in; and a bare scan for the ends of packets, which is the limit. Each counts the events that it has read.
 */
import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import net from "node:net";
import { StringDecoder } from "node:string_decoder";
import { decodeEvent, regenerationLists } from "../../../connector/src/ami/event.ts";
import { decoders } from "../../../connector/src/ami/event-decoders.ts";
import { Framer } from "../../../connector/src/ami/framer.ts";
import { isWanted } from "../../../connector/src/ami/list.ts";
import { createFeed } from "../../../connector/src/feed.ts";
import { createAgentRule } from "../../../connector/src/model/agent.ts";

/** `push` takes a chunk of the stream, whose banner has been read; `counted` says how many events were read so far, also those that nobody used. */
export type Engine = Readonly<{ push: (chunk: Buffer) => void; counted: () => number }>;
export type EngineName = "pbxis-edge" | "asterisk-manager" | "asterisk-ami-events-stream" | "nami" | "bare scan";

const require = createRequire(import.meta.url);
const banner = Buffer.from("Asterisk Call Manager/9.0.0\r\n");

export const engines: Readonly<Record<EngineName, () => Engine>> = {
  "pbxis-edge": ours,
  "asterisk-manager": asteriskManager,
  "asterisk-ami-events-stream": eventsStream,
  nami,
  "bare scan": bareScan,
};

function ours(): Engine {
  const framer = new Framer(isWanted(new Set(decoders.keys())));
  framer.push(banner);
  const feed = createFeed(createAgentRule());
  feed.take({ kind: "regenerationStarted", at: 0 });
  for (const list of regenerationLists) feed.take({ kind: "listCompleted", list, at: 0 });
  feed.up(0, 0, null);
  let now = 0;
  let events = 0;
  let told = 0;
  return {
    push: (chunk) => {
      now += 10;
      for (const framed of framer.push(chunk)) {
        if (framed.kind !== "packet") continue;
        if (framed.packet.fields.has("Event")) events += 1;
        const event = decodeEvent(framed.packet, now);
        if (event) feed.take(event);
      }
      told += feed.tick(now).length;
    },
    counted: () => {
      if (told === 0) throw new Error("the model told nothing");
      return events + [...framer.skipped.values()].reduce((sum, count) => sum + count, 0);
    },
  };
}

/** Its reader is behind a socket that it opens itself: it gets one that is none. */
function asteriskManager(): Engine {
  const socket = Object.assign(new EventEmitter(), {
    setKeepAlive() {},
    setNoDelay() {},
    setEncoding() {},
    readyState: "open",
  });
  const { createConnection } = net;
  Object.assign(net, { createConnection: () => socket });
  const manager = require("asterisk-manager")();
  manager.connect(1, "127.0.0.1");
  Object.assign(net, { createConnection });
  let events = 0;
  manager.on("managerevent", () => {
    events += 1;
  });
  const decoder = new StringDecoder("utf8");
  return { push: (chunk) => socket.emit("data", decoder.write(chunk)), counted: () => events };
}

function eventsStream(): Engine {
  const Stream = require("asterisk-ami-events-stream");
  const stream = new Stream();
  let events = 0;
  stream.on("amiEvent", () => {
    events += 1;
  });
  stream.resume();
  stream.write(banner);
  return { push: (chunk) => stream.write(chunk), counted: () => events };
}

function nami(): Engine {
  const { Nami } = require("nami");
  const silent = () => {};
  const client = new Nami({ logger: { error: silent, warn: silent, info: silent, debug: silent } });
  client.received = "";
  let events = 0;
  client.on("namiEvent", () => {
    events += 1;
  });
  return { push: (chunk) => client.onData(chunk.toString("ascii")), counted: () => events };
}

function bareScan(): Engine {
  let packets = 0;
  return {
    push: (chunk) => {
      for (let at = chunk.indexOf("\r\n\r\n"); at >= 0; at = chunk.indexOf("\r\n\r\n", at + 4)) packets += 1;
    },
    counted: () => packets,
  };
}
