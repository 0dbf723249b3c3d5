/**
 * Finds the headers of packets in their bytes. A framer owns one index, which reads the packets of the framer's last
 * push, one at a time.
 *
 * Asterisk writes the headers of an event in the same order nearly every time. The index remembers, per event, which
 * header line followed which, so that only the bytes of the expected name are compared. Any other name is looked up in
 * a map. Likewise it remembers which header was read after which, because a decoder reads the same headers each time.
 * With a map per packet instead, the connector takes more than twice the time.
 */
import type { TextPool } from "./text-pool.ts";
import { type Block, isAt, lineEnd, type Words, wordsOf } from "./words.ts";

/**
 * A header's name with its colon, its number, and the line that followed it last time. One object, because every line
 * is compared with one.
 */
type Line = Words & { readonly header: number; next: Line | undefined };

/** The lines that packets of one event have had. */
type Layout = { readonly first: Line; readonly byName: Map<string, Line>; readonly firstRead: HeaderRead };

/** A header that was read as the `nth` of a packet, and the header that was read after it last time. */
type HeaderRead = {
  readonly name: string;
  readonly nth: number;
  header: number | undefined;
  next: HeaderRead | undefined;
};

/**
 * A packet's place in the block of the framer's `push`: its CRLF CRLF begins at `end`. `event` is its event's name, if
 * the framer knows it.
 */
type PacketRange = Readonly<{ start: number; end: number; event: string | undefined; push: number }>;

/** A packet with more header lines is dropped. */
export const maxHeaders = 1024;
/**
 * Of all events together; Asterisk has fewer. At the limit everything is forgotten, because a sender can make up names
 * without end.
 */
const maxLines = 8192;
/** A decoder reads at most a third of these. */
const maxReads = 100;
const maxPacket = 2 ** 30;

const [lineFeed, carriageReturn, blank, colon] = [10, 13, 32, 58];
const lineEndBytes = 2;

export class HeaderIndex {
  readonly #layouts = new Map<string, Layout>();
  /** A number for each header name, below `maxLines`. */
  readonly #numbers = new Map<string, number>();
  #lineCount = 0;

  // By a header's number: where its value was last, and in which packet.
  readonly #begins = new Int32Array(maxLines);
  readonly #ends = new Int32Array(maxLines);
  readonly #packetWith = new Int32Array(maxLines);

  readonly #texts: TextPool;
  #block: Block;
  #push = 0;
  /** The packet that is indexed. */
  #range: PacketRange | undefined;
  /** Counts the packets that were indexed. */
  #packet = 0;
  #lastRead: HeaderRead = nothingRead();

  constructor(texts: TextPool, block: Block) {
    this.#texts = texts;
    this.#block = block;
  }

  /** Starts a push: packets are read from `block` now, and those of earlier pushes are no longer readable. */
  beginPush(block: Block): void {
    this.#block = block;
    this.#range = undefined;
    this.#push++;
  }

  /** The number of the present push. */
  get push(): number {
    return this.#push;
  }

  /** @throws if the framer has been given more bytes since the packet's push: they may have overwritten the packet. */
  blockOf({ push }: PacketRange): Block {
    if (push !== this.#push)
      throw new Error("An AMI packet was read after the next push, which may overwrite its bytes");
    return this.#block;
  }

  /** The value of the packet's first header of that name. @throws see `blockOf` */
  get(range: PacketRange, name: string): string | undefined {
    const block = this.#select(range);
    const header = this.#headerOf(name);
    if (header === undefined || this.#packetWith[header] !== this.#packet) return undefined;
    return this.valueAt(block, this.#begins[header] as number, this.#ends[header] as number);
  }

  /** @throws see `blockOf` */
  has(range: PacketRange, name: string): boolean {
    this.#select(range);
    const header = this.#headerOf(name);
    return header !== undefined && this.#packetWith[header] === this.#packet;
  }

  /**
   * The text between a header's colon and its line's end, without the blank before it and the line feeds after it that
   * `Park` answers with.
   */
  valueAt(block: Block, afterColon: number, lineEnd: number): string {
    const { bytes } = block;
    const begin = bytes[afterColon] === blank ? afterColon + 1 : afterColon;
    let end = lineEnd;
    while (end > begin && bytes[end - 1] === lineFeed) end--;
    return this.#texts.textOf(block, begin, end);
  }

  #select(range: PacketRange): Block {
    const block = this.blockOf(range);
    if (this.#range !== range) {
      this.#indexLines(block, range);
      this.#range = range;
    }
    return block;
  }

  /** Of headers of the same name the first counts. */
  #indexLines({ bytes, view }: Block, { start, end, event = "" }: PacketRange): void {
    if (this.#lineCount > maxLines - maxHeaders) this.#forget();
    if (this.#packet === maxPacket) {
      this.#packetWith.fill(0);
      this.#packet = 0;
    }
    const packet = ++this.#packet;
    const packetWith = this.#packetWith;
    const layout = this.#layoutOf(event);
    let line = layout.first;
    this.#lastRead = layout.firstRead;
    for (let at = start; at < end; at += lineEndBytes) {
      const expected = line.next;
      const found =
        expected && at + expected.length <= end && isAt(view, at, expected)
          ? expected
          : this.#lineAt(bytes, at, end, layout);
      if (found) {
        line.next = found;
        line = found;
        at += found.length;
      }
      const begin = at;
      // A carriage return without a line feed belongs to the value.
      at = lineEnd(view, at);
      // A line without a name continues a value; it must not become a header.
      if (found && packetWith[found.header] !== packet) {
        packetWith[found.header] = packet;
        this.#begins[found.header] = begin;
        this.#ends[found.header] = at;
      }
    }
  }

  #layoutOf(event: string): Layout {
    let layout = this.#layouts.get(event);
    if (!layout) {
      layout = {
        first: { ...wordsOf(new Uint8Array()), header: 0, next: undefined },
        byName: new Map(),
        firstRead: nothingRead(),
      };
      this.#layouts.set(event, layout);
      this.#lineCount++;
    }
    return layout;
  }

  #forget(): void {
    this.#layouts.clear();
    this.#numbers.clear();
    this.#lineCount = 0;
  }

  #lineAt(bytes: Buffer, at: number, end: number, layout: Layout): Line | undefined {
    let to = at;
    while (bytes[to] !== colon) {
      if (to === end || (bytes[to] === carriageReturn && bytes[to + 1] === lineFeed)) return undefined;
      to++;
    }
    if (to === at) return undefined;
    const name = bytes.toString("latin1", at, to);
    let line = layout.byName.get(name);
    if (!line) {
      let header = this.#numbers.get(name);
      if (header === undefined) {
        header = this.#numbers.size;
        this.#numbers.set(name, header);
      }
      line = { ...wordsOf(bytes.subarray(at, to + 1)), header, next: undefined };
      layout.byName.set(name, line);
      this.#lineCount++;
    }
    return line;
  }

  #headerOf(name: string): number | undefined {
    const last = this.#lastRead;
    let next = last.next;
    if (next?.name !== name) {
      if (last.nth === maxReads) return this.#numbers.get(name);
      next = { name, nth: last.nth + 1, header: undefined, next: undefined };
      last.next = next;
    }
    this.#lastRead = next;
    next.header ??= this.#numbers.get(name);
    return next.header;
  }
}

function nothingRead(): HeaderRead {
  return { name: "", nth: 0, header: undefined, next: undefined };
}
