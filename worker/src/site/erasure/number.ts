/**
 * Finds a caller's number in what a site stores, and takes it out (AP16): from the fields for numbers, with the name
 * beside it, and from texts that have it in them, such as the path of a recording. Pure.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { LogItem } from "../api.ts";

/** A shorter number is not looked for within texts: an extension is in the name of each of its channels. */
const minWithin = 7;
/** What stands for the number in a text that cannot be without it. */
const erased = "erased";

export class CallerNumber {
  /** The number without a `+`, as SQL looks for it. */
  readonly needle: string;
  readonly #within: RegExp;

  /** `+4155550100` and `4155550100` are one number. */
  constructor(number: string) {
    this.needle = number.replace(/^\+/, "");
    const literal = this.needle.replaceAll(/[.*+?^$|()[\]{}\\]/g, "\\$&");
    this.#within = new RegExp(`(?<![0-9A-Za-z])\\+?${literal}(?![0-9A-Za-z])`, "g");
  }

  /** The spellings that a column may have. */
  get spellings(): readonly [string, string] {
    return [this.needle, `+${this.needle}`];
  }

  is(value: string | null | undefined): boolean {
    return value === this.needle || value === `+${this.needle}`;
  }

  /** Whether a text has it in it, such as `/monitor/14155550100-1763889990.42.wav`. */
  isWithin(text: string | null): boolean {
    return text !== null && this.needle.length >= minWithin && text.search(this.#within) >= 0;
  }

  /** The item without the number and the name, or the same one if it has neither. */
  eraseFrom<Item extends LogItem>(item: Item): Item {
    return eraseItem(item, this) as Item;
  }

  /** Any JSON value: the number in its texts, also where it is short, is replaced. */
  eraseWithin(value: unknown): unknown {
    if (typeof value === "string") return value.replaceAll(this.#within, erased);
    if (Array.isArray(value)) return value.map((one) => this.eraseWithin(one));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.eraseWithin(one)]));
  }

  textWithout(text: string): string {
    return this.isWithin(text) ? text.replaceAll(this.#within, erased) : text;
  }
}

function eraseItem(item: LogItem, number: CallerNumber): LogItem {
  switch (item.type) {
    case "phoneNumber":
      return number.is(item.number) ? withheld(item) : item;
    case "queueCallEnded":
      return number.is(item.number) ? { ...item, number: null, name: null } : item;
    case "queueCallers": {
      const hasIt = item.callers.some((caller) => number.is(caller.number));
      const bare = (caller: (typeof item.callers)[number]) =>
        number.is(caller.number) ? { ...caller, number: null, name: null } : caller;
      return hasIt ? { ...item, callers: item.callers.map(bare) } : item;
    }
    case "agentComplete":
      return number.isWithin(item.recording) ? { ...item, recording: null } : item;
    case "parkedCall":
    case "unParkedCall":
    case "parkedCallTimeOut":
    case "parkedCallGiveUp":
    case "parkedCallState": {
      const hasIt = number.is(item.callerId) || number.isWithin(item.channel);
      const channel = item.channel === null ? null : number.textWithout(item.channel);
      return hasIt
        ? ({ ...item, channel, callerId: number.is(item.callerId) ? null : item.callerId } as LogItem)
        : item;
    }
    default:
      return item;
  }
}

/** EV4 says so of a caller who withholds the number. */
export function withheld<Event extends Extract<SiteEvent, { type: "phoneNumber" }>>(event: Event): Event {
  return { ...event, number: "unknown", name: null };
}
