/**
 * One subscription as a pure state machine: when to connect and from which cursor, what a frame changes, when a stream
 * counts as dead, and how long to wait before reconnecting (ST1, ST3, ST4). The shell has the streams, the clock and
 * the random numbers.
 *
 * | status     | meaning                               | exits                                                      |
 * |------------|---------------------------------------|------------------------------------------------------------|
 * | connecting | a stream is being opened              | first frame → live · refused or silent → waiting, stopped  |
 * | live       | frames arrive                         | closed, silent or unreadable → waiting, stopped            |
 * | waiting    | no stream until `until`               | `until` → connecting                                       |
 * | stopped    | retrying is useless, or it was closed |                                                            |
 *
 * `close` leads from every status to stopped. All times are ms of the shell's steady clock.
 */
import { backoffDelayMs } from "../backoff.ts";
import { encodeCursors } from "../protocol/site-cursors.ts";
import type { Feed } from "./feed.ts";
import type { MachineInput, MachineOutput, SteadyTick, SubscriptionStatus } from "./machine-io.ts";
import { parseFrame } from "./parse-frame.ts";
import { planReconnect, type StreamEnd } from "./stream-end.ts";
import {
  acknowledgeMs,
  answerMs,
  openTimeoutMs,
  pingIntervalMs,
  reconnectBackoff,
  refusedDelayMs,
  silenceMs,
  wakeAnswerMs,
  wakeSilenceMs,
} from "./stream-timing.ts";

/**
 * Frames are acknowledged together (`acknowledgeMs`), or as soon as this many characters have arrived, a fraction of
 * the site's window (ST4).
 */
export const acknowledgeUnits = 16_384;

/** The name of the only site of a stream whose frames do not name theirs. */
export const oneSite = "";

/** Null without a position; of one site its cursor alone. */
function cursorOf(cursors: Iterable<readonly [site: string, cursor: string]>): string | null {
  const all = [...cursors];
  const [first] = all;
  if (!first) return null;
  return first[0] === oneSite ? first[1] : encodeCursors(all);
}

export class SubscriptionMachine {
  readonly #feeds: ReadonlyMap<string, Feed>;
  readonly #canRenewToken: boolean;
  #status: SubscriptionStatus = { kind: "waiting", until: 0, reason: "not connected yet" };
  #outputs: MachineOutput[] = [];
  /** When the status became `connecting` or `live`. */
  #statusSince = 0;
  #lastActivityAt = 0;
  #nextPingAt = 0;
  /** When the first of the pings was sent that nothing has arrived after; null if there is none. */
  #unansweredPingAt: number | null = null;
  #attempts = 0;
  /** The cursor of this connection's last frame of each site. */
  #received = new Map<string, string>();
  /** How many characters are not acknowledged, and when they must be. */
  #unacknowledged = 0;
  #acknowledgeAt = Infinity;
  /** The next stream needs a new token: the last one was refused or has ended. */
  #needsNewToken = false;
  /** How many new tokens were refused in a row. */
  #refusals = 0;
  /** From a wake-up until the next activity: when the stream counts as dead. */
  #wakeDeadAt = Infinity;

  /**
   * `canRenewToken`: a refused token can be replaced by a new one. `feeds`: by site, what the frames change; of a stream
   * whose frames name no site, one by the name `oneSite`.
   */
  constructor(canRenewToken: boolean, feeds: ReadonlyMap<string, Feed>) {
    this.#canRenewToken = canRenewToken;
    this.#feeds = feeds;
  }

