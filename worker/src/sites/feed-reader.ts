/**
 * Keeps one site's stream open for a stream of several (AP15): opens the site's own scope object, passes its frames on,
 * and opens it again where it breaks, from the last position. The decisions about frames are in `feed.ts`.
 */
import { type Backoff, backoffDelayMs, type CloseReason, type Cursor, closeCodes, parseCursor } from "@pbxis/shared";
import { logWarning } from "../log.ts";
import type { OpenedStream } from "../transport/open.ts";
import { openUpstream, type Upstream } from "../transport/upstream.ts";
import { AckGather } from "./ack-gather.ts";
import { Feed, type FeedFrame, type SiteLink } from "./feed.ts";

export type FeedHost = Readonly<{
  open: (site: string, since: Cursor | null) => Promise<OpenedStream>;
  /** What the site says of its link. */
  askLink: (site: string) => Promise<SiteLink>;
  put: (frame: FeedFrame) => void;
  /** The client's fault, or the end of its token: the whole stream ends. */
  end: (reason: CloseReason) => void;
}>;

/** How the first attempt to open a site's stream ended. */
export type FirstAttempt = Failure | Readonly<{ ok: true }>;
type Failure = Exclude<OpenedStream, { ok: true }>;

/** ST3: a site that cannot be reached for this long is `offline`. */
const graceMs = 2_000;
const backoff: Backoff = { baseMs: 1_000, maxMs: 30_000, stableMs: 10_000 };

const unavailable: Failure = { ok: false, code: "unavailable", message: "the stream cannot be opened right now" };

/** What ends the stream of all sites. Anything else is the trouble of one site. */
const finalReasons: readonly CloseReason[] = ["token_expired", "resume_now", "too_fast", "bad_frame"];

export class FeedReader {
  readonly #host: FeedHost;
  readonly #feed: Feed;
  readonly #first = Promise.withResolvers<FirstAttempt>();
  readonly #stopped = Promise.withResolvers<void>();
  #isStopped = false;
  #upstream: Upstream | undefined;
  #acks = new AckGather();
  /** Runs while the site has no stream, until it is `offline`. */
  #grace: number | null = null;

  constructor(site: string, since: string | null, host: FeedHost) {
    this.#feed = new Feed(site, since);
    this.#host = host;
  }

  /** Resolves with the site's first frame, or when its opening has failed for the first time. */
  get first(): Promise<FirstAttempt> {
    return this.#first.promise;
  }

  /** Resolves after `stop`, or when the stream of all sites must end. */
  async run(): Promise<void> {
    for (let attempt = 0; !this.#isStopped; attempt++) {
      const openedAt = await this.#readOnce();
      if (openedAt !== null && Date.now() - openedAt >= backoff.stableMs) attempt = 0;
      await this.#pause(backoffDelayMs(backoff, attempt, Math.random()));
    }
  }

  acknowledge(cursor: string): void {
    if (this.#acks.mustPass(cursor)) this.#upstream?.acknowledge(cursor);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#grace);
    this.#upstream?.close();
    this.#stopped.resolve();
  }

  /** One stream from its opening to its end. Returns when it was open (ms since 1970), or null if it never was. */
  async #readOnce(): Promise<number | null> {
    const openedAt = Date.now();
    this.#grace ??= setTimeout(() => this.#putAll(this.#feed.onUnreachable(Date.now())), graceMs);
    const { site, cursor } = this.#feed;
    const opened = await this.#host.open(site, (cursor !== null && parseCursor(cursor)) || null);
    const failure = opened.ok ? await this.#pass(openUpstream(opened.socket)) : opened;
    if (!failure) return openedAt;
    this.#first.resolve(failure);
    if (failure.code === "unauthorized") this.#end("token_expired");
    this.#putAll(this.#feed.onUnreachable(Date.now()));
    return null;
  }

  /** Passes frames on until the stream ends. Returns a failure if it has ended before its first frame. */
  async #pass(upstream: Upstream): Promise<Failure | null> {
    this.#upstream = upstream;
    this.#acks = new AckGather();
    if (this.#isStopped) upstream.close();
    this.#feed.onOpened();
    for (let frames = 0; ; frames++) {
      const received = await upstream.next();
      if (received.kind === "closed") {
        const reason = finalReasons.find((name) => closeCodes[name].code === received.code);
        if (reason) this.#end(reason);
        return frames > 0 || reason ? null : unavailable;
      }
      clearTimeout(this.#grace);
      this.#grace = null;
      this.#acks.onFrame(received.cursor, received.text.length);
      this.#putAll(this.#feed.onFrame(received));
      if (frames > 0) continue;
      this.#first.resolve({ ok: true });
      if (this.#feed.needsLink) void this.#askLink(upstream);
    }
  }

  /** Without an answer the stream is opened again later, as after any other trouble. */
  async #askLink(upstream: Upstream): Promise<void> {
    try {
      this.#putAll(this.#feed.onLink(await this.#host.askLink(this.#feed.site)));
    } catch (error) {
      logWarning("the site did not answer", { site: this.#feed.site, error: String(error) });
      upstream.close();
    }
  }

  #putAll(frames: readonly FeedFrame[]): void {
    if (this.#isStopped) return;
    for (const frame of frames) this.#host.put(frame);
  }

  #end(reason: CloseReason): void {
    if (this.#isStopped) return;
    this.stop();
    this.#host.end(reason);
  }

  async #pause(ms: number): Promise<void> {
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, ms);
    await Promise.race([over.promise, this.#stopped.promise]);
    clearTimeout(timer);
  }
}
