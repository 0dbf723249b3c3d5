/**
 * What waits for the next frames, in order (EV11).
 *
 * A state and the link wait under a key: a newer value replaces the older one and moves to the end. Occurrences all
 * wait, up to the limits; beyond them the oldest are dropped, and the caller learns how many. The collection is changed
 * in place: copying thousands of states for each event would cost more than all else the connector does.
 */
import { type AmiStatus, eventTraits, type SiteEvent, stateKey } from "@pbxis/shared";
import { fitFrame, type OutboxLimits } from "./frame-fit.ts";

/** An occurrence becomes text when it arrives, so that this work is done before the site waits for the next frame. */
export type PendingItem = PendingEvent | Readonly<{ kind: "link"; ami: AmiStatus }>;
type PendingEvent = Readonly<{ kind: "state"; event: SiteEvent }> | Occurrence;
type Occurrence = Readonly<{ kind: "occurrence"; event: SiteEvent; text: string; bytes: number }>;

/** What one frame carries. `texts` is the JSON of each event. */
type FrameContent =
  | Readonly<{ kind: "link"; ami: AmiStatus; items: readonly PendingItem[] }>
  | Readonly<{ kind: "events"; texts: readonly string[]; items: readonly PendingItem[] }>;

/** The oldest occurrences, as many as one frame holds. `keys` are their places here; `isAll`: no others wait. */
export type OldestOccurrences = Readonly<{ keys: readonly string[]; events: SiteEvent[]; isAll: boolean }>;

type Span = Readonly<{ from: number; to: number }>;

const linkKey = "link";
/** States of which the site sums up how long they last (EV19). */
const timed: ReadonlySet<SiteEvent["type"]> = new Set(["extensionStatus", "phoneNumber", "queueMemberStatus"]);
/** EV18: gaps of up to a second do not count. */
const shortGapMs = 1_000;

export class Pending {
  readonly #limits: OutboxLimits;
  /** In the order of the last change. States are under their `stateKey`, occurrences under `#` and a serial number. */
  #items = new Map<string, PendingItem>();
  /** The keys of the waiting occurrences, oldest first. */
  #occurrences = new Set<string>();
  #occurrenceBytes = 0;
  #nextSerial = 0;
  /** When agents' states that were replaced here would have counted (ms since 1970); null if none was. */
  #unseen: Span | null = null;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  /** How many states and links wait. */
  get stateCount(): number {
    return this.#items.size - this.#occurrences.size;
  }

  get occurrenceCount(): number {
    return this.#occurrences.size;
  }

  /** The JSON of the waiting occurrences, in bytes. */
  get occurrenceBytes(): number {
    return this.#occurrenceBytes;
  }

  get link(): AmiStatus | undefined {
    const item = this.#items.get(linkKey);
    return item?.kind === "link" ? item.ami : undefined;
  }

  /** When the first of the waiting occurrences happened (ms since 1970); undefined if none waits. */
  oldestAt(): number | undefined {
    let oldest: number | undefined;
    for (const key of this.#occurrences) {
      const item = this.#items.get(key);
      if (item?.kind === "occurrence") oldest = Math.min(oldest ?? item.event.at, item.event.at);
    }
    return oldest;
  }

