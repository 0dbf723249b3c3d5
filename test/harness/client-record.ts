/**
 * The record of one client's stream: its frames, the resulting states, and each occurrence. ST1 and ST2 are checked for
 * every frame, so that every test with a client tests them, too.
 */
import {
  applyEvent,
  type LinkState,
  parseCursor,
  ServerFrame,
  type SiteEvent,
  type StateMap,
  stateKey,
} from "@pbxis/shared";

export type ClientRecord = {
  frames: ServerFrame[];
  states: StateMap;
  /** All occurrences in order of arrival; a snapshot does not clear them. */
  occurrences: SiteEvent[];
  /** All events of `events` frames, in order. */
  events: SiteEvent[];
  cursor: string | null;
  link: LinkState | null;
  /** A description of each violation. Tests expect this list to be empty at their end. */
  violations: string[];
};

export function createClientRecord(): ClientRecord {
  return { frames: [], states: new Map(), occurrences: [], events: [], cursor: null, link: null, violations: [] };
}

/** Records one frame. A text that is not a valid frame is a violation. */
export function recordFrame(record: ClientRecord, text: string): ServerFrame | undefined {
  const parsed = ServerFrame.safeParse(JSON.parse(text));
  if (!parsed.success) {
    record.violations.push(`invalid frame: ${text.slice(0, 200)}: ${parsed.error.message}`);
    return undefined;
  }
  const frame = parsed.data;
  record.frames.push(frame);
  checkCursor(record, frame);
  record.cursor = frame.cursor;
  switch (frame.type) {
    case "snapshot":
      record.states = new Map();
      record.link = frame.link;
      for (const event of frame.events) {
        if (stateKey(event) === undefined) record.violations.push(`an occurrence in a snapshot: ${event.type}`);
        if (stateKey(event) !== undefined && record.states.has(stateKey(event) as string))
          record.violations.push(`a state twice in a snapshot: ${stateKey(event)}`);
        applyEvent(record.states, event);
      }
      break;
    case "events":
      for (const event of frame.events) {
        applyEvent(record.states, event);
        record.events.push(event);
        if (stateKey(event) === undefined) record.occurrences.push(event);
      }
      break;
    case "link":
      record.link = frame.link;
  }
  return frame;
}

function checkCursor(record: ClientRecord, frame: ServerFrame): void {
  const before = record.cursor === null ? undefined : parseCursor(record.cursor);
  const now = parseCursor(frame.cursor);
  if (!now) record.violations.push(`invalid cursor: ${frame.cursor}`);
  if (frame.type === "snapshot" || !now) return;
  if (!before) record.violations.push(`ST1: ${frame.type} before any snapshot`);
  else if (before.epoch !== now.epoch) record.violations.push(`ST1: epoch ${now.epoch} without a snapshot`);
  else if (now.sequence < before.sequence) record.violations.push(`ST2: ${frame.cursor} after ${record.cursor}`);
  else if (now.sequence === before.sequence && !(frame.type === "events" && frame.events.length === 0))
    record.violations.push(`ST1: something new at the same cursor ${frame.cursor}`);
}
