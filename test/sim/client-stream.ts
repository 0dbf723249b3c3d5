/**
 * Everything that one client received, compared with the site's log: each occurrence exactly once, in the log's order,
 * and no event outside the client's audience (EV10, EV11, ST1, ST2).
 */
import { parseCursor, type SiteEvent, stateKey } from "@pbxis/shared";
import { type ClientRecord, createClientRecord, recordFrame } from "../harness/client-record.ts";
import { type Audience, asSeen, maySee } from "./audience.ts";
import type { SiteHistory } from "./history.ts";

/** The part of a stream between two snapshots; `after` is the position of the first snapshot. */
type Segment = { epoch: string; after: number; through: number; occurrences: SiteEvent[] };

export type ClientStream = Readonly<{
  name: string;
  audience: Audience;
  record: ClientRecord;
  segments: Segment[];
  counts: { frames: number; events: number; snapshots: number; occurrences: number };
  receive: (text: string) => void;
}>;

export function createClientStream(name: string, audience: Audience): ClientStream {
  const record = createClientRecord();
  const segments: Segment[] = [];
  const counts = { frames: 0, events: 0, snapshots: 0, occurrences: 0 };

  function receive(text: string): void {
    const frame = recordFrame(record, text);
    if (!frame) return;
    counts.frames++;
    // Single frames and events are not checked here, and would use too much memory.
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
        record.violations.push(`EV10: received an event outside its audience: ${JSON.stringify(event)}`);
      if (frame.type === "snapshot" || stateKey(event) !== undefined) continue;
      counts.occurrences++;
      segment?.occurrences.push(event);
    }
  }

  return { name, audience, record, segments, counts, receive };
}

/**
 * Describes each violation. A part of the stream whose log rows were deleted before they were read cannot be checked;
 * both cases are counted.
 */
export function checkClientStream(
  { name, audience, record, segments }: ClientStream,
  history: SiteHistory,
  rangeCounts: { "log ranges checked": number; "log ranges not checked": number },
): string[] {
  const found = record.violations.map((violation) => `${name}: ${violation}`);
  for (const [index, { epoch, after, through, occurrences }] of segments.entries()) {
    const before = segments[index - 1];
    const swallowed = (before && history.sinceBeginning(before.epoch, epoch, after)) ?? [];
    for (const event of swallowed)
      if (maySee(audience, event))
        found.push(`${name}: UP6: never received of the new epoch ${epoch}: ${JSON.stringify(event)}`);
    const logged = history.occurrences(epoch, after, through);
    rangeCounts[logged ? "log ranges checked" : "log ranges not checked"]++;
    if (!logged) continue;
    const expectedTexts = logged
      .filter((event) => maySee(audience, event))
      .map((event) => JSON.stringify(asSeen(audience, event)));
    const receivedTexts = occurrences.map((event) => JSON.stringify(event));
    const at = `between ${epoch}-${after} and ${through}`;
    for (const [index, text] of receivedTexts.entries())
      if (receivedTexts.indexOf(text) !== index) found.push(`${name}: EV11: received twice ${at}: ${text}`);
    for (const text of expectedTexts)
      if (!receivedTexts.includes(text)) found.push(`${name}: EV11: never received ${at}: ${text}`);
    for (const text of receivedTexts)
      if (!expectedTexts.includes(text)) found.push(`${name}: EV11: not in the log ${at}: ${text}`);
    if (found.length === 0 && receivedTexts.join() !== expectedTexts.join())
      found.push(`${name}: ST2: received in another order ${at}`);
  }
  return found;
}
