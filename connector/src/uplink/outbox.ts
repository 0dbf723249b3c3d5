/**
 * What the site has not yet confirmed, in order, and how it is cut into frames (EV11, UP2, UP5, UP6).
 *
 * States and the link wait under a key, so that a newer value replaces the older one and takes the newer place; occurrences
 * all wait. At most one frame is in flight. Numbers are given when a frame is cut, so collapsing leaves no gaps in them.
 * It knows nothing of sockets and time. An outbox is changed in place: copying thousands of states for each event would
 * cost more than all else the connector does.
 */
import {
  type AmiStatus,
  eventTraits,
  maxUplinkFrameBytes,
  type SequencedFrame,
  type SiteEvent,
  stateKey,
} from "@pbxis/shared";

/**
 * The bounds of an outbox. States need none: there is one a key, and Asterisk's configuration bounds the keys. Beyond
 * `occurrences` or `occurrenceBytes` the oldest occurrences are dropped and counted, which forces a snapshot that says so (UP6).
 */
export type OutboxLimits = Readonly<{
  frameBytes: number;
  frameEvents: number;
  occurrences: number;
  occurrenceBytes: number;
}>;

export const outboxLimits: OutboxLimits = {
  frameBytes: maxUplinkFrameBytes,
  frameEvents: 2_000,
  occurrences: 50_000,
  occurrenceBytes: 24_000_000,
};

/** An occurrence is told as it is, so that it is made text when it comes, and not while the site waits for the next frame. */
type Entry =
  | Readonly<{ kind: "state"; event: SiteEvent }>
  | Readonly<{ kind: "occurrence"; event: SiteEvent; text: string; bytes: number }>
  | Readonly<{ kind: "link"; ami: AmiStatus }>;

/** `text` is kept so that it is repeated byte for byte; `entries` so that it can be taken back. */
type InFlight = Readonly<{ sequence: number; text: string; entries: readonly Entry[] }>;

/**
 * What the next frame is made of. `lost` stays with a snapshot until its last part is confirmed.
 *
 * | mode        | next frame             | leaves it                                       |
 * |-------------|------------------------|-------------------------------------------------|
 * | changes     | from `pending`         | `snapshotDue` when something was lost           |
 * | snapshotDue | none                   | `snapshot` by `beginSnapshot`                   |
 * | snapshot    | the next part          | `changes` when the last part is confirmed       |
 * | any         |                        | `snapshotDue` when the site cannot go on (UP4)  |
 */
type Mode =
  | Readonly<{ kind: "changes" }>
  | Readonly<{ kind: "snapshotDue" }>
  | Readonly<{ kind: "snapshot"; ami: AmiStatus; lost: number; rest: readonly SiteEvent[] }>;

export type Outbox = {
  readonly limits: OutboxLimits;
  mode: Mode;
  inFlight: InFlight | null;
  /** In the order of the last change. States are under their `stateKey`, the link under `link`, occurrences under `#` and a serial. */
  pending: Map<string, Entry>;
  /** The keys of the pending occurrences, oldest first. */
  occurrences: Set<string>;
  occurrenceBytes: number;
  /** Occurrences dropped since the last snapshot. */
  lost: number;
  /**
   * While another connector holds the uplink (see `standby`): all that waits was heard after `since` (ms, steady); null: before that one came, or
   * nobody knows when.
   */
  standby: Readonly<{ since: number | null }> | null;
  nextSequence: number;
  nextSerial: number;
  /** Since the start, for whoever watches: frames without repetitions, and occurrences that were dropped. */
  readonly counts: { sent: number; acknowledged: number; dropped: number };
};

/** A site never knows a new epoch, so the first thing told is a snapshot. */
export function createOutbox(limits: OutboxLimits = outboxLimits): Outbox {
  return {
    limits,
    mode: { kind: "snapshotDue" },
    inFlight: null,
    pending: new Map(),
    occurrences: new Set(),
    occurrenceBytes: 0,
    lost: 0,
    standby: null,
    nextSequence: 1,
    nextSerial: 0,
    counts: { sent: 0, acknowledged: 0, dropped: 0 },
  };
}

export function pushEvent(outbox: Outbox, event: SiteEvent): void {
  if (eventTraits[event.type].kind === "occurrence") {
    const text = JSON.stringify(event);
    pushOccurrence(outbox, { kind: "occurrence", event, text, bytes: Buffer.byteLength(text) });
    dropBeyondLimits(outbox);
  } else {
    pushLatest(outbox, stateKey(event) as string, { kind: "state", event });
  }
}

