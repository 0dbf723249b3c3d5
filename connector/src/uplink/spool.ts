/**
 * A file of the occurrences that the site has not acknowledged (`PBXIS_SPOOL`): after a crash the next process sends
 * them. The site drops those that it already has (UP3).
 *
 * One JSON event a line, or `{"lost":n}`. Writes are asynchronous, in order, and not forced to the disk: the file
 * survives a process, not a power cut. A failing disk is logged once and costs nothing but the file.
 */
import { closeSync, ftruncate, openSync, readFileSync, write } from "node:fs";
import { eventTraits, SiteEvent } from "@pbxis/shared";
import * as z from "zod";

export type Spool = Readonly<{
  /** The occurrences that an earlier process left, and how many it had dropped unreported. */
  leftover: readonly SiteEvent[];
  lost: number;
  /** Bytes in the file, and still to be written. */
  size: () => number;
  append: (events: readonly SiteEvent[]) => void;
  /** Replaces everything in the file by `events` and the number of dropped occurrences. */
  replace: (events: readonly SiteEvent[], lost: number) => void;
  /** Resolves when all is written. */
  stop: () => Promise<void>;
}>;

/** Characters that wait for a disk that does not answer. Beyond it nothing is kept until the file is replaced. */
const maxUnwritten = 64_000_000;

const Loss = z.strictObject({ lost: z.int().positive() });
type Loss = z.infer<typeof Loss>;

type Log = (level: "info" | "error", message: string) => void;

export function openSpool(path: string, log: Log): Spool {
  // The file has callers' numbers: only its owner may read it.
  const file = openSync(path, "a+", 0o600);
  const text = readFileSync(file, "utf8");
  const read = parseSpool(text);
  logLeftover(path, read, log);
  let size = Buffer.byteLength(text);
  let unwritten = "";
  /** The file ends in an incomplete line, which the next line must not continue. */
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

  /** A disk that becomes full writes a part and reports no error. */
  function onWritten(error: Error | null, written: number, wanted: number): void {
    isTorn = written < wanted;
    onDone(error?.message ?? (isTorn ? `only ${written} of ${wanted} bytes were written` : undefined));
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
    leftover: read.events,
    lost: read.lost,
    size: () => size,
    append,
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

function logLeftover(path: string, { events, unreadable }: SpoolContent, log: Log): void {
  if (events.length > 0) log("info", `spool: ${events.length} occurrences of an earlier process wait to be sent`);
  // One is normal: the last line of a process that was killed may be incomplete.
  if (unreadable > 1) log("error", `spool: ${unreadable} lines of ${path} are unreadable`);
}

type SpoolContent = Readonly<{ events: readonly SiteEvent[]; lost: number; unreadable: number }>;

/** A line that is neither an occurrence nor a loss is counted and skipped. */
function parseSpool(text: string): SpoolContent {
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
