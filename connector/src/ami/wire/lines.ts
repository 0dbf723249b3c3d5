/**
 * Where the headers of a packet are in its bytes. Asterisk writes the headers of one event in the same order nearly every time: which line came
 * after which is remembered, by event, so that of a name that is expected only the bytes are compared. Any other is looked up by its name.
 *
 * Packets are read one after the other, each at once: the places are those of the packet that was indexed last.
 */
import { textOf } from "./text-pool.ts";
import { type Block, isAt, lineEnd, type Words, wordsOf } from "./words.ts";

/** A header's name with its colon, its number, and the line that came after it last. In one object, which is read for every line of all. */
type Line = Words & { readonly header: number; next: Line | undefined };

/** The lines that packets of one event have had. */
type Layout = { readonly first: Line; readonly byName: Map<string, Line>; readonly firstAsked: Asked };

/** A header that was asked for, and the one that was asked for after it last: who reads an event asks for the same each time. */
type Asked = { readonly name: string; readonly nth: number; header: number | undefined; next: Asked | undefined };

/** A packet with more header lines is dropped. */
export const maxHeaders = 1024;
/** Of all events together; Asterisk's have fewer. Beyond it all is forgotten rather than that more is kept: names can be made up. */
const maxLines = 8192;

const layouts = new Map<string, Layout>();
/** Headers are numbered by name; more than there are lines are never needed. */
const numbers = new Map<string, number>();
let known = 0;

// By the number of a header: where its value was last, and in which packet, counted.
const begins = new Int32Array(maxLines);
const ends = new Int32Array(maxLines);
const packetWith = new Int32Array(maxLines);
let packet = 0;
const maxPacket = 2 ** 30;
let asked: Asked = nothingAsked();
/** A decoder asks for a third of these. */
const maxAsked = 100;

const [lineFeed, carriageReturn, blank, colon] = [10, 13, 32, 58];
const lineEndBytes = 2;

/**
 * Reads the lines of a packet from `start` to `end`, where CRLF CRLF stands. `event` is the event's name, for what it is worth as an expectation. Of
 * headers of the same name the first counts.
 */
export function indexLines({ bytes, view }: Block, start: number, end: number, event: string): void {
  if (known > maxLines - maxHeaders) forget();
  if (packet === maxPacket) {
    packetWith.fill(0);
    packet = 0;
  }
  packet++;
  const layout = layoutOf(event);
  let line = layout.first;
  asked = layout.firstAsked;
  for (let at = start; at < end; at += lineEndBytes) {
    const expected = line.next;
    const found =
      expected && at + expected.length <= end && isAt(view, at, expected) ? expected : lineAt(bytes, at, end, layout);
    if (found) {
      line.next = found;
      line = found;
      at += found.length;
    }
    const begin = at;
    // A carriage return without a line feed belongs to the value.
    at = lineEnd(view, at);
    // What has no name is the rest of somebody's value; it must not become a header.
    if (found && packetWith[found.header] !== packet) {
      packetWith[found.header] = packet;
      begins[found.header] = begin;
      ends[found.header] = at;
    }
  }
}

function layoutOf(event: string): Layout {
  let layout = layouts.get(event);
  if (!layout) {
    layout = {
      first: { ...wordsOf(new Uint8Array()), header: 0, next: undefined },
      byName: new Map(),
      firstAsked: nothingAsked(),
    };
    layouts.set(event, layout);
    known++;
  }
  return layout;
}

function forget(): void {
  layouts.clear();
  numbers.clear();
  known = 0;
}

function lineAt(bytes: Buffer, at: number, end: number, layout: Layout): Line | undefined {
  let to = at;
  while (bytes[to] !== colon) {
    if (to === end || (bytes[to] === carriageReturn && bytes[to + 1] === lineFeed)) return undefined;
    to++;
  }
  if (to === at) return undefined;
  const name = bytes.toString("latin1", at, to);
  let line = layout.byName.get(name);
  if (!line) {
    let header = numbers.get(name);
    if (header === undefined) {
      header = numbers.size;
      numbers.set(name, header);
    }
    line = { ...wordsOf(bytes.subarray(at, to + 1)), header, next: undefined };
    layout.byName.set(name, line);
    known++;
  }
  return line;
}

/** The value of a header; undefined if the packet has none of that name. */
export function valueNamed(block: Block, name: string): string | undefined {
  const header = headerOf(name);
  if (header === undefined || packetWith[header] !== packet) return undefined;
  return valueAt(block, begins[header] as number, ends[header] as number);
}

function nothingAsked(): Asked {
  return { name: "", nth: 0, header: undefined, next: undefined };
}

function headerOf(name: string): number | undefined {
  let next = asked.next;
  if (next?.name !== name) {
    if (asked.nth === maxAsked) return numbers.get(name);
    next = { name, nth: asked.nth + 1, header: undefined, next: undefined };
    asked.next = next;
  }
  asked = next;
  next.header ??= numbers.get(name);
  return next.header;
}

export function hasHeader(name: string): boolean {
  const header = headerOf(name);
  return header !== undefined && packetWith[header] === packet;
}

/** The text between a header's colon and its line's end, without the blank before it and the line feeds after it, with which `Park` answers. */
export function valueAt(block: Block, afterColon: number, lineEnd: number): string {
  const { bytes } = block;
  const begin = bytes[afterColon] === blank ? afterColon + 1 : afterColon;
  let end = lineEnd;
  while (end > begin && bytes[end - 1] === lineFeed) end--;
  return textOf(block, begin, end);
}
