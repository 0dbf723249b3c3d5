/**
 * One subscription's life, as a pure table of states: when to connect and from where, what a frame means, when to give up and how long to
 * wait (ST1, ST3, ST4). Sockets, clocks and chance are outside.
 *
 * | status     | what holds                          | leaves it                                                    |
 * |------------|-------------------------------------|--------------------------------------------------------------|
 * | connecting | a stream is being opened            | first frame → live · refused, closed, silent → waiting, stopped |
 * | live       | frames come                         | closed, silent, unreadable → waiting, stopped                |
 * | waiting    | no stream until `until`             | `until` → connecting                                         |
 * | stopped    | it would fail again, or was closed  |                                                              |
 */
import { type Backoff, backoffDelayMs } from "../backoff.ts";
import { parseCursor } from "../protocol/cursor.ts";
import type { SiteEvent } from "../protocol/event.ts";
import { stateKey } from "../protocol/event-traits.ts";
import type { ServerFrame } from "../protocol/frame.ts";
import type { LinkState } from "../protocol/link.ts";
import { type Ending, judge } from "./ending.ts";
import { type Changes, Mirror } from "./mirror.ts";

/** Times in ms of the client's own steady clock. */
export type Status =
  | Readonly<{ kind: "connecting" | "live" }>
  | Readonly<{ kind: "waiting"; until: number; because: string }>
  | Readonly<{ kind: "stopped"; because: string }>;

type Moment = Readonly<{ at: number; random: number }>;
export type Input =
  | (Moment & Readonly<{ kind: "due" }>)
  | (Moment & Readonly<{ kind: "frame"; text: string }>)
  /** A sign of life that is no frame. */
  | Readonly<{ kind: "heard"; at: number }>
  | (Moment & Readonly<{ kind: "ended"; ending: Ending }>)
  | Readonly<{ kind: "close" }>;

export type Output =
  /** `freshToken`: the last one was refused or has ended. */
  | Readonly<{ kind: "connect"; since: string | null; freshToken: boolean }>
  | Readonly<{ kind: "acknowledge"; cursor: string }>
  | Readonly<{ kind: "ping" }>
  | Readonly<{ kind: "disconnect" }>
  | Readonly<{ kind: "changed"; changes: Changes }>
  /** EV11: told once each, over all cuts. */
  | Readonly<{ kind: "occurred"; event: SiteEvent }>
  /** What happened meanwhile could not be told: occurrences may be missing, states are right again. */
  | Readonly<{ kind: "gap" }>
  | Readonly<{ kind: "link"; link: LinkState; asOf: number }>
  | Readonly<{ kind: "status"; status: Status }>;

export const reconnectBackoff: Backoff = { baseMs: 500, maxMs: 30_000, stableMs: 10_000 };
export const pingIntervalMs = 20_000;
/** The site's own silence limit is 25 s, its heartbeats come every 15 s. */
export const silenceMs = 45_000;
/** A page in the background has its timers a minute late: nobody is silent who has not been asked this long ago. */
const answerMs = silenceMs - pingIntervalMs;
/** Bounds a first frame that never comes. */
export const openTimeoutMs = 30_000;
/**
 * The first frame of a connection is acknowledged at once, of what follows the last one, so long after the first: each acknowledgement is a
 * message that the site pays for.
 */
export const acknowledgeMs = 1_000;
/** Or as soon as so many characters have come: the site's window (ST4) has room for several times as many. */
export const acknowledgeUnits = 16_384;

export class Session {
  readonly mirror = new Mirror();
  /** Whether a refused token can be replaced by a new one. */
  readonly #renewable: boolean;
  #status: Status = { kind: "waiting", until: 0, because: "not connected yet" };
  #outputs: Output[] = [];
  #cursor: string | null = null;
  #link: LinkState | null = null;
  #asOf = 0;
  #since = 0;
  #heardAt = 0;
  #pingAt = 0;
  /** When the first ping went out that nothing has been heard since. */
  #askedAt: number | null = null;
  #attempts = 0;
  /** The connection's last frame; characters of it and of those before that are not acknowledged, and when they must be. */
  #frameCursor = "";
  #unacknowledged = 0;
  #acknowledgeAt = Infinity;
  #renewed = false;

  constructor(renewable: boolean) {
    this.#renewable = renewable;
  }

  get status(): Status {
    return this.#status;
  }
  get cursor(): string | null {
    return this.#cursor;
  }
  /** Null before the first snapshot. `asOf` in ms since 1970. */
  get link(): Readonly<{ state: LinkState; asOf: number }> | null {
    return this.#link && { state: this.#link, asOf: this.#asOf };
  }

