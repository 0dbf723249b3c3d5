/**
 * Cuts AMI packets out of bytes, whatever the cuts of the network (16 and 22 end about every eleventh chunk in mid-packet). Knows where
 * packets begin and end and how they are called, not what they mean. No I/O: bytes in, values out.
 *
 * A line ends with CRLF, a packet with an empty line. A lone LF belongs to a value: `Park` answers with one, and values from a
 * dialplan may have several. Empty lines between packets occur and mean nothing.
 *
 * Speed: no byte of a packet that nobody wants is read but every fourth, in search of its end, and its name.
 */
import { EventNames, type SelectEvent } from "./event-names.ts";
import { HeaderIndex } from "./header-index.ts";
import type { Packet } from "./packet.ts";
import { faultOf, type PacketFault, PacketInBlock } from "./packet-in-block.ts";
import { TextPool } from "./text-pool.ts";
import { type Block, blockOf } from "./words.ts";

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
/** Chunks are gathered in a block, so that a packet that was cut is whole: small, that it stays in the processor's cache, and larger after a longer chunk or packet. */
const blockBytes = 16 * 1024;

export class Framer {
  readonly #names: EventNames;
  #state: State = "banner";
  /** From `#start` to `#end` is what came and is not framed yet. */
  #block: Block = newBlock(0);
  readonly #headers = new HeaderIndex(new TextPool(), this.#block);
  #start = 0;
  #end = 0;

  /** `wanted` decides by the event's name, once a name; answers are always wanted. */
  constructor(wanted: SelectEvent = () => true) {
    this.#names = new EventNames(wanted);
  }

  /** How many events that nobody wants went by, by name. */
  get skipped(): ReadonlyMap<string, number> {
    return this.#names.skipped;
  }

  /** What it gives is good until the next push, which writes over its bytes. */
  push(chunk: Uint8Array): Framed[] {
    const framed: Framed[] = [];
    // What was searched before has no end in it, but for one that this chunk completes.
    const before = this.#end - this.#start - (endBytes - 1);
    this.#append(chunk);
    this.#headers.beginPush(this.#block);
    const searched = this.#start + Math.max(0, before);
    if (this.#state === "banner") this.#takeBanner(framed);
    if (this.#state === "packets" || this.#state === "skipping") this.#takePackets(searched, framed);
    if (this.#state === "broken") this.#start = this.#end;
    return framed;
  }

  /** A copy: the chunk's memory is the socket's to use again. */
  #append(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#block.bytes.length) this.#makeRoom(chunk.length);
    this.#block.bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  #makeRoom(more: number): void {
    const { bytes } = this.#block;
    const rest = this.#end - this.#start;
    if (rest + more <= bytes.length) bytes.copyWithin(0, this.#start, this.#end);
    else {
      this.#block = newBlock(rest + Math.max(blockBytes, more));
      this.#block.bytes.set(bytes.subarray(this.#start, this.#end));
    }
    this.#start = 0;
    this.#end = rest;
  }

  #takeBanner(framed: Framed[]): void {
    const bytes = this.#block.bytes.subarray(this.#start, this.#end);
    const end = bytes.indexOf("\r\n");
    const text = bytes.toString("latin1", 0, end < 0 ? Math.min(bytes.length, maxBannerBytes + 1) : end);
    const fits = bannerStart.startsWith(text.slice(0, bannerStart.length));
    if (!fits || text.length > maxBannerBytes || (end >= 0 && text.length < bannerStart.length)) {
      this.#state = "broken";
      framed.push({ kind: "fault", fault: "not_asterisk" });
    } else if (end >= 0) {
      this.#state = "packets";
      framed.push({ kind: "banner", text });
      this.#start += end + lineEndBytes;
    }
  }

  #takePackets(searched: number, framed: Framed[]): void {
    const { bytes } = this.#block;
    const limit = this.#end;
    let start = this.#start;
    let search = searched;
    for (;;) {
      if (this.#state === "packets") start = skipEmptyLines(bytes, start, limit);
      search = Math.max(search, start);
      const end = findPacketEnd(bytes, search, limit);
      if (end < 0) break;
      if (this.#state === "skipping") this.#state = "packets";
      else if (end - start > maxPacketBytes) framed.push({ kind: "fault", fault: "packet_too_long" });
      else if (this.#names.isWanted(this.#block, start, end)) framed.push(this.#framedPacket(start, end));
      start = end + endBytes;
    }
    // Up to three bytes of its end may be there: no packet is too long by them.
    if (this.#state === "packets" && limit - start > maxPacketBytes + endBytes - 1) {
      this.#state = "skipping";
      framed.push({ kind: "fault", fault: "packet_too_long" });
    }
    this.#start = this.#state === "skipping" ? Math.max(start, limit - (endBytes - 1)) : start;
  }

  #framedPacket(start: number, end: number): Framed {
    const fault = faultOf(this.#block.bytes, start, end);
    if (fault) return { kind: "fault", fault };
    const range = this.#headers.rangeOf(start, end, this.#names.lastName);
    return { kind: "packet", packet: new PacketInBlock(this.#headers, range) };
  }
}

function newBlock(size: number): Block {
  return blockOf(Buffer.allocUnsafeSlow(size));
}

function skipEmptyLines(bytes: Uint8Array, from: number, limit: number): number {
  let start = from;
  while (start + 1 < limit && bytes[start] === 13 && bytes[start + 1] === 10) start += lineEndBytes;
  return start;
}

/**
 * Where the next CRLF CRLF begins, or -1. Looks at every fourth byte only, unless it could be part of one (Horspool's search). On
 * packets, with an end every 300 bytes, it is faster than the runtime's own search by a call.
 */
function findPacketEnd(bytes: Uint8Array, from: number, limit: number): number {
  let last = from + endBytes - 1;
  while (last < limit) {
    const byte = bytes[last] as number;
    if (byte > 13) last += endBytes;
    else if (byte === 10) {
      if (bytes[last - 1] === 13 && bytes[last - 2] === 10 && bytes[last - 3] === 13) return last - (endBytes - 1);
      last += 2;
    } else last += byte === 13 ? 1 : endBytes;
  }
  return -1;
}
