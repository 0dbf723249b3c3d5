/**
 * From what the site's log answers to the frames that a client gets (section 5 of PROTOCOL.md). Pure.
 * Items come in the site's one order (ST2), and frames keep it: consecutive events share one frame, a change of the link has its own.
 */
import { type Cursor, encodeCursor, type ServerFrame, type SiteEvent, spliceJson, stateKey } from "@pbxis/shared";
import type { LogItem, Part, ReadResult, Sequenced } from "../site/api.ts";

/**
 * `start` answers a connection: there is always something to send. `every` fills a gap. `collapse` brings a slow client back: states
 * last wins, occurrences all (EV11, ST4).
 */
export type Pace = "start" | "every" | "collapse";

/** A frame with the sequence at which it leaves its reader. */
export type PlacedFrame = Readonly<{ sequence: number; frame: ServerFrame }>;

export function textsOfResult(result: ReadResult, pace: Pace): PlacedText[] {
  return framesOfResult(result, pace).map(({ sequence, frame }) => ({ sequence, text: JSON.stringify(frame) }));
}

export function framesOfResult(result: ReadResult, pace: Pace): PlacedFrame[] {
  const { cursor } = result;
  if (result.kind === "snapshot") {
    const { link, asOf, events } = result;
    return [
      {
        sequence: cursor.sequence,
        frame: { type: "snapshot", cursor: encodeCursor(cursor), link, asOf, events: [...events] },
      },
    ];
  }
  const frames = framesOfItems(cursor, pace === "collapse" ? collapse(result.items) : result.items);
  // ST1: a resume is always answered by an `events` frame, even if nothing but the link changed meanwhile.
  if (pace === "start" && !frames.some(({ frame }) => frame.type === "events"))
    frames.push({ sequence: cursor.sequence, frame: { type: "events", cursor: encodeCursor(cursor), events: [] } });
  return frames;
}

/** A frame as it is sent, with the sequence at which it leaves its reader. */
export type PlacedText = Readonly<{ sequence: number; text: string }>;

/** The same of a delivery: neighbouring events share a frame, which is made without reading them. */
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

/** The last frame has the cursor `through`, so that whoever resumes there does not ask again for what did not match. */
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

/** Of each state, and of the link, the last value in its place; every occurrence. */
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
