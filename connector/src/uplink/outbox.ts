/**
 * Everything that the site has not acknowledged, and how it is cut into numbered frames (UP2, UP5, UP6).
 *
 * At most one frame is in flight. A frame gets its number when it is cut, so collapsed states leave no gaps in the
 * numbers. The outbox knows nothing of sockets, time or standing by; the session drives it.
 *
 * | mode        | next frame       | leaves it                                          |
 * |-------------|------------------|----------------------------------------------------|
 * | changes     | what is pending  | `snapshotDue` when an occurrence was dropped       |
 * | snapshotDue | none             | `snapshot` by `beginSnapshot`                      |
 * | snapshot    | the next part    | `changes` when the last part is acknowledged       |
 * | any         |                  | `snapshotDue` when the site cannot continue (UP4)  |
 */
import { type AmiStatus, type SequencedFrame, type SiteEvent, spliceJson } from "@pbxis/shared";
import { earlier } from "../util/earlier.ts";
import { fitFrame, type OutboxLimits, outboxLimits } from "./frame-fit.ts";
import { type OldestOccurrences, Pending, type PendingItem } from "./pending.ts";

/** `text` is kept to resend it byte for byte, `items` to requeue them. */
type FrameInFlight = Readonly<{ sequence: number; text: string; items: readonly PendingItem[] }>;

/** A snapshot keeps its `lost` until its last part is acknowledged. */
type Mode =
  | Readonly<{ kind: "changes" }>
  | Readonly<{ kind: "snapshotDue" }>
  | Readonly<{ kind: "snapshot"; ami: AmiStatus; lost: number; rest: readonly SiteEvent[] }>;

type Cut =
  | Readonly<{ kind: "frame"; text: string }>
  | Readonly<{ kind: "snapshotDue" }>
  | Readonly<{ kind: "nothing" }>;

/** Totals are since the start; `sent` counts a resent frame once. */
export type OutboxGauges = Readonly<{
  states: number;
  occurrences: number;
  occurrenceBytes: number;
  sent: number;
  acknowledged: number;
  dropped: number;
}>;

type Envelope<Frame extends SequencedFrame = SequencedFrame> = Frame extends unknown
  ? Omit<Frame, "events" | "completeUntil" | "unseen">
  : never;

export class Outbox {
  /** Since when (ms since 1970) something happened that is still to be found out and pushed; null if nothing is. */
  missingSince: () => number | null = () => null;
  readonly #limits: OutboxLimits;
  readonly #pending: Pending;
  /** No site knows a new epoch, so the first thing to send is a snapshot. */
  #mode: Mode = { kind: "snapshotDue" };
  #inFlight: FrameInFlight | null = null;
  /** Occurrences dropped since the last snapshot. */
  #lost = 0;
  #nextSequence = 1;
  readonly #totals = { sent: 0, acknowledged: 0, dropped: 0 };

  constructor(limits: OutboxLimits = outboxLimits) {
    this.#limits = limits;
    this.#pending = new Pending(limits);
  }

  get inFlight(): Readonly<{ sequence: number; text: string }> | null {
    return this.#inFlight;
  }

  get isSnapshotDue(): boolean {
    return this.#mode.kind === "snapshotDue";
  }

  /** Dropped occurrences that no snapshot has counted yet. */
  get lost(): number {
    return this.#lost;
  }