/** The link has a place in the order: what was pushed before it is told before it. */
export function pushLink(outbox: Outbox, ami: AmiStatus): void {
  pushLatest(outbox, "link", { kind: "link", ami });
}

/** Begins to tell everything anew. Pending states and link changes are part of the snapshot; occurrences follow it. */
export function beginSnapshot(outbox: Outbox, events: readonly SiteEvent[], ami: AmiStatus): void {
  outbox.mode = { kind: "snapshot", ami, lost: outbox.lost, rest: events };
  outbox.lost = 0;
  for (const [key, entry] of outbox.pending) if (entry.kind !== "occurrence") outbox.pending.delete(key);
}

export type Cut =
  | Readonly<{ kind: "frame"; text: string }>
  | Readonly<{ kind: "snapshotDue" }>
  | Readonly<{ kind: "nothing" }>;

/** The next frame to send, if there may be one: nothing while another one is in flight (ST5). */
export function cutFrame(outbox: Outbox): Cut {
  if (outbox.inFlight) return { kind: "nothing" };
  if (outbox.mode.kind === "changes" && outbox.lost > 0) outbox.mode = { kind: "snapshotDue" };
  switch (outbox.mode.kind) {
    case "snapshotDue":
      return { kind: "snapshotDue" };
    case "snapshot":
      return cutSnapshot(outbox, outbox.mode);
    case "changes":
      return cutChanges(outbox);
  }
}

/** True if `through` was the frame in flight or an older one; false for a frame that was never sent, which is the site's fault. */
export function acknowledge(outbox: Outbox, through: number): boolean {
  if (through >= outbox.nextSequence) return false;
  if (outbox.inFlight?.sequence !== through) return true;
  outbox.inFlight = null;
  outbox.counts.acknowledged += 1;
  if (outbox.mode.kind === "snapshot" && outbox.mode.rest.length === 0) outbox.mode = { kind: "changes" };
  return true;
}

/**
 * After a reconnection: `through` is what the site has of this epoch (UP2). Where that is neither all nor all but the frame in
 * flight, the site has another past than we remember (UP4): then everything is told anew, numbered as the site expects it.
 */
export function resume(outbox: Outbox, through: number | null): void {
  outbox.standby = null;
  const last = outbox.nextSequence - 1;
  if (through !== null && through === last) acknowledge(outbox, through);
  else if (through === null || !outbox.inFlight || through !== last - 1) {
    withdraw(outbox, outbox.inFlight?.entries ?? []);
    if (through !== null) outbox.nextSequence = through + 1;
  }
}

/** What AMI is now, if the site has not confirmed to know it. */
export function untoldLink({ pending, inFlight }: Outbox): AmiStatus | undefined {
  const entries = [...(inFlight?.entries ?? []), pending.get("link")];
  return entries.findLast((entry) => entry?.kind === "link")?.ami;
}

/** No occurrence waits, or is on its way, and none was dropped without the site knowing of it. */
export function isAllTold(outbox: Outbox): boolean {
  const { occurrences, inFlight } = outbox;
  return (
    occurrences.size === 0 && !inFlight?.entries.some(({ kind }) => kind === "occurrence") && untoldLoss(outbox) === 0
  );
}

/** How many occurrences were dropped of which the site has not confirmed to know. */
export function untoldLoss({ lost, mode }: Outbox): number {
  return lost + (mode.kind === "snapshot" ? mode.lost : 0);
}

/** All occurrences that wait or are on their way, in order. */
export function untold({ pending, inFlight }: Outbox): SiteEvent[] {
  const entries = [...(inFlight?.entries ?? []), ...pending.values()];
  return entries.flatMap((entry) => (entry.kind === "occurrence" ? [entry.event] : []));
}

/** The site cannot read the frame in flight, and never will: its occurrences are lost, and a snapshot tells the rest. */
export function abandonInFlight(outbox: Outbox): void {
  if (!outbox.inFlight) return;
  const { entries, sequence } = outbox.inFlight;
  const dropped = entries.filter((entry) => entry.kind === "occurrence").length;
  outbox.lost += dropped;
  outbox.counts.dropped += dropped;
  withdraw(outbox, []);
  outbox.nextSequence = sequence;
}

