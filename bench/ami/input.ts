/** The benchmark's input: all recordings in one stream, in chunks as from a network. */
import { readAllBytes, versions } from "../../test/trace/replay.ts";

export type Input = Readonly<{
  name: string;
  chunks: readonly Buffer[];
  bytes: number;
  events: number;
  /** Answers, and events that end a list. Only the scan counts all of them as events. */
  answers: number;
  listEnds: number;
}>;

/** Events that a connection has once, at its beginning or end. The stream of many recordings is one connection. */
const once = /^Event: (?:FullyBooted|Shutdown)\r\n/;

function packetsOf(recording: Buffer): string[] {
  const text = recording.toString("latin1").replace(/^Asterisk Call Manager\/[\d.]+\r\n/gm, "");
  return text
    .slice(0, Math.max(0, text.lastIndexOf("\r\n\r\n")))
    .split("\r\n\r\n")
    .map((packet) => packet.replace(/^(?:\r\n)+/, ""))
    .filter((packet) => packet !== "" && !once.test(packet));
}

/** All packets of the recordings of accounts with filters, or of those without. */
export function readPackets(filtered: boolean): string[] {
  return versions
    .flatMap((version) => readAllBytes(version))
    .filter(({ name }) => name.includes(".filtered.") === filtered)
    .flatMap(({ bytes }) => packetsOf(bytes));
}

/** The packets that Asterisk sends unrequested: no answers and no list items. */
export function liveOf(packets: readonly string[]): string[] {
  return packets.filter((packet) => /^Event: OriginateResponse\r\n/.test(packet) || !/^ActionID: /m.test(packet));
}

/** About `bytes` of the packets in their order, repeated or cut off as needed, in chunks of `size` bytes. */
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
    name,
    chunks,
    events,
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

/** The lists at the beginning of a recording, by the action that requests them. The items have no ActionID. */
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
  return new Map<string, readonly string[]>([...lists, ["CoreShowChannels", []], ["ParkedCalls", []]]);
}
