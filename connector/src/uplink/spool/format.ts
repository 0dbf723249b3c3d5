/**
 * The content of the spool's file: a head of fixed length, `{"lost":         3}`, then one occurrence a line, as JSON.
 *
 * A line may have the mark of `uncorrected.ts`. The head counts the occurrences that are neither in the file nor known to the site. Because of its fixed length it is
 * overwritten in place, which also works on a full disk.
 */
import { eventTraits, SiteEvent } from "@pbxis/shared";
import * as z from "zod";
import { isUncorrected, markUncorrected } from "../uncorrected.ts";

/** What waits for the site, and how many occurrences were lost without its knowledge. */
export type SpoolContent = Readonly<{ events: readonly SiteEvent[]; lost: number }>;

type ReadContent = SpoolContent &
  Readonly<{
    /** Lines that are neither. */
    unreadable: number;
    /** It begins with a head and ends with a complete line. */
    isWhole: boolean;
  }>;

const maxDigits = 10;
const Loss = z.strictObject({ lost: z.int().nonnegative() });

export const headBytes = encodeHead(0).length;

export function encodeHead(lost: number): string {
  return `{"lost":${String(Math.min(lost, 10 ** maxDigits - 1)).padStart(maxDigits)}}\n`;
}

export function encodeEvents(events: readonly SiteEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}

export function encodeSpool({ events, lost }: SpoolContent): string {
  return encodeHead(lost) + encodeEvents(events);
}

/** Files of older versions have no head, and lines such as `{"lost":3}` anywhere. */
export function parseSpool(text: string): ReadContent {
  const events: SiteEvent[] = [];
  let lost = 0;
  let unreadable = 0;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const entry = parseEntry(line);
    if (entry === null) unreadable++;
    else if ("lost" in entry) lost += entry.lost;
    else events.push(entry);
  }
  const head = text.slice(0, headBytes);
  const hasHead = head.length === headBytes && head.endsWith("\n") && Loss.safeParse(parseJson(head)).success;
  return { events, lost, unreadable, isWhole: hasHead && text.endsWith("\n") };
}

function parseEntry(line: string): SiteEvent | z.infer<typeof Loss> | null {
  const value = parseJson(line);
  const loss = Loss.safeParse(value);
  if (loss.success) return loss.data;
  const event = SiteEvent.safeParse(value);
  if (!event.success || eventTraits[event.data.type].kind !== "occurrence") return null;
  return isUncorrected(Object(value)) ? markUncorrected(event.data) : event.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
