/** What the benchmark reads: all recordings in one stream, cut as a network cuts it. */
import { readAllBytes, versions } from "../../test/trace/replay.ts";

export type Input = Readonly<{
  name: string;
  chunks: readonly Buffer[];
  bytes: number;
  events: number;
  /** Answers, and events that end a list: no engine but the scan counts them all as events. */
  answers: number;
  listEnds: number;
}>;

/** What a connection has once, at its begin or end; the stream of many recordings is one connection. */
const once = /^Event: (?:FullyBooted|Shutdown)\r\n/;

function packetsOf(recording: Buffer): string[] {
  const text = recording.toString("latin1").replace(/^Asterisk Call Manager\/[\d.]+\r\n/gm, "");
  return text
    .slice(0, Math.max(0, text.lastIndexOf("\r\n\r\n")))
    .split("\r\n\r\n")
    .map((packet) => packet.replace(/^(?:\r\n)+/, ""))
    .filter((packet) => packet !== "" && !once.test(packet));
}

/** Every packet of the recordings: of accounts with a tight filter, or of those that are sent everything. */
export function readPackets(filtered: boolean): string[] {
  return versions
    .flatMap((version) => readAllBytes(version))
    .filter(({ name }) => name.includes(".filtered.") === filtered)
    .flatMap(({ bytes }) => packetsOf(bytes));
}

/** What comes of itself, without the answers to actions and what they list. */
export function liveOf(packets: readonly string[]): string[] {
  return packets.filter((packet) => /^Event: OriginateResponse\r\n/.test(packet) || !/^ActionID: /m.test(packet));
}

/** The packets in their order, from the first again or not all of them so that it makes about `bytes`, `size` bytes a chunk. */
export function inputOf(name: string, packets: readonly string[], bytes: number, size: number): Input {
  const taken: string[] = [];
  for (let total = 0; total < bytes; ) {
    const packet = packets[taken.length % packets.length];
    if (packet === undefined) throw new Error(`there is nothing to read: ${name}`);
    taken.push(packet);
    total += packet.length + 4;
  }
  const all = Buffer.from(taken.map((packet) => `${packet}\r\n\r\n`).join(""), "latin1");
  const chunks: Buffer[] = [];
  for (let from = 0; from < all.length; from += size) chunks.push(all.subarray(from, from + size));
  const count = (matches: RegExp) => taken.filter((packet) => matches.test(packet)).length;
  const events = count(/^Event: /);
  return {
    ...{ name, chunks, events },
    bytes: all.length,
    answers: taken.length - events,
    listEnds: count(/^Event: (?!Agent)\w*Complete\r\n/),
  };
}

const listItems: Readonly<Record<string, RegExp>> = {
  QueueStatus: /^Event: Queue(?:Params|Member|Entry)\r\n/,
  ExtensionStateList: /^Event: ExtensionStatus\r\n/,
  DeviceStateList: /^Event: DeviceStateChange\r\n/,
};

/** The lists as they stand at a recording's begin, by the action that asks for them: items without their ActionID. */
export function readLists(): ReadonlyMap<string, readonly string[]> {
  const name = "a_answer_caller_hangs.ami.gz";
  const recording = readAllBytes("22").find((one) => one.name === name);
  if (!recording) throw new Error(`there is no recording ${name}`);
  const packets = packetsOf(recording.bytes);
  const itemsOf = (item: RegExp) => {
    const first = packets.find((packet) => item.test(packet));
    const id = /^ActionID: .*$/m.exec(first ?? "")?.[0];
    return packets
      .filter((packet) => item.test(packet) && id !== undefined && packet.includes(id))
      .map((packet) => packet.replace(/\r\nActionID: .*/, ""));
  };
  const lists = Object.entries(listItems).map(([action, item]) => [action, itemsOf(item)] as const);
  return new Map<string, readonly string[]>([...lists, ["CoreShowChannels", []]]);
}
