/**
 * Makes a client's frames of what the site's log returns (PROTOCOL.md, section 5). Items come in the site's order
 * (ST2), and frames keep it: consecutive events share a frame, a change of the link has its own. Pure.
 */
import { type Cursor, encodeCursor, type ServerFrame, type SiteEvent, spliceJson, stateKey } from "@pbxis/shared";
import type { LogItem, Part, ReadResult, Sequenced } from "../site/api.ts";

/**
 * `start` answers a connection, which always gets at least one frame. `every` fills a gap. `collapse` lets a slow
 * client catch up with the last value of each state and every occurrence (EV11, ST4).
 */
export type Pace = "start" | "every" | "collapse";

/** A frame, and the position of a client that has received it. */
export type PlacedFrame = Readonly<{ sequence: number; frame: ServerFrame }>;

export function textsOfResult(result: ReadResult, pace: Pace): PlacedText[] {
  if (result.kind === "events") return framesOfEvents(result, pace).map(textOfFrame);
  const { link, asOf, text, since } = result;
  const { epoch, sequence } = result.cursor;
  // A client that loses its connection between the two frames resumes where the epoch began.
  const cursor = { epoch, sequence: since?.begun ?? sequence };
  const head = JSON.stringify({ type: "snapshot", cursor: encodeCursor(cursor), link, asOf });
  const snapshot = { sequence: cursor.sequence, text: spliceJson(head, "events", `[${text}]`) };
  return [snapshot, ...framesOfItems(result.cursor, since?.items ?? []).map(textOfFrame)];
}

function textOfFrame({ sequence, frame }: PlacedFrame): PlacedText {
  return { sequence, text: JSON.stringify(frame) };
}

function framesOfEvents({ cursor, items }: Extract<ReadResult, { kind: "events" }>, pace: Pace): PlacedFrame[] {
  const frames = framesOfItems(cursor, pace === "collapse" ? collapse(items) : items);
  // ST1: a resume is always answered by an `events` frame, even if nothing but the link changed meanwhile.
  if (pace === "start" && !frames.some(({ frame }) => frame.type === "events"))
    frames.push({ sequence: cursor.sequence, frame: { type: "events", cursor: encodeCursor(cursor), events: [] } });
  return frames;
}

/** A frame as it is sent, and the position of a client that has received it. */
export type PlacedText = Readonly<{ sequence: number; text: string }>;

/** The same for a delivery. Consecutive events share a frame, which is made of their text without parsing it. */
export function textsOfParts(through: Cursor, parts: readonly Part[]): PlacedText[] {
  const runs: { kind: Part["kind"]; sequence: number; text: string }[] = [];
  for (const { kind, last, text } of parts) {
    const run = runs.at(-1);
    if (run?.kind === "events" && kind === "events") {
      run.text += `,${text}`;
      run.sequence = last;
    } else runs.push({ kind, sequence: last, text });
  }
  return runs.map(({ kind, sequence, text }, index) => {
    const end = index === runs.length - 1 ? through.sequence : sequence;
    const cursor = encodeCursor({ epoch: through.epoch, sequence: end });
    return {
      sequence: end,
      text:
        kind === "link"
          ? spliceJson(text, "cursor", JSON.stringify(cursor))
          : spliceJson(JSON.stringify({ type: "events", cursor }), "events", `[${text}]`),
    };
  });
}

/**
 * The last frame has the cursor `through`, so that a client that resumes there does not read again what did not match.
 */
export function framesOfItems(through: Cursor, items: readonly Sequenced[]): PlacedFrame[] {
  const runs: { sequence: number; content: LogItem[] }[] = [];
  for (const [sequence, item] of items) {
    const run = runs.at(-1);
    if (run && item.type !== "link" && run.content[0]?.type !== "link") {
      run.content.push(item);
      run.sequence = sequence;
    } else runs.push({ sequence, content: [item] });
  }
  return runs.map(({ sequence, content }, index) => {
    const end = index === runs.length - 1 ? through.sequence : sequence;
    return { sequence: end, frame: frameOfRun(encodeCursor({ epoch: through.epoch, sequence: end }), content) };
  });
}

function frameOfRun(cursor: string, content: readonly LogItem[]): ServerFrame {
  const events: SiteEvent[] = [];
  for (const item of content) {
    if (item.type === "link") return { ...item, cursor };
    events.push(item);
  }
  return { type: "events", cursor, events };
}

/** Keeps the last value of each state and of the link, in its place, and every occurrence. */
export function collapse(items: readonly Sequenced[]): readonly Sequenced[] {
  const last = new Map<string, number>();
  for (const [sequence, item] of items) {
    const key = collapseKey(item);
    if (key !== undefined) last.set(key, sequence);
  }
  return items.filter(([sequence, item]) => {
    const key = collapseKey(item);
    return key === undefined || last.get(key) === sequence;
  });
}

function collapseKey(item: LogItem): string | undefined {
  return item.type === "link" ? "link" : stateKey(item);
}
