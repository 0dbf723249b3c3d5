/**
 * Replays a recorded AMI session through the connector's own framer, decoder, model and collator, and returns what is
 * published. It stands in for the AMI link: the recording's driver requested the lists itself, so their beginning and
 * end become the link's marks.
 *
 * The recordings (`recorded/<version>/`) are unchanged bytes of real Asterisk 16.28 and 22.10: `.ami` has the bytes,
 * `.timing` when they arrived, and `.md` what really happened, as the phones and the driver saw it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { SiteEvent } from "@pbxis/shared";
import { decodedEvents, decodeEvent } from "../../connector/src/ami/event/decode.ts";
import type { AmiEvent, RegenerationList } from "../../connector/src/ami/event/event.ts";
import { Framer } from "../../connector/src/ami/wire/framer.ts";
import type { Packet } from "../../connector/src/ami/wire/packet.ts";
import { createAgentRule } from "../../connector/src/model/state/agent.ts";
import { createPipeline, type Pipeline } from "../../connector/src/pipeline/pipeline.ts";

export const versions = ["16", "22"] as const;
export type Version = (typeof versions)[number];

/** A published event, `ms` after the recording's beginning; or a change of AMI's status. */
export type TimedEvent = Readonly<{ ms: number; event: SiteEvent | { type: "ami"; up: boolean } }>;

/** The time at which recordings begin. Any would do; a round one is easy to read. */
const beginning = 1_795_420_000_000;

/** `bytes` is null where the connection was closed. */
type Chunk = Readonly<{ ms: number; connection: number; bytes: Buffer | null }>;

const folder = (version: Version) => new URL(`recorded/${version}/`, import.meta.url);

export function traceNames(version: Version): string[] {
  return readdirSync(folder(version))
    .filter((file) => file.endsWith(".ami.gz") && !file.endsWith(".filtered.ami.gz"))
    .map((file) => file.slice(0, -".ami.gz".length));
}

/** The bytes of every recording, including those of accounts with filters. */
export function readAllBytes(version: Version): { name: string; bytes: Buffer }[] {
  return readdirSync(folder(version))
    .filter((file) => file.endsWith(".ami.gz"))
    .map((name) => ({ name, bytes: gunzipSync(readFileSync(new URL(name, folder(version)))) }));
}

function readTrace(version: Version, name: string): Chunk[] {
  const read = (ending: string) => gunzipSync(readFileSync(new URL(`${name}.${ending}.gz`, folder(version))));
  const bytes = read("ami");
  const lines = read("timing").toString().trim().split("\n");
  let connection = 0;
  return lines.flatMap((line): Chunk[] => {
    const { t, ev, dir, off, len } = JSON.parse(line);
    if (ev === "connect") connection++;
    if (ev === "close") return [{ ms: t, connection, bytes: null }];
    return dir === "in" ? [{ ms: t, connection, bytes: bytes.subarray(off, off + len) }] : [];
  });
}

/** The event that ends each list. The recordings are older than the list of parked calls. */
const listEnds: Readonly<Record<string, RegenerationList>> = {
  QueueStatusComplete: "queues",
  CoreShowChannelsComplete: "channels",
  ExtensionStateListComplete: "extensions",
  DeviceStateListComplete: "devices",
};
const wanted = (name: string) => decodedEvents.has(name) || name in listEnds;

export type Replay = Readonly<{
  published: readonly TimedEvent[];
  pipeline: Pipeline;
  /**
   * What is published when the lists at the recording's end are applied as a regeneration: nothing, if the live events
   * sufficed. Null if the recording ends without lists.
   */
  atFinalLists: readonly SiteEvent[] | null;
}>;

/** `cut`: the bytes that the framer gets at once. The recording's own chunks if absent. */
export function replay(version: Version, name: string, cut = Number.POSITIVE_INFINITY): Replay {
  const player = new Player();
  let connection = 0;
  for (const chunk of readTrace(version, name)) {
    const { ms, bytes } = chunk;
    if (!bytes) player.disconnect(ms);
    else {
      if (chunk.connection !== connection) player.connect(ms);
      connection = chunk.connection;
      player.receive(ms, bytes, cut);
    }
  }
  return player.finish();
}

