/** A packet as it stands in the bytes, read header by header when it is asked for one. The limits here are per packet; the framer has those of the stream. */
import { hasHeader, indexLines, maxHeaders, valueAt, valueNamed } from "./lines.ts";
import type { Fields, Packet } from "./packet.ts";
import type { Block } from "./words.ts";

export { maxHeaders } from "./lines.ts";
/** Values from the dialplan are cut at about 4,096 bytes by Asterisk itself. A packet with a longer line is dropped. */
export const maxLineBytes = 64 * 1024;

/** So short a packet keeps both limits whatever is in it: a line takes three bytes at least. */
const harmlessBytes = 3 * maxHeaders - 2;

export type PacketFault = "line_too_long" | "too_many_headers";

/**
 * The packet in `block` from `start` to `end`, where its CRLF CRLF begins. Its bytes are not copied: it is good as long as they stay as they are. `event` is its event's
 * name, if that is known.
 */
export function packetOf(block: Block, start: number, end: number, event?: string): Packet | PacketFault {
  const fault = end - start > harmlessBytes ? faultOf(block.bytes, start, end) : undefined;
  return fault ?? new PacketInBlock(block, start, end, event);
}

function faultOf(bytes: Buffer, start: number, end: number): PacketFault | undefined {
  let headers = 0;
  for (let from = start; from <= end; ) {
    const to = bytes.indexOf("\r\n", from);
    if (to - from > maxLineBytes) return "line_too_long";
    if (++headers > maxHeaders) return "too_many_headers";
    from = to + 2;
  }
  return undefined;
}

/** The packet that was indexed last. Who comes back to a former one has its lines looked for again. */
let indexed: PacketInBlock | undefined;

class PacketInBlock implements Packet, Fields {
  readonly #block: Block;
  readonly #start: number;
  readonly #end: number;
  readonly #event: string | undefined;

  constructor(block: Block, start: number, end: number, event: string | undefined) {
    this.#block = block;
    this.#start = start;
    this.#end = end;
    this.#event = event;
  }

  get fields(): Fields {
    return this;
  }

  get(name: string): string | undefined {
    if (name === "Event" && this.#event !== undefined) return this.#event;
    this.#index();
    return valueNamed(this.#block, name);
  }

  has(name: string): boolean {
    this.#index();
    return hasHeader(name);
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

  #index(): void {
    if (indexed === this) return;
    indexLines(this.#block, this.#start, this.#end, this.#event ?? "");
    indexed = this;
  }

  /** For answers, of which there are few. */
  #readAll() {
    const { bytes } = this.#block;
    const all = new Map<string, string>();
    const repeated = new Map<string, string[]>();
    const output: string[] = [];
    for (let from = this.#start; from < this.#end; ) {
      const to = bytes.indexOf("\r\n", from);
      const line = bytes.toString("latin1", from, to);
      const nameBytes = line.indexOf(":");
      // A line without a name is the rest of somebody's value; it must not become a header.
      if (nameBytes > 0) {
        const name = line.slice(0, nameBytes);
        const value = valueAt(this.#block, from + nameBytes + 1, to);
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
