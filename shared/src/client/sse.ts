/** Server-sent events out of text that comes in any cuts: only what AP1's streams use, which is `data:` and comments. Pure. */

/** A message's data, or `comment` for a heartbeat. */
export type SseItem = Readonly<{ kind: "data"; data: string }> | Readonly<{ kind: "comment" }>;

/** In characters. A snapshot of 100,000 states has about 25 million; what is longer without an end is no stream of ours. */
export const maxMessageLength = 64 * 1024 * 1024;

export class SseParser {
  #rest = "";
  #data: string[] = [];
  #dataLength = 0;

  /** Undefined once there is too much; nothing more is to be given then. */
  push(text: string): SseItem[] | undefined {
    const items: SseItem[] = [];
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const content = line.endsWith("\r") ? line.slice(0, -1) : line;
      if (content === "" && this.#data.length > 0) {
        items.push({ kind: "data", data: this.#data.join("\n") });
        this.#data = [];
        this.#dataLength = 0;
      } else if (content.startsWith("data:")) {
        this.#data.push(content.slice(content[5] === " " ? 6 : 5));
        this.#dataLength += content.length;
      } else if (content.startsWith(":")) items.push({ kind: "comment" });
    }
    return this.#rest.length + this.#dataLength > maxMessageLength ? undefined : items;
  }
}
