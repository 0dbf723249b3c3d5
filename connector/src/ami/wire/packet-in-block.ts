/** A packet as it stands in the framer's block. Its headers are read when they are asked for. */
import { type HeaderIndex, maxHeaders } from "./header-index.ts";
import type { Fields, Packet } from "./packet.ts";

/**
 * Asterisk itself cuts values from the dialplan at about 4,096 bytes. A packet with a longer line than this is dropped.
 */
export const maxLineBytes = 64 * 1024;

/** A packet this short keeps both limits whatever it contains: a line takes at least three bytes. */
const harmlessBytes = 3 * maxHeaders - 2;

export type PacketFault = "line_too_long" | "too_many_headers";

/** The limit that the packet from `start` to `end` exceeds, if any. */
export function faultOf(bytes: Buffer, start: number, end: number): PacketFault | undefined {
  if (end - start <= harmlessBytes) return undefined;
  let headers = 0;
  for (let from = start; from <= end; ) {
    const to = bytes.indexOf("\r\n", from);
    if (to - from > maxLineBytes) return "line_too_long";
    if (++headers > maxHeaders) return "too_many_headers";
    from = to + 2;
  }
  return undefined;
}

/**
 * A packet whose bytes are not copied. It is readable until the framer's next push; after that all its members throw.
 */
export class PacketInBlock implements Packet, Fields {
  readonly kind = "packet";
  readonly #index: HeaderIndex;
  // The packet is its own place in the block (PacketRange), so that it costs one object.
  readonly start: number;
  readonly end: number;
  readonly event: string | undefined;
  readonly push: number;

  /** A packet of the framer's present push. Its CRLF CRLF begins at `end`; `event` is its event's name, if known. */
  constructor(index: HeaderIndex, start: number, end: number, event: string | undefined) {
    this.#index = index;
    this.start = start;
    this.end = end;
    this.event = event;
    this.push = index.push;
  }

  get fields(): Fields {
    return this;
  }

  get(name: string): string | undefined {
    if (name !== "Event" || this.event === undefined) return this.#index.get(this, name);
    this.#index.blockOf(this);
    return this.event;
  }

  has(name: string): boolean {
    return this.#index.has(this, name);
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.#readAll().all[Symbol.iterator]();
  }

  get repeated(): Packet["repeated"] {
    return this.#readAll().repeated;
  }

  get output(): Packet["output"] {
    return this.#readAll().output;
  }

  /** For answers, of which there are few. */
  #readAll() {
    const { start, end } = this;
    const block = this.#index.blockOf(this);
    const { bytes } = block;
    const all = new Map<string, string>();
    const repeated = new Map<string, string[]>();
    const output: string[] = [];
    for (let from = start; from < end; ) {
      const to = bytes.indexOf("\r\n", from);
      const line = bytes.toString("latin1", from, to);
      const nameBytes = line.indexOf(":");
      // A line without a name continues a value; it must not become a header.
      if (nameBytes > 0) {
        const name = line.slice(0, nameBytes);
        const value = this.#index.valueAt(block, from + nameBytes + 1, to);
        if (name === "Output") output.push(value);
        else addField(all, repeated, name, value);
      }
      from = to + 2;
    }
    return { all, repeated, output };
  }
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
