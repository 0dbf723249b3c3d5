/** What the frames of one site change: its states, its position and its link. Pure. */
import { parseCursor } from "../protocol/cursor.ts";
import { stateKey } from "../protocol/event-traits.ts";
import type { LinkState } from "../protocol/link.ts";
import type { FeedOutput } from "./machine-io.ts";
import { Mirror } from "./mirror.ts";
import type { Frame } from "./parse-frame.ts";

/** `asOf` in ms since 1970; null only of a site that has never been reached, in a stream of several sites. */
export type Link = Readonly<{ state: LinkState; asOf: number | null }>;

export class Feed {
  readonly mirror = new Mirror();
  /** Of the last frame; null before the first. */
  cursor: string | null = null;
  /** Null before the first snapshot. */
  link: Link | null = null;

  /** What follows from the next frame of the site, or why it cannot be the next one. */
  take(frame: Frame): readonly FeedOutput[] | string {
    // AP15: the worker's own changes of the link have no position of their own.
    if (frame.cursor === null) return frame.type === "link" ? this.#setLink(frame) : [];
    if (frame.type === "snapshot") return this.#replace(frame, this.cursor !== null);
    const position = parseCursor(frame.cursor);
    const last = this.cursor === null ? undefined : parseCursor(this.cursor);
    if (!position || last?.epoch !== position.epoch) return "the site continued from another epoch";
    if (frame.type === "link" && position.sequence >= last.sequence) {
      this.cursor = frame.cursor;
      return this.#setLink(frame);
    }
    return frame.type === "events" && position.sequence > last.sequence ? this.#update(frame) : [];
  }

  #replace(frame: Extract<Frame, { type: "snapshot" }>, isReplacement: boolean): FeedOutput[] {
    this.cursor = frame.cursor;
    const changes = this.mirror.replace(frame.events);
    const hasChanged = changes.events.length > 0 || changes.removed.length > 0;
    return [
      ...(isReplacement ? [{ kind: "gap" } as const] : []),
      ...(hasChanged ? [{ kind: "changed", changes } as const] : []),
      ...this.#setLink(frame),
    ];
  }

  #update(frame: Extract<Frame, { type: "events" }>): FeedOutput[] {
    this.cursor = frame.cursor;
    const changes = this.mirror.apply(frame.events);
    const outputs: FeedOutput[] = changes.events.length > 0 ? [{ kind: "changed", changes }] : [];
    for (const event of frame.events) if (stateKey(event) === undefined) outputs.push({ kind: "occurred", event });
    return outputs;
  }

  #setLink({ link, asOf }: Readonly<{ link: LinkState; asOf: number | null }>): FeedOutput[] {
    if (this.link?.state === link && this.link.asOf === asOf) return [];
    this.link = { state: link, asOf };
    return [{ kind: "link", link, asOf }];
  }
}
