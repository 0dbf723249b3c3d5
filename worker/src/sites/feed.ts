/**
 * One site's part of a stream of several (AP15): its frames get the site's name, and while the site cannot be reached
 * its link is `offline`. A stream that is resumed says nothing of a link that has not changed, so once the site can be
 * reached again, a frame says what its link is. Pure.
 */
import { type LinkState, spliceJson } from "@pbxis/shared";
import type { Received } from "../transport/upstream.ts";

/** `asOf` in ms since 1970. */
export type SiteLink = Readonly<{ link: LinkState; asOf: number }>;

/**
 * `cursor`: the site's position after it; null if none is known. `isNews`: something has happened at the site, so that
 * a long poll is answered.
 */
export type FeedFrame = Readonly<{ site: string; text: string; cursor: string | null; isNews: boolean }>;

export class Feed {
  readonly site: string;
  #cursor: string | null;
  /** As the site itself has said last; null if it is not known. */
  #link: SiteLink | null = null;
  #showsOffline = false;
  /** Frames continue an earlier stream, and the client must learn the link. */
  #owesLink = false;

  constructor(site: string, since: string | null) {
    this.site = site;
    this.#cursor = since;
  }

  /** From where to continue; null for a snapshot. */
  get cursor(): string | null {
    return this.#cursor;
  }

  /** Whether somebody must ask the site for its link, and pass it to `onLink`. */
  get needsLink(): boolean {
    return this.#owesLink && this.#link === null;
  }

  /** The site's stream is open. */
  onOpened(): void {
    this.#owesLink = this.#link === null || this.#showsOffline;
  }

  onFrame({ text, cursor, empty, link }: Extract<Received, { kind: "frame" }>): FeedFrame[] {
    this.#cursor = cursor;
    const frame = { site: this.site, text: withSite(text, this.site), cursor, isNews: !empty };
    if (link) {
      this.#link = link;
      this.#owesLink = false;
      this.#showsOffline = false;
      return [frame];
    }
    return [frame, ...this.#stated()];
  }

  /** What the site has answered, if `needsLink`. */
  onLink(link: SiteLink): FeedFrame[] {
    this.#link ??= link;
    return this.#stated();
  }

  /** The site cannot be reached since `now`. */
  onUnreachable(now: number): FeedFrame[] {
    if (this.#showsOffline || this.#link?.link === "offline") return [];
    this.#showsOffline = true;
    return [this.#linkFrame("offline", this.#link?.link === "up" ? now : (this.#link?.asOf ?? null))];
  }

  #stated(): FeedFrame[] {
    if (!this.#owesLink || !this.#link) return [];
    this.#owesLink = false;
    this.#showsOffline = false;
    return [this.#linkFrame(this.#link.link, this.#link.asOf)];
  }

  #linkFrame(link: LinkState, asOf: number | null): FeedFrame {
    const text = JSON.stringify({ type: "link", link, asOf, cursor: this.#cursor });
    return { site: this.site, text: withSite(text, this.site), cursor: this.#cursor, isNews: false };
  }
}

function withSite(text: string, site: string): string {
  return spliceJson(text, "site", JSON.stringify(site));
}
