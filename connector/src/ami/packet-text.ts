/** A packet's text read header by header. The limits here are per packet; the framer has those of the stream. */
import type { Packet } from "./packet.ts";

/** Values from the dialplan are cut at about 4,096 bytes by Asterisk itself. A packet with a longer line is dropped. */
export const maxLineBytes = 64 * 1024;
/** A packet with more header lines is dropped. */
export const maxHeaders = 1024;
/** So short a text keeps both limits whatever is in it: a line takes three bytes at least. */
const harmlessBytes = 3 * maxHeaders - 2;

export type PacketFault = "line_too_long" | "too_many_headers";

/** `text` has one character a byte (Latin-1), without the empty line at the end. */
export function packetOf(text: string): Packet | PacketFault {
  const fault = text.length > harmlessBytes ? faultOf(text) : undefined;
  return fault ?? new UnreadPacket(text);
}

/** Reads its headers when the first of them is asked for: cutting the stream is then done at the speed of a search. */
class UnreadPacket implements Packet {
  readonly #text: string;
  #read: Packet | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  get fields(): Packet["fields"] {
    this.#read ??= readPacket(this.#text);
    return this.#read.fields;
  }

  get repeated(): Packet["repeated"] {
    this.#read ??= readPacket(this.#text);
    return this.#read.repeated;
  }

  get output(): Packet["output"] {
    this.#read ??= readPacket(this.#text);
    return this.#read.output;
  }
}

function faultOf(text: string): PacketFault | undefined {
  let headers = 0;
  for (let from = 0; from <= text.length; ) {
    const to = lineEnd(text, from);
    if (to - from > maxLineBytes) return "line_too_long";
    if (++headers > maxHeaders) return "too_many_headers";
    from = to + 2;
  }
  return undefined;
}

function readPacket(text: string): Packet {
  const fields = new Map<string, string>();
  const repeated = new Map<string, string[]>();
  const output: string[] = [];
  const isAscii = !highByte.test(text);
  for (let from = 0; from <= text.length; ) {
    const to = lineEnd(text, from);
    const colon = text.indexOf(":", from);
    // A line without a name is the rest of somebody's value; it must not become a header.
    if (colon > from && colon < to) {
      const name = text.slice(from, colon);
      const raw = withoutLineFeeds(text, text.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1, to);
      const value = isAscii ? raw : readable(raw);
      if (name === "Output") output.push(value);
      else addField(fields, repeated, name, value);
    }
    from = to + 2;
  }
  return { fields, repeated, output };
}

const highByte = /[\x80-\xff]/;

/** Where the line ends; a CR or an LF alone is part of it. Searching for one character is what the runtime does fastest. */
function lineEnd(text: string, from: number): number {
  let at = text.indexOf("\r", from);
  while (at >= 0 && text.charCodeAt(at + 1) !== 10) at = text.indexOf("\r", at + 1);
  return at < 0 ? text.length : at;
}

function withoutLineFeeds(text: string, from: number, to: number): string {
  let stop = to;
  while (stop > from && text.charCodeAt(stop - 1) === 10) stop--;
  return text.slice(from, stop);
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

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 where the bytes are UTF-8, otherwise Latin-1: Asterisk 16 passes a caller's name on as it came. */
function readable(value: string): string {
  if (!highByte.test(value)) return value;
  try {
    return utf8.decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
}
