/**
 * The filters of one object's clients. A filter may name thousands of agents, and most clients of an object have the
 * same one. So each is kept once, as long as a client has it. Pure.
 */
import { type Filter, matcher, type SiteEvent } from "@pbxis/shared";
import { parseFilterText } from "./connect.ts";

export type SharedFilter = Readonly<{
  /** Equal for equal filters of one object. Filters are compared with each delivery, and their texts may be long. */
  serial: number;
  /** The canonical text. */
  text: string;
  /** The same in UTF-8: a string with one letter beyond Latin-1 would take two bytes for each letter. */
  bytes: Uint8Array;
  filter: Filter;
  /** Made on first use. */
  matches: (event: SiteEvent) => boolean;
}>;

type Entry = { readonly shared: SharedFilter; users: number };

export class FilterTable {
  readonly #entries = new Map<string, Entry>();
  #nextSerial = 1;

  /** How many different filters there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** The filter with this canonical text, for one more client. Each call needs a `release`. */
  share(text: string): SharedFilter {
    const entry = this.#entries.get(text) ?? { shared: makeShared(this.#nextSerial++, text), users: 0 };
    entry.users += 1;
    this.#entries.set(text, entry);
    return entry.shared;
  }

  release({ text }: SharedFilter): void {
    const entry = this.#entries.get(text);
    if (!entry) return;
    entry.users -= 1;
    if (entry.users === 0) this.#entries.delete(text);
  }
}

function makeShared(serial: number, text: string): SharedFilter {
  const filter = parseFilterText(text);
  let matches: ((event: SiteEvent) => boolean) | undefined;
  return {
    serial,
    text,
    bytes: new TextEncoder().encode(text),
    filter,
    matches: (event) => {
      matches ??= matcher(filter);
      return matches(event);
    },
  };
}