  /** All waiting occurrences, oldest first. */
  occurrences(): SiteEvent[] {
    return [...this.#items.values()].flatMap((item) => (item.kind === "occurrence" ? [item.event] : []));
  }

  /** Returns how many occurrences were dropped to stay within the limits. */
  pushEvent(event: SiteEvent): number {
    if (eventTraits[event.type].kind === "occurrence") {
      this.#addOccurrence(occurrenceOf(event));
      return this.#dropBeyondLimits();
    }
    this.#replace(stateKey(event) as string, { kind: "state", event });
    return 0;
  }

  /** Replaces the waiting occurrences, which were never sent, by what `change` makes of them. */
  changeOccurrences(change: (event: SiteEvent) => SiteEvent): void {
    for (const [key, item] of this.#items) {
      if (item.kind !== "occurrence") continue;
      const changed = occurrenceOf(change(item.event));
      this.#occurrenceBytes += changed.bytes - item.bytes;
      this.#items.set(key, changed);
    }
  }

  /** The link has a place in the order: the site gets what was pushed before it first. */
  pushLink(ami: AmiStatus): void {
    this.#replace(linkKey, { kind: "link", ami });
  }

  /** Forgets states and link, which a snapshot carries. What it did not get before, the site knows. */
  clearStates(): void {
    this.#unseen = null;
    for (const [key, item] of this.#items) if (item.kind !== "occurrence") this.#items.delete(key);
  }

  /**
   * Puts the occurrences among `items` before those that wait, and forgets states and link. Returns how many
   * occurrences were dropped to stay within the limits.
   */
  requeue(items: readonly PendingItem[]): number {
    const later = this.#items;
    this.#items = new Map();
    this.#occurrences = new Set();
    this.#occurrenceBytes = 0;
    for (const item of [...items, ...later.values()]) if (item.kind === "occurrence") this.#addOccurrence(item);
    return this.#dropBeyondLimits();
  }

  /**
   * Removes what the next frame carries: the link alone, or the events before it, as many as fit. Null if nothing
   * waits.
   */
  takeFrame(): FrameContent | null {
    const [first] = this.#items.values();
    if (!first) return null;
    if (first.kind === "link") {
      this.#items.delete(linkKey);
      return { kind: "link", ami: first.ami, items: [first] };
    }
    const texts = fitFrame(this.#eventsBeforeLink(), textOf, this.#limits);
    const items: PendingItem[] = [];
    for (const [key, item] of this.#items) {
      if (items.length === texts.length) break;
      this.remove(key);
      items.push(item);
    }
    return { kind: "events", texts, items };
  }

  oldestOccurrences(): OldestOccurrences {
    const keys = [...this.#occurrences];
    const waiting = keys.flatMap((key) => {
      const item = this.#items.get(key);
      return item?.kind === "occurrence" ? [item] : [];
    });
    const count = fitFrame(waiting, textOf, this.#limits).length;
    return {
      keys: keys.slice(0, count),
      events: waiting.slice(0, count).map(({ event }) => event),
      isAll: count === keys.length,
    };
  }

  /** Without effect if nothing waits under `key` any more. */
  remove(key: string): void {
    const item = this.#items.get(key);
    this.#items.delete(key);
    if (item?.kind !== "occurrence") return;
    this.#occurrences.delete(key);
    this.#occurrenceBytes -= item.bytes;
  }

  /** Of the states of agents that changed then, the frames from now on carry the last ones only. Undefined for none. */
  takeUnseen(): Span | undefined {
    const unseen = this.#unseen;
    this.#unseen = null;
    return unseen && unseen.to - unseen.from > shortGapMs ? unseen : undefined;
  }

  #replace(key: string, item: PendingItem): void {
    const waiting = this.#items.get(key);
    if (waiting?.kind === "state" && item.kind === "state" && timed.has(item.event.type)) {
      const [from, to] = [waiting.event.at, item.event.at];
      this.#unseen = { from: Math.min(from, this.#unseen?.from ?? from), to: Math.max(to, this.#unseen?.to ?? to) };
    }
    this.#items.delete(key);
    this.#items.set(key, item);
  }

  #addOccurrence(item: Occurrence): void {
    const key = `#${this.#nextSerial++}`;
    this.#items.set(key, item);
    this.#occurrences.add(key);
    this.#occurrenceBytes += item.bytes;
  }

  #dropBeyondLimits(): number {
    const { occurrences, occurrenceBytes } = this.#limits;
    let dropped = 0;
    for (const key of this.#occurrences) {
      if (this.#occurrences.size <= occurrences && this.#occurrenceBytes <= occurrenceBytes) break;
      this.remove(key);
      dropped += 1;
    }
    return dropped;
  }

  *#eventsBeforeLink(): Iterable<PendingEvent> {
    for (const item of this.#items.values()) {
      if (item.kind === "link") return;
      yield item;
    }
  }
}

function occurrenceOf(event: SiteEvent): Occurrence {
  const text = JSON.stringify(event);
  return { kind: "occurrence", event, text, bytes: Buffer.byteLength(text) };
}

function textOf(item: PendingEvent): string {
  return item.kind === "occurrence" ? item.text : JSON.stringify(item.event);
}
