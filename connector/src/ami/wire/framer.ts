/**
 * Cuts AMI packets out of bytes, wherever the network cuts them (with 16 and 22 about every eleventh chunk ends within
 * a packet). Finds where packets begin and end and what their events are called, not what they mean. No I/O: bytes in,
 * values out.
 *
 * A line ends with CRLF, a packet with an empty line. A lone LF belongs to a value: `Park`'s answer has one, and values
 * from a dialplan may have several. Empty lines between packets occur and mean nothing.
 *
 * Of a skipped packet only the event's name and every fourth byte are read, in search of its end.
 */
import { EventNames, type SelectEvent } from "./event-names.ts";
import { HeaderIndex } from "./header-index.ts";
import type { Packet } from "./packet.ts";
import { faultOf, type PacketFault, PacketInBlock } from "./packet-in-block.ts";
import { TextPool } from "./text-pool.ts";
import { type Block, blockOf } from "./words.ts";

/** The longest packet in recordings has 10.4 KB (the answer to a `Command`). A packet longer than this is dropped. */
export const maxPacketBytes = 256 * 1024;
/** The greeting is one short line. A server that sends more without a line end is not Asterisk. */
export const maxBannerBytes = 256;

type FramingFault = "not_asterisk" | "packet_too_long" | PacketFault;

export type Framed =
  | Readonly<{ kind: "banner"; text: string }>
  | Packet
  | Readonly<{ kind: "fault"; fault: FramingFault }>;

/**
 * | state    | waits for                             | next                                      |
 * |----------|---------------------------------------|-------------------------------------------|
 * | banner   | the greeting's line                   | the line → packets; another line → broken |
 * | packets  | the end of a packet                   | longer than allowed → skipping            |
 * | skipping | the end of a packet that is too long  | found → packets                           |
 * | broken   | nothing: the server is not Asterisk   | never left                                |
 */
type State = "banner" | "packets" | "skipping" | "broken";

const bannerStart = "Asterisk Call Manager/";
const endBytes = 4;
const lineEndBytes = 2;
/**
 * Chunks are gathered in a block, so that a cut packet becomes whole. It is small, so that it stays in the processor's
 * cache, and grows with a long chunk or packet.
 */
const blockBytes = 16 * 1024;

export class Framer {
  readonly #names: EventNames;
  #state: State = "banner";
  /** The bytes from `#start` to `#end` have been received and not framed yet. */
  #block: Block = newBlock(0);
  readonly #headers = new HeaderIndex(new TextPool(), this.#block);
  #start = 0;
  #end = 0;

  /** `select` is called once per event name. Packets that it does not select are skipped; answers are always read. */
  constructor(select: SelectEvent = () => true) {
    this.#names = new EventNames(select);
  }

  /** How many events were skipped, by name. */
  get skipped(): ReadonlyMap<string, number> {
    return this.#names.skipped;
  }

  /** The returned packets are readable until the next push, which may overwrite their bytes. After that they throw. */
  push(chunk: Uint8Array): Framed[] {
    const framed: Framed[] = [];
    // The bytes of former pushes contain no packet's end, except one that this chunk completes.
    const before = this.#end - this.#start - (endBytes - 1);
    this.#append(chunk);
    this.#headers.beginPush(this.#block);
    const searched = this.#start + Math.max(0, before);
    if (this.#state === "banner") this.#readBanner(framed);
    if (this.#state === "packets" || this.#state === "skipping") this.#readPackets(searched, framed);
    if (this.#state === "broken") this.#start = this.#end;
    return framed;
  }

  /** Copies the chunk, because the socket may reuse its memory. */
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

  #readBanner(framed: Framed[]): void {
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

  #readPackets(searched: number, framed: Framed[]): void {
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
      else if (this.#names.selects(this.#block, start, end)) framed.push(this.#framedPacket(start, end));
      start = end + endBytes;
    }
    // Up to three bytes of the packet's end may be there, which do not count.
    if (this.#state === "packets" && limit - start > maxPacketBytes + endBytes - 1) {
      this.#state = "skipping";
      framed.push({ kind: "fault", fault: "packet_too_long" });
    }
    this.#start = this.#state === "skipping" ? Math.max(start, limit - (endBytes - 1)) : start;
  }

  #framedPacket(start: number, end: number): Framed {
    const fault = faultOf(this.#block.bytes, start, end);
    if (fault) return { kind: "fault", fault };
    return new PacketInBlock(this.#headers, start, end, this.#names.lastName);
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
 * Returns where the next CRLF CRLF begins, or -1. Looks only at every fourth byte, unless that could be part of an end
 * (Horspool's search). With an end every 300 bytes this is faster than the runtime's own search, which costs a call.
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