function listOfItem({ kind }: AmiEvent): RegenerationList | undefined {
  switch (kind) {
    case "queueParams":
    case "queueMember":
    case "queueEntry":
      return "queues";
    case "coreShowChannel":
      return "channels";
    case "extensionStatus":
      return "extensions";
    case "deviceStateChange":
      return "devices";
    default:
      return undefined;
  }
}

class Player {
  readonly published: TimedEvent[] = [];
  readonly #pipeline = createPipeline(createAgentRule());
  #framer = new Framer(wanted);
  #listsLeft: Set<RegenerationList> = new Set();
  /** The items of each list as last read completely since the regeneration, and those of lists that are being read. */
  readonly #finalLists = new Map<RegenerationList, AmiEvent[]>();
  readonly #openLists = new Map<RegenerationList, AmiEvent[]>();
  #regenerating = false;
  #ms = 0;

  disconnect(ms: number): void {
    const down = this.#pipeline.down(beginning + ms, beginning + ms);
    if (!down.ami) return;
    this.#publish(ms, down.events);
    this.published.push({ ms, event: { type: "ami", up: false } });
  }

  connect(ms: number): void {
    this.#framer = new Framer(wanted);
    this.#listsLeft = new Set(Object.values(listEnds));
    this.#regenerating = true;
    this.#finalLists.clear();
    this.#openLists.clear();
    this.#startRegeneration(beginning + ms);
  }

  #startRegeneration(at: number): void {
    this.#pipeline.handle({ kind: "regenerationStarted", at });
    this.#pipeline.handle({ kind: "listCompleted", list: "parking", at, refused: true });
  }

  receive(ms: number, bytes: Buffer, cut: number): void {
    this.#tickUntil(ms);
    this.#ms = ms;
    for (let from = 0; from < bytes.length; from += cut)
      for (const framed of this.#framer.push(bytes.subarray(from, Math.min(bytes.length, from + cut))))
        if (framed.kind === "packet") this.#onPacket(framed, ms);
    if (!this.#regenerating) this.#publish(ms, this.#pipeline.tick(beginning + ms).events);
  }

  finish(): Replay {
    const end = this.#ms + 2000;
    this.#tickUntil(end);
    const at = beginning + end;
    if (this.#finalLists.size < Object.keys(listEnds).length)
      return { published: this.published, pipeline: this.#pipeline, atFinalLists: null };
    this.#startRegeneration(at);
    for (const [list, items] of this.#finalLists) {
      for (const event of items) this.#pipeline.handle({ ...event, at });
      this.#pipeline.handle({ kind: "listCompleted", list, at });
    }
    return { published: this.published, pipeline: this.#pipeline, atFinalLists: this.#pipeline.tick(at).events };
  }

  #onPacket(packet: Packet, ms: number): void {
    const at = beginning + ms;
    const list = listEnds[packet.fields.get("Event") ?? ""];
    const isItem = packet.fields.has("Event") && packet.fields.has("ActionID") && !packet.fields.has("Privilege");
    if (list) this.#onListEnd(list, ms);
    const event = decodeEvent(packet, at);
    if (!event) return;
    const itemOf = isItem ? listOfItem(event) : undefined;
    if (itemOf && !this.#regenerating) this.#openLists.set(itemOf, [...(this.#openLists.get(itemOf) ?? []), event]);
    else this.#pipeline.handle(event);
  }

  #onListEnd(list: RegenerationList, ms: number): void {
    if (!this.#regenerating) {
      this.#finalLists.set(list, this.#openLists.get(list) ?? []);
      this.#openLists.delete(list);
      return;
    }
    if (!this.#listsLeft.delete(list)) return;
    this.#pipeline.handle({ kind: "listCompleted", list, at: beginning + ms });
    if (this.#listsLeft.size > 0) return;
    this.#regenerating = false;
    this.#publish(ms, this.#pipeline.up(beginning + ms, beginning + ms, null).events);
    this.published.push({ ms, event: { type: "ami", up: true } });
  }

  /** Publishes what is due when it is due, not with the next bytes. */
  #tickUntil(ms: number): void {
    for (
      let due = this.#pipeline.nextDueAt();
      due !== undefined && due <= beginning + ms;
      due = this.#pipeline.nextDueAt()
    )
      this.#publish(due - beginning, this.#pipeline.tick(due).events);
  }

  #publish(ms: number, events: readonly SiteEvent[]): void {
    for (const event of events) this.published.push({ ms, event });
  }
}
