/**
 * RD1: how one number, name, path or text is shown outside the site. Pure: the same value is always shown alike, and
 * what has been redacted once stays as it is, so that occurrences of an earlier process can be redacted again.
 *
 * | shown as | of a number           | in the name of a channel or device |
 * |----------|-----------------------|------------------------------------|
 * | `last4`  | `…0100`               | `Local/...0100@ctx-0000002b;1`     |
 * | `hash`   | `#5f3c9a0b12de`       | `Local/#5f3c9a0b12de@ctx-…`        |
 * | `all`    | `hidden`              | `Local/hidden@ctx-…`               |
 *
 * A channel's own characters stay free of `…`, so that a command may name the channel as it was seen (CM10).
 */
import type { Redaction } from "@pbxis/shared";
import { BoundedMap } from "../util/bounded-map.ts";

export type ShownValues = Readonly<{
  number: (number: string) => string;
  name: (name: string) => string;
  /** Null if nothing of the path is shown. */
  recording: (path: string) => string | null;
  /** `Local/+14155550100@ctx-0000002b;1`: the digits at its end, by which channels differ, stay. */
  channel: (channel: string) => string;
  /** What a channel is made of, such as a member's interface: `DAHDI/g1/4155550100`. */
  device: (device: string) => string;
  /** A message, which may quote numbers. */
  text: (text: string) => string;
}>;

export type RedactionPorts = Readonly<{
  /** Hex digits that only who has the key can compute; at least 12. */
  digest: (text: string) => string;
  /** Whether an agent with this id exists: ids stay. */
  isAgent: (id: string) => boolean;
}>;

const hidden = "hidden";
/** Digits alone may be a number that was dialed with `#`. */
const hashed = "#(?=[0-9]{0,11}[a-f])[0-9a-f]{12}(?![0-9a-f])";
const redacted = { last4: /^…(?:\d{4})?$/, hash: new RegExp(`^${hashed}$`), all: /^hidden$/ } as const;
/** A number within the name of a channel, or what stands for it. */
const run = new RegExp(`${hashed}|\\+?\\d{7,}`, "g");
/**
 * The same within a message: not the seconds of a Uniqueid (`1763889990.42`), and not the end of a channel's name
 * (`-00000012`).
 */
const runInText = new RegExp(`${hashed}|(?<![\\d.])(?!(?<=-)\\d{8}(?!\\d))\\+?\\d{7,}(?!\\d|\\.\\d)`, "g");
/** A number as people write it: `+1 (415) 555-0100`. */
const written = /\+?\(?\d[\d\s().\-/]*\d/g;
const redactedFile = /^#[0-9a-f]{12}(?:\.\w{1,5})?$/;
const extension = /\.[a-z][a-z0-9]{1,4}$/i;
const maxInitials = 5;

export function createShownValues({ numbers, names, recordings }: Redaction, ports: RedactionPorts): ShownValues {
  const isInternal = (text: string) => /^\d{2,6}$/.test(text) || ports.isAgent(text);
  const hash = createHash(ports.digest);

  function number(text: string): string {
    // EV4 says `unknown` of a caller who withholds the number.
    if (numbers === "none" || text === "" || text === "unknown") return text;
    if (isInternal(text) || redacted[numbers].test(text)) return text;
    if (numbers === "all") return hidden;
    // `+` is no part of the number: not every trunk sends it.
    if (numbers === "hash") return hash(text.replace(/^\+/, ""));
    return /^\+?\d{7,}$/.test(text) ? `…${text.slice(-4)}` : "…";
  }

  function within(text: string, digits: RegExp): string {
    if (numbers === "none") return text;
    return text.replace(digits, (found) => (found.startsWith("#") ? found : number(found)));
  }

  function device(text: string): string {
    return within(text, run).replaceAll("…", "...");
  }

  function name(text: string): string {
    if (names === "all") return text === "" ? text : hidden;
    if (names === "initials") return initialsOf(text);
    if (numbers === "none" || redacted[numbers].test(text)) return text;
    // Where the network sends no name, phones and trunks often repeat the number.
    return text.replace(written, (found) => {
      const digits = found.replace(/[^+\d]/g, "");
      return digits.length < 7 ? found : number(digits);
    });
  }

  function recording(path: string): string | null {
    if (recordings === "none") return path;
    if (recordings === "all") return null;
    const start = path.lastIndexOf("/") + 1;
    const file = path.slice(start);
    const shown = redactedFile.test(file) ? file : `${hash(file)}${extension.exec(file)?.[0] ?? ""}`;
    return `${within(path.slice(0, start), run)}${shown}`;
  }

  function channel(text: string): string {
    const suffix = /-[0-9a-f]{1,8}(?:;[12])?$/i.exec(text)?.[0] ?? "";
    return `${device(text.slice(0, text.length - suffix.length))}${suffix}`;
  }

  return { number, name, recording, channel, device, text: (text) => within(text, runInText) };
}

function initialsOf(name: string): string {
  if (name === hidden) return name;
  const letters = name.split(/\s+/).flatMap((word) => /\p{L}/u.exec(word)?.[0] ?? []);
  if (letters.length === 0) return name === "" ? name : hidden;
  return letters
    .slice(0, maxInitials)
    .map((letter) => `${letter}.`)
    .join(" ");
}

/** Digests are remembered: a call's number is in many events. */
function createHash(digest: RedactionPorts["digest"]): (text: string) => string {
  const known = new BoundedMap<string, string>(10_000);
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const shown = `#${digest(text).slice(0, 12)}`;
    known.set(text, shown);
    return shown;
  };
}
