/**
 * A file of the occurrences that the site has not confirmed (`PBXIS_SPOOL`), so that a connector that dies does not take them along: its next life
 * tells them. What of it the site had already, it knows (UP3). One JSON event a line, or `{"lost":n}`; written behind, in order, and not forced to the disk: it outlives a
 * process, not a power cut. A disk that fails is told once and costs nothing but the file.
 */
import { closeSync, ftruncate, openSync, readFileSync, write } from "node:fs";
import { eventTraits, SiteEvent } from "@pbxis/shared";
import * as z from "zod";

export type Spool = Readonly<{
  /** What an earlier life left, and how much it had dropped without the site knowing of it. */
  left: readonly SiteEvent[];
  lost: number;
  /** Bytes in the file, and on the way there. */
  size: () => number;
  keep: (events: readonly SiteEvent[]) => void;
  /** `events`, and the number of those that were dropped, take the place of all that was kept. */
  replace: (events: readonly SiteEvent[], lost: number) => void;
  /** Resolves when all is written. */
  stop: () => Promise<void>;
}>;

/** Text that waits for a disk that does not answer; beyond it nothing is kept until the file is replaced. */
const maxUnwritten = 64_000_000;

const Loss = z.strictObject({ lost: z.int().positive() });
type Loss = z.infer<typeof Loss>;

type Log = (level: "info" | "error", message: string) => void;

export function openSpool(path: string, log: Log): Spool {
  // Numbers of callers are nobody else's business.
  const file = openSync(path, "a+", 0o600);
  const text = readFileSync(file, "utf8");
  const { events: left, lost, unreadable } = parseSpool(text);
  if (left.length > 0) log("info", `spool: ${left.length} occurrences of an earlier life wait to be told`);
  // The last line of a process that was killed may be half a line.
  if (unreadable > 1) log("error", `spool: ${unreadable} lines of ${path} cannot be read`);
  let size = Buffer.byteLength(text);
  let unwritten = "";
  /** The file ends in half a line, of which what follows must not become a part. */
  let isTorn = text !== "" && !text.endsWith("\n");
  let isReplaced = false;
  let isBusy = false;
  let isFaulty = false;
  const stopping: (() => void)[] = [];

  function onDone(problem: string | undefined): void {
    isBusy = false;
    if (problem !== undefined && !isFaulty) log("error", `spool: ${path}: ${problem}`);
    isFaulty = problem !== undefined;
    pump();
  }

  /** A disk that becomes full takes a part, and reports no error. */
  function onWritten(error: Error | null, written: number, wanted: number): void {
    isTorn = written < wanted;
    onDone(error?.message ?? (isTorn ? `only ${written} of ${wanted} bytes were taken` : undefined));
  }

  function pump(): void {
    if (isBusy) return;
    isBusy = true;
    if (isReplaced) {
      isReplaced = false;
      ftruncate(file, 0, (error) => onDone(error?.message));
    } else if (unwritten !== "") {
      const next = isTorn ? `\n${unwritten}` : unwritten;
      unwritten = "";
      write(file, next, (error, written) => onWritten(error, written, Buffer.byteLength(next)));
    } else {
      isBusy = false;
      for (const resolve of stopping.splice(0)) resolve();
    }
  }

  function append(entries: readonly (SiteEvent | Loss)[]): void {
    const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
    if (unwritten.length + lines.length > maxUnwritten) return;
    size += Buffer.byteLength(lines);
    unwritten += lines;
    pump();
  }

  return {
    ...{ left, lost },
    size: () => size,
    keep: append,
    replace: (events, lost) => {
      size = 0;
      unwritten = "";
      isReplaced = true;
      append(lost > 0 ? [{ lost }, ...events] : events);
    },
    stop: async () => {
      await new Promise<void>((resolve) => {
        stopping.push(resolve);
        pump();
      });
      closeSync(file);
    },
  };
}

/** A line that is neither is counted and passed over. */
function parseSpool(text: string): { events: SiteEvent[]; lost: number; unreadable: number } {
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
  return { events, lost, unreadable };
}

function parseEntry(line: string): SiteEvent | Loss | null {
  try {
    const entry: unknown = JSON.parse(line);
    const loss = Loss.safeParse(entry);
    if (loss.success) return loss.data;
    const event = SiteEvent.parse(entry);
    return eventTraits[event.type].kind === "occurrence" ? event : null;
  } catch {
    return null;
  }
}