  get gauges(): OutboxGauges {
    const { stateCount: states, occurrenceCount: occurrences, occurrenceBytes } = this.#pending;
    return { states, occurrences, occurrenceBytes, ...this.#totals };
  }

  pushEvent(event: SiteEvent): void {
    this.#onDropped(this.#pending.pushEvent(event));
  }

  /** Replaces the waiting occurrences, of which none was ever sent, by what `change` makes of them. */
  changeOccurrences(change: (event: SiteEvent) => SiteEvent): void {
    this.#pending.changeOccurrences(change);
  }

  /** The link has a place in the order: the site gets what was pushed before it first. */
  pushLink(ami: AmiStatus): void {
    this.#pending.pushLink(ami);
  }

  /** Adds what an earlier process left: its unacknowledged occurrences, and how many it had dropped unreported. */
  restore(occurrences: readonly SiteEvent[], lost: number): void {
    this.#lost += lost;
    for (const event of occurrences) this.pushEvent(event);
  }

  /** Sends all states anew. The snapshot includes pending states and the link; occurrences follow it. */
  beginSnapshot(events: readonly SiteEvent[], ami: AmiStatus): void {
    this.#mode = { kind: "snapshot", ami, lost: this.#lost, rest: events };
    this.#lost = 0;
    this.#pending.clearStates();
  }

  /** The next frame to send; nothing while one is in flight (ST5). */
  cutFrame(): Cut {
    if (this.#inFlight) return { kind: "nothing" };
    if (this.#mode.kind === "changes" && this.#lost > 0) this.#mode = { kind: "snapshotDue" };
    switch (this.#mode.kind) {
      case "snapshotDue":
        return { kind: "snapshotDue" };
      case "snapshot":
        return this.#cutSnapshot(this.#mode);
      case "changes":
        return this.#cutChanges();
    }
  }

  /**
   * Returns false if no frame `through` was ever sent, which is the site's fault. Repeated acknowledgements are fine.
   */
  acknowledge(through: number): boolean {
    if (through >= this.#nextSequence) return false;
    if (this.#inFlight?.sequence !== through) return true;
    this.#inFlight = null;
    this.#totals.acknowledged += 1;
    if (this.#mode.kind === "snapshot" && this.#mode.rest.length === 0) this.#mode = { kind: "changes" };
    return true;
  }

  /**
   * After a reconnection. `through` is what the site has of this epoch (UP2), null if it does not know the epoch.
   * Unless the site has all frames, or all but the one in flight, its past differs from ours (UP4): then a snapshot
   * is due, numbered as the site expects.
   */
  resume(through: number | null): void {
    const last = this.#nextSequence - 1;
    if (through !== null && through === last) this.acknowledge(through);
    else if (through === null || !this.#inFlight || through !== last - 1) {
      this.requeueInFlight();
      if (through !== null) this.#nextSequence = through + 1;
    }
  }

  /** Nothing counts as sent any more: a snapshot is due, and the occurrences in flight come first after it. */
  requeueInFlight(): void {
    this.#requeue(this.#inFlight?.items ?? []);
  }

  /**
   * The site cannot read the frame in flight and never will. Its occurrences are lost; a snapshot replaces its states.
   */
  abandonInFlight(): void {
    if (!this.#inFlight) return;
    const { items, sequence } = this.#inFlight;
    this.#onDropped(items.filter(({ kind }) => kind === "occurrence").length);
    this.#requeue([]);
    this.#nextSequence = sequence;
  }

  /** The latest status of AMI, unless the site has acknowledged it. */
  unacknowledgedLink(): AmiStatus | undefined {
    if (this.#pending.link) return this.#pending.link;
    const sent = this.#inFlight?.items.find(({ kind }) => kind === "link");
    return sent?.kind === "link" ? sent.ami : undefined;
  }

  /** All occurrences that wait or are in flight, oldest first. */
  unacknowledgedOccurrences(): SiteEvent[] {
    const sent = this.#inFlight?.items ?? [];
    return [
      ...sent.flatMap((item) => (item.kind === "occurrence" ? [item.event] : [])),
      ...this.#pending.occurrences(),
    ];
  }

  /** How many dropped occurrences the site has not acknowledged to know of. */
  unreportedLoss(): number {
    return this.#lost + (this.#mode.kind === "snapshot" ? this.#mode.lost : 0);
  }

  /** No occurrence waits or is in flight, and the site knows of all that were dropped. */
  isDrained(): boolean {
    const isSending = this.#inFlight?.items.some(({ kind }) => kind === "occurrence") ?? false;
    return this.#pending.occurrenceCount === 0 && !isSending && this.unreportedLoss() === 0;
  }

  /** For a handover (UP3): the oldest pending occurrences, as many as one frame holds. */
  oldestOccurrences(): OldestOccurrences {
    return this.#pending.oldestOccurrences();
  }

  /** The site has taken over the occurrences under `keys`, and knows of `lost` dropped ones. */
  onHandedOver(keys: readonly string[], lost: number): void {
    for (const key of keys) this.#pending.remove(key);
    this.#lost -= lost;
  }

  #cutSnapshot(mode: Extract<Mode, { kind: "snapshot" }>): Cut {
    const { ami, lost } = mode;
    const texts = fitFrame(mode.rest, JSON.stringify, this.#limits);
    const rest = mode.rest.slice(texts.length);
    this.#mode = { ...mode, rest };
    return this.#send({ type: "snapshot", sequence: this.#nextSequence, more: rest.length > 0, lost, ami }, [], texts);
  }

  #cutChanges(): Cut {
    const content = this.#pending.takeFrame();
    const sequence = this.#nextSequence;
    switch (content?.kind) {
      case undefined:
        return { kind: "nothing" };
      case "link":
        return this.#send({ type: "link", sequence, ami: content.ami }, content.items, null);
      case "events":
        return this.#send({ type: "events", sequence }, content.items, content.texts);
    }
  }

  /** `events` is the JSON of each event; null for a frame without events. */
  #send(envelope: Envelope, items: readonly PendingItem[], events: readonly string[] | null): Cut {
    const completeUntil = earlier(this.missingSince() ?? undefined, this.#pending.oldestAt());
    const head = JSON.stringify({ ...envelope, completeUntil, unseen: this.#pending.takeUnseen() });
    const text = events ? spliceJson(head, "events", `[${events.join(",")}]`) : head;
    this.#inFlight = { sequence: envelope.sequence, text, items };
    this.#nextSequence = envelope.sequence + 1;
    this.#totals.sent += 1;
    return { kind: "frame", text };
  }

  #requeue(items: readonly PendingItem[]): void {
    this.#inFlight = null;
    if (this.#mode.kind === "snapshot") this.#lost += this.#mode.lost;
    this.#mode = { kind: "snapshotDue" };
    this.#onDropped(this.#pending.requeue(items));
  }

  #onDropped(count: number): void {
    this.#lost += count;
    this.#totals.dropped += count;
  }
}
