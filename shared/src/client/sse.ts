/**
 * Parses server-sent events from text that arrives in arbitrary pieces. Supports what AP1's streams use: `data:` lines
 * and comments. Pure.
 */

/** The data of a message, or `comment` for a heartbeat. */
export type SseItem = Readonly<{ kind: "data"; data: string }> | Readonly<{ kind: "comment" }>;

/** Characters. A snapshot of 100,000 states has about 25 million; a longer message cannot come from a site. */
export const maxMessageLength = 64 * 1024 * 1024;

export class SseParser {
  #rest = "";
  #data: string[] = [];
  #dataLength = 0;

  /**
   * The items that `text` completes. Undefined if a message is longer than `maxMessageLength`; the parser must not be
   * used after that.
   */
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