  get status(): SubscriptionStatus {
    return this.#status;
  }
  /** Of the last frame of each site; null before the first. */
  get cursor(): string | null {
    return cursorOf([...this.#feeds].flatMap(([site, { cursor }]) => (cursor === null ? [] : [[site, cursor]])));
  }

  /** When the next `due` input is needed; null when stopped. */
  nextDueAt(): number | null {
    switch (this.#status.kind) {
      case "waiting":
        return this.#status.until;
      case "connecting":
        return Math.max(this.#statusSince, this.#lastActivityAt) + openTimeoutMs;
      case "live":
        return Math.min(this.#nextPingAt, this.#deadAt(), this.#acknowledgeAt);
      case "stopped":
        return null;
    }
  }

  #deadAt(): number {
    if (this.#unansweredPingAt === null) return this.#wakeDeadAt;
    return Math.min(this.#wakeDeadAt, Math.max(this.#lastActivityAt + silenceMs, this.#unansweredPingAt + answerMs));
  }

  handle(input: MachineInput): readonly MachineOutput[] {
    this.#outputs = [];
    if (this.#status.kind !== "stopped") this.#dispatch(input);
    return this.#outputs;
  }

  #dispatch(input: MachineInput): void {
    switch (input.kind) {
      case "due":
        this.#onDue(input);
        break;
      case "frame":
        if (!this.#isOpen()) break;
        this.#onActivity(input.steadyMs);
        this.#onFrame(input);
        break;
      case "activity":
        this.#onActivity(input.steadyMs);
        break;
      case "ended":
        if (this.#isOpen()) this.#onEnded(input.end, input);
        break;
      case "wake":
        this.#onWake(input.steadyMs, input.canPing);
        break;
      case "close":
        if (this.#isOpen()) this.#outputs.push({ kind: "disconnect" });
        this.#setStatus({ kind: "stopped", reason: "closed by this client" });
    }
  }

  #onActivity(steadyMs: number): void {
    this.#lastActivityAt = steadyMs;
    this.#unansweredPingAt = null;
    this.#wakeDeadAt = Infinity;
  }

  /** Does not wait for the end of a back-off, except after a refused token, nor long for a stream that may be dead. */
  #onWake(steadyMs: number, canPing: boolean): void {
    if (this.#status.kind === "waiting" && this.#refusals === 0) this.#connect(steadyMs);
    if (this.#status.kind !== "live") return;
    const deadAt = Math.max(steadyMs + wakeAnswerMs, canPing ? 0 : this.#lastActivityAt + wakeSilenceMs);
    this.#wakeDeadAt = Math.min(this.#wakeDeadAt, deadAt);
    this.#ping(steadyMs);
  }

  #ping(steadyMs: number): void {
    this.#nextPingAt = steadyMs + pingIntervalMs;
    this.#unansweredPingAt ??= steadyMs;
    this.#outputs.push({ kind: "ping" });
  }

  #isOpen(): boolean {
    return this.#status.kind === "connecting" || this.#status.kind === "live";
  }

  #onDue(tick: SteadyTick): void {
    const { steadyMs } = tick;
    const due = this.nextDueAt();
    if (due === null || steadyMs < due) return;
    if (this.#status.kind === "waiting") this.#connect(steadyMs);
    else if (this.#status.kind === "connecting") this.#disconnect("the site did not answer in time", tick);
    else if (steadyMs >= this.#deadAt()) this.#disconnect("the site stopped answering", tick);
    else if (steadyMs >= this.#acknowledgeAt) this.#acknowledge();
    else this.#ping(steadyMs);
  }

  #connect(steadyMs: number): void {
    this.#statusSince = steadyMs;
    this.#wakeDeadAt = Infinity;
    this.#received.clear();
    this.#setStatus({ kind: "connecting" });
    this.#outputs.push({ kind: "connect", since: this.cursor, freshToken: this.#needsNewToken });
  }

  #onFrame({ text, steadyMs, random }: SteadyTick & { text: string }): void {
    const frame = parseFrame(text);
    const site = frame?.site ?? oneSite;
    const feed = this.#feeds.get(site);
    if (!frame || !feed) {
      this.#disconnect("the site sent an unreadable frame", { steadyMs, random });
      return;
    }
    const isFirst = this.#status.kind === "connecting";
    if (isFirst) {
      this.#statusSince = steadyMs;
      this.#nextPingAt = steadyMs + pingIntervalMs;
      this.#needsNewToken = false;
      this.#refusals = 0;
      this.#setStatus({ kind: "live" });
    }
    const outputs = feed.take(frame);
    if (typeof outputs === "string") {
      this.#disconnect(outputs, { steadyMs, random });
      return;
    }
    for (const output of outputs) this.#outputs.push(site === oneSite ? output : { ...output, site });
    if (frame.cursor !== null) this.#received.set(site, frame.cursor);
    this.#unacknowledged += text.length;
    if (isFirst || this.#unacknowledged >= acknowledgeUnits) this.#acknowledge();
    else this.#acknowledgeAt = Math.min(this.#acknowledgeAt, steadyMs + acknowledgeMs);
  }

  #acknowledge(): void {
    this.#unacknowledged = 0;
    this.#acknowledgeAt = Infinity;
    const cursor = cursorOf(this.#received);
    if (cursor !== null) this.#outputs.push({ kind: "acknowledge", cursor });
  }

  #disconnect(reason: string, tick: SteadyTick): void {
    this.#outputs.push({ kind: "disconnect" });
    this.#onEnded({ kind: "broken", reason }, tick);
  }

  #onEnded(end: StreamEnd, { steadyMs, random }: SteadyTick): void {
    const liveMs = this.#status.kind === "live" ? steadyMs - this.#statusSince : 0;
    if (liveMs >= reconnectBackoff.stableMs) this.#attempts = 0;
    const { retry, reason, needsToken } = planReconnect(end);
    // A token that was used before may have ended, so a new one is tried at once. If that is refused, too, the reason
    // may still pass, such as keys that the site has not fetched yet; so it is tried once more, after a while.
    const wasNew = this.#needsNewToken && this.#status.kind === "connecting";
    if (needsToken && wasNew) this.#refusals += 1;
    const renewToken = needsToken && this.#canRenewToken && this.#refusals < 2;
    if (renewToken) this.#needsNewToken = true;
    if (retry === "never" && !renewToken) {
      this.#setStatus({ kind: "stopped", reason });
      return;
    }
    const isFirst = this.#attempts === 0 && (retry === "now" || renewToken);
    const backoff = isFirst ? 0 : backoffDelayMs(reconnectBackoff, this.#attempts, random);
    const delay = renewToken && this.#refusals > 0 ? (refusedDelayMs * (1 + random)) / 2 : backoff;
    this.#attempts += 1;
    this.#setStatus({ kind: "waiting", until: steadyMs + delay, reason });
  }

  #setStatus(status: SubscriptionStatus): void {
    this.#status = status;
    this.#outputs.push({ kind: "status", status });
  }
}
