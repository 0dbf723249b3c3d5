/** Server-sent events out of text that comes in any cuts: only what AP1's streams use, which is `data:` and comments. Pure. */

/** A message's data, or `comment` for a heartbeat. */
export type SseItem = Readonly<{ kind: "data"; data: string }> | Readonly<{ kind: "comment" }>;

/** A frame of the site has at most a megabyte; more than this without an end is no stream of ours. */
export const maxLineLength = 16 * 1024 * 1024;

export class SseParser {
  #rest = "";
  #data: string[] = [];

  /** Undefined once there is too much; nothing more is to be given then. */
  push(text: string): SseItem[] | undefined {
    const items: SseItem[] = [];
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > maxLineLength) return undefined;
    for (const line of lines) {
      const content = line.endsWith("\r") ? line.slice(0, -1) : line;
      if (content === "" && this.#data.length > 0) {
        items.push({ kind: "data", data: this.#data.join("\n") });
        this.#data = [];
      } else if (content.startsWith("data:")) this.#data.push(content.slice(content[5] === " " ? 6 : 5));
      else if (content.startsWith(":")) items.push({ kind: "comment" });
    }
    return items;
  }
}