  /** When the next `due` is wanted; null when stopped. */
  nextDueAt(): number | null {
    switch (this.#status.kind) {
      case "waiting":
        return this.#status.until;
      case "connecting":
        return Math.max(this.#since, this.#heardAt) + openTimeoutMs;
      case "live":
        return Math.min(this.#pingAt, this.#silentAt(), this.#acknowledgeAt);
      case "stopped":
        return null;
    }
  }

  #silentAt(): number {
    return this.#askedAt === null ? Infinity : Math.max(this.#heardAt + silenceMs, this.#askedAt + answerMs);
  }

  handle(input: Input): readonly Output[] {
    this.#outputs = [];
    if (this.#status.kind !== "stopped") this.#take(input);
    return this.#outputs;
  }

  #take(input: Input): void {
    switch (input.kind) {
      case "due":
        this.#onDue(input);
        break;
      case "frame":
        if (!this.#isOpen()) break;
        this.#hear(input.at);
        this.#onFrame(input);
        break;
      case "heard":
        this.#hear(input.at);
        break;
      case "ended":
        if (this.#isOpen()) this.#onEnded(input.ending, input);
        break;
      case "close":
        if (this.#isOpen()) this.#outputs.push({ kind: "disconnect" });
        this.#become({ kind: "stopped", because: "closed by this client" });
    }
  }

  #hear(at: number): void {
    this.#heardAt = at;
    this.#askedAt = null;
  }

  #isOpen(): boolean {
    return this.#status.kind === "connecting" || this.#status.kind === "live";
  }

  #onDue(moment: Moment): void {
    const { at } = moment;
    const due = this.nextDueAt();
    if (due === null || at < due) return;
    if (this.#status.kind === "waiting") this.#connect(at);
    else if (this.#status.kind === "connecting") this.#breakOff("the site did not answer in time", moment);
    else if (at >= this.#silentAt()) this.#breakOff("the site fell silent", moment);
    else if (at >= this.#acknowledgeAt) this.#acknowledge();
    else {
      this.#pingAt = at + pingIntervalMs;
      this.#askedAt ??= at;
      this.#outputs.push({ kind: "ping" });
    }
  }

  #connect(at: number): void {
    this.#since = at;
    this.#become({ kind: "connecting" });
    this.#outputs.push({ kind: "connect", since: this.#cursor, freshToken: this.#renewed });
  }

  #onFrame({ text, at, random }: Moment & { text: string }): void {
    const frame = parseFrame(text);
    const position = frame && parseCursor(frame.cursor);
    if (!frame || !position) {
      this.#breakOff("the site sent a frame that cannot be read", { at, random });
      return;
    }
    const isFirst = this.#status.kind === "connecting";
    if (isFirst) {
      this.#since = at;
      this.#pingAt = at + pingIntervalMs;
      this.#renewed = false;
      this.#become({ kind: "live" });
    }
    const here = this.#cursor === null ? undefined : parseCursor(this.#cursor);
    if (frame.type === "snapshot") this.#onSnapshot(frame, here !== undefined);
    else if (here?.epoch !== position.epoch) {
      this.#breakOff("the site went on from somewhere else", { at, random });
      return;
    } else if (position.sequence > here.sequence) this.#onNews(frame);
    this.#frameCursor = frame.cursor;
    this.#unacknowledged += text.length;
    if (isFirst || this.#unacknowledged >= acknowledgeUnits) this.#acknowledge();
    else this.#acknowledgeAt = Math.min(this.#acknowledgeAt, at + acknowledgeMs);
  }

  #acknowledge(): void {
    this.#unacknowledged = 0;
    this.#acknowledgeAt = Infinity;
    this.#outputs.push({ kind: "acknowledge", cursor: this.#frameCursor });
  }

  #onSnapshot(frame: Extract<ServerFrame, { type: "snapshot" }>, again: boolean): void {
    this.#cursor = frame.cursor;
    const changes = this.mirror.replace(frame.events);
    if (again) this.#outputs.push({ kind: "gap" });
    if (changes.events.length > 0 || changes.removed.length > 0) this.#outputs.push({ kind: "changed", changes });
    this.#setLink(frame.link, frame.asOf);
  }

  #onNews(frame: Exclude<ServerFrame, { type: "snapshot" }>): void {
    this.#cursor = frame.cursor;
    if (frame.type === "link") {
      this.#setLink(frame.link, frame.asOf);
      return;
    }
    const changes = this.mirror.apply(frame.events);
    if (changes.events.length > 0) this.#outputs.push({ kind: "changed", changes });
    for (const event of frame.events)
      if (stateKey(event) === undefined) this.#outputs.push({ kind: "occurred", event });
  }

  #setLink(link: LinkState, asOf: number): void {
    const same = this.#link === link && this.#asOf === asOf;
    this.#link = link;
    this.#asOf = asOf;
    if (!same) this.#outputs.push({ kind: "link", link, asOf });
  }

  #breakOff(because: string, moment: Moment): void {
    this.#outputs.push({ kind: "disconnect" });
    this.#onEnded({ kind: "broken", because }, moment);
  }

  #onEnded(ending: Ending, { at, random }: Moment): void {
    if (this.#status.kind === "live" && at - this.#since >= reconnectBackoff.stableMs) this.#attempts = 0;
    const { retry, because, needsToken } = judge(ending);
    // Another token helps once; a second refusal in a row is not the token's age.
    const renews = needsToken && this.#renewable && !this.#renewed;
    if (renews) this.#renewed = true;
    if (retry === "never" && !renews) {
      this.#become({ kind: "stopped", because });
      return;
    }
    const soon = (retry === "now" || renews) && this.#attempts === 0;
    const delay = soon ? 0 : backoffDelayMs(reconnectBackoff, this.#attempts, random);
    this.#attempts += 1;
    this.#become({ kind: "waiting", until: at + delay, because });
  }

  #become(status: Status): void {
    this.#status = status;
    this.#outputs.push({ kind: "status", status });
  }
}

/** The site is believed as to what is in a frame; a newer one may have events that this version does not know, which it keeps. */
function parseFrame(text: string): ServerFrame | undefined {
  try {
    const frame: ServerFrame = JSON.parse(text);
    const isFrame =
      typeof frame.cursor === "string" &&
      (frame.type === "link"
        ? typeof frame.link === "string"
        : frame.events.every(({ type }) => typeof type === "string")) &&
      ["snapshot", "events", "link"].includes(frame.type);
    return isFrame ? frame : undefined;
  } catch {
    return undefined;
  }
}
