/**
 * Cuts AMI packets out of bytes, whatever the cuts of the network (16 and 22 end about every eleventh chunk in mid-packet). Knows where
 * packets begin and end and how they are called, not what they mean. No I/O: bytes in, values out.
 *
 * A line ends with CRLF, a packet with an empty line. A lone LF belongs to a value: `Park` answers with one, and values from a
 * dialplan may have several. Empty lines between packets occur and mean nothing.
 *
 * Speed: no byte of a packet that nobody wants is read but every fourth, in search of its end, and its name.
 */
import { EventNames, type Wanted } from "./event-names.ts";
import type { Packet } from "./packet.ts";
import { type PacketFault, packetOf } from "./packet-text.ts";

/** The longest packet seen was 10.4 KB (the answer to a `Command`). A longer one than this is skipped to its end. */
export const maxPacketBytes = 256 * 1024;
/** The greeting is one short line; whoever sends more without a line end is not Asterisk. */
export const maxBannerBytes = 256;

export type FramingFault = "not_asterisk" | "packet_too_long" | PacketFault;

export type Framed =
  | Readonly<{ kind: "banner"; text: string }>
  | Readonly<{ kind: "packet"; packet: Packet }>
  | Readonly<{ kind: "fault"; fault: FramingFault }>;

/**
 * | state    | what is awaited             | leaves it                                      |
 * |----------|-----------------------------|------------------------------------------------|
 * | banner   | the greeting's line         | the line → packets; another line → broken      |
 * | packets  | the end of a packet         | longer than allowed → skipping                 |
 * | skipping | the end of a packet         | found → packets                                |
 * | broken   | nothing: this is no Asterisk | never                                         |
 */
type State = "banner" | "packets" | "skipping" | "broken";

const bannerStart = "Asterisk Call Manager/";
const endBytes = 4;
const lineEndBytes = 2;
const empty = Buffer.alloc(0);

export class Framer {
  readonly #names: EventNames;
  #state: State = "banner";
  #rest: Buffer = empty;

  /** `wanted` decides by the event's name, once a name; answers are always wanted. */
  constructor(wanted: Wanted = () => true) {
    this.#names = new EventNames(wanted);
  }

  /** How many events that nobody wants went by, by name. */
  get skipped(): ReadonlyMap<string, number> {
    return this.#names.skipped;
  }

  push(chunk: Uint8Array): Framed[] {
    const framed: Framed[] = [];
    let fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#rest.length > 0) {
      // Of the chunk only what completes the packet that had begun is joined with it; the others are read where they are.
      const end = findPacketEnd(fresh, 0);
      const until = end < 0 ? fresh.length : end + endBytes;
      // What was searched before has no end in it, but for one that this chunk completes.
      const searched = Math.max(0, this.#rest.length - (endBytes - 1));
      this.#take(Buffer.concat([this.#rest, fresh.subarray(0, until)]), searched, framed);
      fresh = fresh.subarray(until);
    }
    if (fresh.length > 0) this.#take(fresh, 0, framed);
    return framed;
  }

  #take(bytes: Buffer, searched: number, framed: Framed[]): void {
    let start = 0;
    if (this.#state === "banner") start = this.#takeBanner(bytes, framed);
    if (this.#state === "packets" || this.#state === "skipping")
      start = this.#takePackets(bytes, start, searched, framed);
    if (this.#state === "broken") start = bytes.length;
    // A copy: the chunk's memory is the socket's to use again.
    this.#rest = start < bytes.length ? Buffer.from(bytes.subarray(start)) : empty;
  }

  #takeBanner(bytes: Buffer, framed: Framed[]): number {
    const end = bytes.indexOf("\r\n");
    const text = bytes.toString("latin1", 0, end < 0 ? Math.min(bytes.length, maxBannerBytes + 1) : end);
    const fits = bannerStart.startsWith(text.slice(0, bannerStart.length));
    if (!fits || text.length > maxBannerBytes || (end >= 0 && text.length < bannerStart.length)) {
      this.#state = "broken";
      framed.push({ kind: "fault", fault: "not_asterisk" });
      return bytes.length;
    }
    if (end < 0) return 0;
    this.#state = "packets";
    framed.push({ kind: "banner", text });
    return end + lineEndBytes;
  }

  /** Gives where the first packet begins that is not complete yet. */
  #takePackets(bytes: Buffer, from: number, searched: number, framed: Framed[]): number {
    let start = from;
    let search = Math.max(from, searched);
    for (;;) {
      if (this.#state === "packets") start = skipEmptyLines(bytes, start);
      search = Math.max(search, start);
      const end = findPacketEnd(bytes, search);
      if (end < 0) break;
      if (this.#state === "skipping") this.#state = "packets";
      else if (end - start > maxPacketBytes) framed.push({ kind: "fault", fault: "packet_too_long" });
      else if (this.#names.isWanted(bytes, start, end)) framed.push(framedPacket(bytes, start, end));
      start = end + endBytes;
    }
    // Up to three bytes of its end may be there: no packet is too long by them.
    if (this.#state === "packets" && bytes.length - start > maxPacketBytes + endBytes - 1) {
      this.#state = "skipping";
      framed.push({ kind: "fault", fault: "packet_too_long" });
    }
    return this.#state === "skipping" ? Math.max(start, bytes.length - (endBytes - 1)) : start;
  }
}

function framedPacket(bytes: Buffer, start: number, end: number): Framed {
  const packet = packetOf(bytes.toString("latin1", start, end));
  return typeof packet === "string" ? { kind: "fault", fault: packet } : { kind: "packet", packet };
}

function skipEmptyLines(bytes: Uint8Array, from: number): number {
  let start = from;
  while (bytes[start] === 13 && bytes[start + 1] === 10) start += lineEndBytes;
  return start;
}

/**
 * Where the next CRLF CRLF begins, or -1. Looks at every fourth byte only, unless it could be part of one (Horspool's search). On
 * packets, with an end every 300 bytes, it is faster than the runtime's own search by a call.
 */
function findPacketEnd(bytes: Uint8Array, from: number): number {
  const { length } = bytes;
  let last = from + endBytes - 1;
  while (last < length) {
    const byte = bytes[last];
    if (byte === 10) {
      if (bytes[last - 1] === 13 && bytes[last - 2] === 10 && bytes[last - 3] === 13) return last - (endBytes - 1);
      last += 2;
    } else last += byte === 13 ? 1 : endBytes;
  }
  return -1;
}
