/**
 * Compares what the connector publishes for two AMI streams. Both go through the connector's framer, decoders, model
 * and collation. Times are not compared.
 */
import type { SiteEvent } from "@pbxis/shared";
import { decodeEvent } from "../../connector/src/ami/event/decode.ts";
import type { AmiEvent, RegenerationList } from "../../connector/src/ami/event/event.ts";
import { selectEvent } from "../../connector/src/ami/link/selected-events.ts";
import { Framer } from "../../connector/src/ami/wire/framer.ts";
import type { Fields, Packet } from "../../connector/src/ami/wire/packet.ts";
import { createAgentRule } from "../../connector/src/model/state/agent.ts";
import type { Effect } from "../../connector/src/model/state/changes.ts";
import { createPipeline } from "../../connector/src/pipeline/pipeline.ts";

/** The recordings are older than the list of parked calls. */
const listEnds: Readonly<Record<string, RegenerationList>> = {
  QueueStatusComplete: "queues",
  CoreShowChannelsComplete: "channels",
  ExtensionStateListComplete: "extensions",
  DeviceStateListComplete: "devices",
};

export type Reader = Readonly<{
  /** Reads bytes as they come. Returns the channels whose recording the model requests. */
  push: (bytes: Buffer) => readonly string[];
  /** Returns the events published since the first lists. @throws if a list is missing */
  finish: () => readonly SiteEvent[];
}>;

/**
 * Reads a stream that has the lists before the calls. Each packet is a tick of its own, so that no short state is
 * skipped.
 */
export function createReader(): Reader {
  const framer = new Framer(selectEvent);
  const pipeline = createPipeline(createAgentRule());
  const published: SiteEvent[] = [];
  const left = new Set<RegenerationList>(Object.values(listEnds));
  const unanswered: string[] = [];
  let now = 1_000_000;
  pipeline.handle({ kind: "regenerationStarted", at: now });
  pipeline.handle({ kind: "listCompleted", list: "parking", at: now, refused: true });

  function takePacket(packet: Packet): Effect[] {
    const { fields } = packet;
    const list = listEnds[fields.get("Event") ?? ""];
    now += 10;
    if (list && left.delete(list)) {
      pipeline.handle({ kind: "listCompleted", list, at: now });
      if (left.size === 0) published.push(...pipeline.up(now, now, null).events);
      return [];
    }
    const event = decodeEvent(packet, now) ?? recordingPath(fields, unanswered, now);
    const effects = event ? [...pipeline.handle(event).effects] : [];
    if (left.size === 0) published.push(...pipeline.tick(now).events);
    return effects;
  }

  return {
    push: (bytes) => {
      const channels: string[] = [];
      for (const framed of framer.push(bytes))
        for (const effect of framed.kind === "packet" ? takePacket(framed) : []) {
          if (effect.kind !== "askRecording") continue;
          unanswered.push(effect.uniqueId);
          channels.push(effect.channel);
        }
      return channels;
    },
    finish: () => {
      if (left.size > 0) throw new Error(`the stream lacks lists: ${[...left].join(", ")}`);
      return [...published, ...pipeline.tick(now + 10_000).events];
    },
  };
}

/** The link matches answers by ActionID. Here they are matched by their order. */
function recordingPath(fields: Fields, unanswered: string[], at: number): AmiEvent | undefined {
  if (fields.has("Event") || fields.get("Variable") !== "MIXMONITOR_FILENAME") return undefined;
  const uniqueId = unanswered.shift();
  return uniqueId === undefined
    ? undefined
    : { kind: "recordingPath", uniqueId, path: fields.get("Value") ?? null, at };
}

/** Fields with times and durations, which depend on when a packet came. */
const times = new Set([
  "at",
  "since",
  "longestWaitSince",
  "longestHoldTime",
  "talkTime",
  "lastCall",
  "waitTime",
  "ringTime",
]);

function untimed(event: SiteEvent): string {
  return JSON.stringify(event, (key, value) => (times.has(key) ? undefined : value));
}

const paced = new Set<SiteEvent["type"]>(["queueSummary", "memberSummary", "queueCallers"]);

/**
 * Returns the events of `all` that are not in `some`. Summaries and lists of callers are not compared: they are
 * paced, and the slower stream may skip one. They contain nothing but what is compared here.
 */
export function missingIn(some: readonly SiteEvent[], all: readonly SiteEvent[]): string[] {
  const known = new Set(some.map(untimed));
  const wanted = all.filter(({ type }) => !paced.has(type));
  return [...new Set(wanted.map(untimed))].filter((text) => !known.has(text));
}