/** Nothing counts as sent any more: a snapshot is due, and the occurrences among `entries` come first after it. */
export function withdraw(outbox: Outbox, entries: readonly Entry[]): void {
  const later = outbox.pending;
  outbox.pending = new Map();
  outbox.occurrences = new Set();
  outbox.occurrenceBytes = 0;
  for (const entry of [...entries, ...later.values()]) if (entry.kind === "occurrence") pushOccurrence(outbox, entry);
  outbox.inFlight = null;
  if (outbox.mode.kind === "snapshot") outbox.lost += outbox.mode.lost;
  outbox.mode = { kind: "snapshotDue" };
  dropBeyondLimits(outbox);
}

function pushLatest(outbox: Outbox, key: string, entry: Entry): void {
  outbox.pending.delete(key);
  outbox.pending.set(key, entry);
}

function pushOccurrence(outbox: Outbox, entry: Extract<Entry, { kind: "occurrence" }>): void {
  const key = `#${outbox.nextSerial++}`;
  outbox.pending.set(key, entry);
  outbox.occurrences.add(key);
  outbox.occurrenceBytes += entry.bytes;
}

function dropBeyondLimits(outbox: Outbox): void {
  const { limits } = outbox;
  for (const key of outbox.occurrences) {
    if (outbox.occurrences.size <= limits.occurrences && outbox.occurrenceBytes <= limits.occurrenceBytes) return;
    takePending(outbox, key);
    outbox.lost += 1;
    outbox.counts.dropped += 1;
  }
}

export function takePending(outbox: Outbox, key: string): void {
  const entry = outbox.pending.get(key);
  outbox.pending.delete(key);
  if (entry?.kind !== "occurrence") return;
  outbox.occurrences.delete(key);
  outbox.occurrenceBytes -= entry.bytes;
}

function cutSnapshot(outbox: Outbox, mode: Extract<Mode, { kind: "snapshot" }>): Cut {
  const { ami, lost } = mode;
  const texts = fitting(mode.rest, JSON.stringify, outbox.limits);
  outbox.mode = { ...mode, rest: mode.rest.slice(texts.length) };
  const more = outbox.mode.rest.length > 0;
  return dispatch(outbox, { type: "snapshot", sequence: outbox.nextSequence, more, lost, ami }, [], texts);
}

function cutChanges(outbox: Outbox): Cut {
  const [first] = outbox.pending.values();
  if (!first) return { kind: "nothing" };
  if (first.kind === "link") {
    takePending(outbox, "link");
    return dispatch(outbox, { type: "link", sequence: outbox.nextSequence, ami: first.ami }, [first]);
  }
  const texts = fitting(
    entriesBeforeLink(outbox.pending),
    (entry) => (entry.kind === "occurrence" ? entry.text : JSON.stringify(entry.event)),
    outbox.limits,
  );
  const entries: Entry[] = [];
  for (const [key, entry] of outbox.pending) {
    if (entries.length === texts.length) break;
    takePending(outbox, key);
    entries.push(entry);
  }
  return dispatch(outbox, { type: "events", sequence: outbox.nextSequence }, entries, texts);
}

function* entriesBeforeLink(pending: ReadonlyMap<string, Entry>): Iterable<Exclude<Entry, { kind: "link" }>> {
  for (const entry of pending.values()) {
    if (entry.kind === "link") return;
    yield entry;
  }
}

type Envelope<Frame extends SequencedFrame = SequencedFrame> = Frame extends unknown ? Omit<Frame, "events"> : never;

/** `events`: the JSON of each, for a frame that has some. */
function dispatch(outbox: Outbox, envelope: Envelope, entries: readonly Entry[], events?: readonly string[]): Cut {
  const around = JSON.stringify(envelope);
  const text = events ? `${around.slice(0, -1)},"events":[${events.join(",")}]}` : around;
  outbox.inFlight = { sequence: envelope.sequence, text, entries };
  outbox.nextSequence = envelope.sequence + 1;
  outbox.counts.sent += 1;
  return { kind: "frame", text };
}

/** More than any frame has around its events: type, numbers, and an Asterisk version of at most 128 characters. */
const envelopeBytes = 1_024;

/**
 * The JSON of as many of the first `items` as one frame takes. At least one, lest nothing ever moved: one event comes from one AMI packet,
 * and the framer's limit on those is far below a frame's.
 */
export function fitting<Item>(items: Iterable<Item>, textOf: (item: Item) => string, limits: OutboxLimits): string[] {
  const taken: string[] = [];
  let bytes = envelopeBytes;
  for (const item of items) {
    const text = textOf(item);
    bytes += Buffer.byteLength(text) + 1;
    if (taken.length > 0 && (bytes > limits.frameBytes || taken.length === limits.frameEvents)) break;
    taken.push(text);
  }
  return taken;
}
