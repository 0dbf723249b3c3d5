/**
 * The streams of several sites as one (AP15), in the worker, outside the objects: a socket to each site's own scope
 * object, and one queue of frames in which the sites take turns ([ADR
 * 35](../../../docs/adr/0035-several-sites-are-merged-in-the-worker.md)).
 */
import { type CloseReason, type Cursor, encodeCursor, encodeCursors, type Filter, type TokenRef } from "@pbxis/shared";
import type { Env } from "../env.ts";
import { siteOf } from "../site/stub.ts";
import { type OpenedStream, openStream } from "../transport/open.ts";
import { waitForTurn } from "../transport/turn.ts";
import { FairQueue } from "./fair-queue.ts";
import type { FeedFrame } from "./feed.ts";
import { FeedReader, type FirstAttempt } from "./feed-reader.ts";

export type MergedRequest = Readonly<{
  /** What each site is asked for. */
  filters: ReadonlyMap<string, Filter>;
  /** The position at each site; one that is not in it begins with a snapshot. */
  since: ReadonlyMap<string, Cursor>;
  holder: string;
  token?: TokenRef | undefined;
  expiresAt: number | null;
  acknowledges: boolean;
  /** Whether the streams wait for their turn at each site. */
  inTurn: boolean;
}>;

type MergedEnv = Pick<Env, "SITE" | "QUEUE" | "AGENT" | "CHANNEL" | "PBXIS_OBJECT_CLIENTS">;
type Taken = Readonly<{ kind: "frame"; frame: FeedFrame }> | Readonly<{ kind: "closed"; reason: CloseReason | null }>;

/**
 * Sites that are opened at a time. The platform opens six connections of an invocation at once, and each may bring a
 * snapshot of some megabytes, which must not all wait in memory. The next site begins when a first frame was taken.
 */
const openAtOnce = 6;
/** Sites that do not answer by then are `offline`, and the others begin. */
const firstMs = 2_000;

export class MergedStream {
  readonly #readers = new Map<string, FeedReader>();
  readonly #queue = new FairQueue<FeedFrame>();
  /** After the frames that were taken. */
  readonly #cursors = new Map<string, string>();
  /** Sites whose turn to open has not come. */
  readonly #later: string[];
  /** Sites of which no frame was taken yet. */
  readonly #opening = new Set<string>();
  readonly #env: MergedEnv;
  readonly #request: MergedRequest;
  #ended: Taken | undefined;
  #wake: () => void = () => {};

  constructor(env: MergedEnv, request: MergedRequest) {
    this.#env = env;
    this.#request = request;
    this.#later = [...request.filters.keys()];
    for (const [site, cursor] of request.since) this.#cursors.set(site, encodeCursor(cursor));
  }

  /**
   * Opens the first sites, and resolves when each has answered or takes too long. Returns why the stream cannot begin:
   * a site refuses it, or none can be reached.
   */
  async begin(): Promise<(Exclude<FirstAttempt, { ok: true }> & Readonly<{ sites: readonly string[] }>) | null> {
    this.#openNext();
    const over = Promise.withResolvers<null>();
    const timer = setTimeout(() => over.resolve(null), firstMs);
    const firsts = [...this.#readers].map(async ([site, { first }]) => ({ site, attempt: await first }));
    const attempts = (await Promise.race([Promise.all(firsts), over.promise])) ?? [];
    clearTimeout(timer);
    const failed = attempts.flatMap(({ site, attempt }) => (attempt.ok ? [] : [{ ...attempt, sites: [site] }]));
    const refusal = failed.find(({ code }) => code !== "unavailable");
    const isOut = failed.length > 0 && failed.length === this.#readers.size;
    const because = refusal ?? (isOut ? failed[0] : undefined);
    if (because) this.close();
    return because ?? null;
  }

  /** Whether each site has sent something, if only that it is `offline`. */
  get hasAllBegun(): boolean {
    return this.#later.length === 0 && this.#opening.size === 0;
  }

  /** The positions after the frames that were taken, such as `hq:k3-41,north:a9-7`. */
  get cursor(): string {
    return encodeCursors(this.#cursors);
  }

  /** The next frame. Only one call may be pending at a time. After `closed` every call returns `closed`. */
  async next(): Promise<Taken> {
    for (;;) {
      const frame = this.#queue.take();
      if (frame) {
        if (frame.cursor !== null) this.#cursors.set(frame.site, frame.cursor);
        this.#opening.delete(frame.site);
        this.#openNext();
        return { kind: "frame", frame };
      }
      if (this.#ended) return this.#ended;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** False for a site that is not in this stream. */
  acknowledge(site: string, cursor: string): boolean {
    this.#readers.get(site)?.acknowledge(cursor);
    return this.#request.filters.has(site);
  }

  close(reason: CloseReason | null = null): void {
    this.#ended ??= { kind: "closed", reason };
    for (const reader of this.#readers.values()) reader.stop();
    this.#wake();
  }

  #openNext(): void {
    while (!this.#ended && this.#opening.size < openAtOnce) {
      const site = this.#later.shift();
      if (site === undefined) return;
      this.#opening.add(site);
      const reader = new FeedReader(site, this.#cursors.get(site) ?? null, {
        open: (name, since) => this.#open(name, since),
        askLink: (name) => siteOf(this.#env, name).status(name),
        put: (frame) => {
          this.#queue.put(frame.site, frame);
          this.#wake();
        },
        end: (reason) => this.close(reason),
      });
      this.#readers.set(site, reader);
      void reader.run();
    }
  }

  async #open(site: string, since: Cursor | null): Promise<OpenedStream> {
    const { filters, holder, token, expiresAt, acknowledges, inTurn } = this.#request;
    const filter = filters.get(site);
    const onOpened = inTurn ? await waitForTurn(this.#env, site) : () => {};
    if (!filter || !onOpened)
      return { ok: false, code: "unavailable", message: "too many streams of this site open at this moment" };
    try {
      return await openStream(this.#env, { site, holder, token, filter, since, expiresAt, acknowledges });
    } finally {
      onOpened();
    }
  }
}
