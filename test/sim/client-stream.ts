/**
 * What one client was told, from its first frame to the end of the simulation, and whether that is what the site's log has: each occurrence once,
 * in the log's order, nothing outside its audience (EV10, EV11, ST1, ST2).
 */
import { parseCursor, type SiteEvent, stateKey } from "@pbxis/shared";
import { type ClientRecord, createClientRecord, recordFrame } from "../harness/client-record.ts";
import { type Audience, maySee } from "./audience.ts";
import type { SiteHistory } from "./history.ts";

/** What lies between two snapshots: `after` is the first one's position. */
type Segment = { epoch: string; after: number; through: number; occurrences: SiteEvent[] };

export type ClientStream = Readonly<{
  name: string;
  audience: Audience;
  record: ClientRecord;
  segments: Segment[];
  counts: { frames: number; events: number; snapshots: number; occurrences: number };
  take: (text: string) => void;
}>;

export function createClientStream(name: string, audience: Audience): ClientStream {
  const record = createClientRecord();
  const segments: Segment[] = [];
  const counts = { frames: 0, events: 0, snapshots: 0, occurrences: 0 };

  function take(text: string): void {
    const frame = recordFrame(record, text);
    if (!frame) return;
    counts.frames++;
    // What the harness keeps for tests that look at single frames is not needed here.
    record.frames.length = 0;
    record.events.length = 0;
    const position = parseCursor(frame.cursor);
    if (!position) return;
    if (frame.type === "snapshot") {
      counts.snapshots++;
      segments.push({ epoch: position.epoch, after: position.sequence, through: position.sequence, occurrences: [] });
    }
    const segment = segments.at(-1);
    if (segment) segment.through = position.sequence;
    if (frame.type === "link") return;
    for (const event of frame.events) {
      counts.events++;
      if (!maySee(audience, event))
        record.violations.push(`EV10: was told what it may not see: ${JSON.stringify(event)}`);
      if (frame.type === "snapshot" || stateKey(event) !== undefined) continue;
      counts.occurrences++;
      segment?.occurrences.push(event);
    }
  }

  return { name, audience, record, segments, counts, take };
}

/** Broken promises, as sentences. A stretch whose place in the log was overwritten before it was looked at cannot be judged; both are counted. */
export function judgeClientStream(
  { name, audience, record, segments }: ClientStream,
  history: SiteHistory,
  judged: { "stretches judged": number; "stretches not judged": number },
): string[] {
  const found = record.violations.map((violation) => `${name}: ${violation}`);
  for (const { epoch, after, through, occurrences } of segments) {
    const logged = history.occurrences(epoch, after, through);
    judged[logged ? "stretches judged" : "stretches not judged"]++;
    if (!logged) continue;
    const due = logged.filter((event) => maySee(audience, event)).map((event) => JSON.stringify(event));
    const told = occurrences.map((event) => JSON.stringify(event));
    const at = `between ${epoch}-${after} and ${through}`;
    for (const [index, text] of told.entries())
      if (told.indexOf(text) !== index) found.push(`${name}: EV11: told twice ${at}: ${text}`);
    for (const text of due) if (!told.includes(text)) found.push(`${name}: EV11: never told ${at}: ${text}`);
    for (const text of told) if (!due.includes(text)) found.push(`${name}: EV11: not in the log ${at}: ${text}`);
    if (found.length === 0 && told.join() !== due.join()) found.push(`${name}: ST2: told in another order ${at}`);
  }
  return found;
}
