/** A packet's text read header by header. The limits here are per packet; the framer has those of the stream. */
import type { Fields, Packet } from "./packet.ts";

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

/** The text, with a search for the few headers that somebody wants: an event has twenty or more, of which a decoder takes some. */
class UnreadPacket implements Packet, Fields {
  readonly #text: string;
  #read: (Pick<Packet, "repeated" | "output"> & Readonly<{ all: ReadonlyMap<string, string> }>) | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  get fields(): Fields {
    return this;
  }

  get(name: string): string | undefined {
    const from = valueStart(this.#text, name);
    return from < 0 ? undefined : valueFrom(this.#text, from, lineEnd(this.#text, from));
  }

  has(name: string): boolean {
    return valueStart(this.#text, name) >= 0;
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.#whole().all[Symbol.iterator]();
  }

  get repeated(): Packet["repeated"] {
    return this.#whole().repeated;
  }

  get output(): Packet["output"] {
    return this.#whole().output;
  }

  #whole() {
    this.#read ??= readPacket(this.#text);
    return this.#read;
  }
}

/** The names that decoders ask for, as they stand in a packet; there are as many as the source has. */
const headers = new Map<string, string>();

function headerOf(name: string): string {
  const known = headers.get(name);
  if (known !== undefined) return known;
  const header = `\r\n${name}:`;
  headers.set(name, header);
  return header;
}

/** Where the value of the first header of that name begins, or -1. */
function valueStart(text: string, name: string): number {
  const header = headerOf(name);
  if (text.startsWith(name) && text.charCodeAt(name.length) === colon) return name.length + 1;
  const at = text.indexOf(header);
  return at < 0 ? -1 : at + header.length;
}

const colon = 58;

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

function readPacket(text: string) {
  const fields = new Map<string, string>();
  const repeated = new Map<string, string[]>();
  const output: string[] = [];
  for (let from = 0; from <= text.length; ) {
    const to = lineEnd(text, from);
    const end = text.indexOf(":", from);
    // A line without a name is the rest of somebody's value; it must not become a header.
    if (end > from && end < to) {
      const name = text.slice(from, end);
      const value = valueFrom(text, end + 1, to);
      if (name === "Output") output.push(value);
      else addField(fields, repeated, name, value);
    }
    from = to + 2;
  }
  return { all: fields, repeated, output };
}

const highByte = /[\x80-\xff]/;

/** Where the line ends; a CR or an LF alone is part of it. Searching for one character is what the runtime does fastest. */
function lineEnd(text: string, from: number): number {
  let at = text.indexOf("\r", from);
  while (at >= 0 && text.charCodeAt(at + 1) !== 10) at = text.indexOf("\r", at + 1);
  return at < 0 ? text.length : at;
}

/** What stands after a header's colon, without the blank before it and the line feeds after it. */
function valueFrom(text: string, from: number, to: number): string {
  const start = text.charCodeAt(from) === 32 ? from + 1 : from;
  let stop = to;
  while (stop > start && text.charCodeAt(stop - 1) === 10) stop--;
  return readable(text.slice(start, stop));
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
