/**
 * Cuts AMI packets out of bytes, whatever the cuts of the network (16 and 22 end about every eleventh chunk in mid-packet). Knows lines
 * and limits, not what packets mean. No I/O: bytes in, values out.
 *
 * A line ends with CRLF, a packet with an empty line. A lone LF belongs to a value: `Park` answers with one, and values from a
 * dialplan may have several. Empty lines between packets occur and mean nothing.
 *
 * Speed: the end of a packet is found by the runtime's own search, and an event that nobody wants is recognised by its first
 * line and left there, undecoded.
 */
import type { Packet } from "./packet.ts";

/** The longest packet seen was 10.4 KB (the answer to a `Command`). A longer one than this is skipped to its end. */
export const maxPacketBytes = 256 * 1024;
/** Values from the dialplan are cut at about 4,096 bytes by Asterisk itself. A packet with a longer line is dropped. */
export const maxLineBytes = 64 * 1024;
/** A packet with more header lines is dropped. */
export const maxHeaders = 1024;
/** The greeting is one short line; whoever sends more without a line end is not Asterisk. */
export const maxBannerBytes = 256;

export type FramingFault = "not_asterisk" | "packet_too_long" | "line_too_long" | "too_many_headers";

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

const maxSkippedNames = 500;
const packetEnd = Buffer.from("\r\n\r\n");
const lineEnd = Buffer.from("\r\n");
const eventStart = Buffer.from("Event: ");
const empty = Buffer.alloc(0);

export class Framer {
  readonly #wanted: (event: string) => boolean;
  readonly #skipped = new Map<string, number>();
  #state: State = "banner";
  #rest: Buffer = empty;

  /** `wanted` decides by the event's name; answers are always wanted. */
  constructor(wanted: (event: string) => boolean = () => true) {
    this.#wanted = wanted;
  }

  /** How many events of each unwanted name went by; at most `maxSkippedNames` names, the rest under `…`. */
  get skipped(): ReadonlyMap<string, number> {
    return this.#skipped;
  }

  push(chunk: Uint8Array): Framed[] {
    const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    // What was searched before has no end in it, but for one that this chunk completes.
    const searched = Math.max(0, this.#rest.length - (packetEnd.length - 1));
    const bytes = this.#rest.length === 0 ? fresh : Buffer.concat([this.#rest, fresh]);
    const framed: Framed[] = [];
    let start = 0;
    if (this.#state === "banner") start = this.#takeBanner(bytes, framed);
    if (this.#state === "packets" || this.#state === "skipping")
      start = this.#takePackets(bytes, start, searched, framed);
    // A copy: the chunk's memory is the socket's to use again.
    this.#rest = start < bytes.length ? Buffer.from(bytes.subarray(start)) : empty;
    return framed;
  }

  #takeBanner(bytes: Buffer, framed: Framed[]): number {
    const end = bytes.indexOf(lineEnd);
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
    return end + lineEnd.length;
  }

  #takePackets(bytes: Buffer, from: number, searched: number, framed: Framed[]): number {
    let start = from;
    let search = Math.max(from, searched);
    for (;;) {
      if (this.#state === "packets") start = skipEmptyLines(bytes, start);
      search = Math.max(search, start);
      const end = bytes.indexOf(packetEnd, search);
      if (end < 0) break;
      if (this.#state === "skipping") this.#state = "packets";
      else this.#takePacket(bytes, start, end, framed);
      start = end + packetEnd.length;
    }
    if (this.#state === "packets" && bytes.length - start > maxPacketBytes) {
      this.#state = "skipping";
      framed.push({ kind: "fault", fault: "packet_too_long" });
    }
    return this.#state === "skipping" ? Math.max(start, bytes.length - (packetEnd.length - 1)) : start;
  }

  #takePacket(bytes: Buffer, start: number, end: number, framed: Framed[]): void {
    const event = eventName(bytes, start, end);
    if (event !== undefined && !this.#wanted(event)) {
      const name = this.#skipped.has(event) || this.#skipped.size < maxSkippedNames ? event : "…";
      this.#skipped.set(name, (this.#skipped.get(name) ?? 0) + 1);
    } else if (end - start > maxPacketBytes) framed.push({ kind: "fault", fault: "packet_too_long" });
    else framed.push(parsePacket(bytes, start, end));
  }
}

function skipEmptyLines(bytes: Buffer, from: number): number {
  let start = from;
  while (bytes[start] === 13 && bytes[start + 1] === 10) start += lineEnd.length;
  return start;
}

const bannerStart = "Asterisk Call Manager/";

/** The name in the first line; undefined for an answer. */
function eventName(bytes: Buffer, start: number, end: number): string | undefined {
  if (bytes.compare(eventStart, 0, eventStart.length, start, Math.min(start + eventStart.length, end)) !== 0)
    return undefined;
  const lineStop = bytes.indexOf(13, start);
  return bytes.toString("latin1", start + eventStart.length, lineStop < 0 || lineStop > end ? end : lineStop);
}

function parsePacket(bytes: Buffer, start: number, end: number): Framed {
  // Latin-1 keeps one character a byte, so that positions in the text are positions in the bytes.
  const text = bytes.toString("latin1", start, end);
  const fields = new Map<string, string>();
  const repeated = new Map<string, string[]>();
  const output: string[] = [];
  let headers = 0;
  for (let from = 0; from <= text.length; ) {
    const stop = text.indexOf("\r\n", from);
    const to = stop < 0 ? text.length : stop;
    if (to - from > maxLineBytes) return { kind: "fault", fault: "line_too_long" };
    if (++headers > maxHeaders) return { kind: "fault", fault: "too_many_headers" };
    const colon = text.indexOf(":", from);
    // A line without a name is the rest of somebody's value; it must not become a header.
    if (colon > from && colon < to) {
      const name = text.slice(from, colon);
      const value = readValue(bytes, text, start, text.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1, to);
      if (name === "Output") output.push(value);
      else addField(fields, repeated, name, value);
    }
    from = to + lineEnd.length;
  }
  return { kind: "packet", packet: { fields, repeated, output } };
}

function addField(fields: Map<string, string>, repeated: Map<string, string[]>, name: string, value: string): void {
  const first = fields.get(name);
  if (first === undefined) {
    fields.set(name, value);
    return;
  }
  const all = repeated.get(name);
  if (all) all.push(value);
  else repeated.set(name, [first, value]);
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** UTF-8 where the bytes are UTF-8, otherwise Latin-1: Asterisk 16 passes a caller's name on as it came. */
function readValue(bytes: Buffer, text: string, offset: number, from: number, to: number): string {
  let stop = to;
  while (stop > from && text.charCodeAt(stop - 1) === 10) stop--;
  const value = text.slice(from, stop);
  if (!hasHighBytes(value)) return value;
  try {
    return utf8.decode(bytes.subarray(offset + from, offset + from + value.length));
  } catch {
    return value;
  }
}

function hasHighBytes(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return true;
  return false;
}
