/**
 * A file of the occurrences that the site has not acknowledged (`PBXIS_SPOOL`): after a crash the next process sends
 * them. The site drops those that it already has (UP3).
 *
 * Writes are asynchronous and in order. What was appended survives the process, not a power cut; a replacement survives
 * both.
 *
 * | file     | what is in it                                   | leaves it                                           |
 * |----------|-------------------------------------------------|-----------------------------------------------------|
 * | complete | all that was appended since it was last emptied | a write fails, or waits too long → failing          |
 * | failing  | perhaps a part; the head counts what is missing | replaced by what waits, tried each 10 s → complete  |
 */
import type { SiteEvent } from "@pbxis/shared";
import { openSpoolFile, replaceNow, type SpoolFile } from "./file.ts";
import { encodeEvents, encodeHead, encodeSpool, headBytes, parseSpool, type SpoolContent } from "./format.ts";

type SpoolOptions = Readonly<{
  log: (level: "info" | "error", message: string) => void;
  /** The steady clock, in ms. */
  now: () => number;
  /** RD1: what an earlier process left may be older than the settings. */
  redact?: (event: SiteEvent) => SiteEvent;
}>;

/** At most `missing` of the occurrences that wait are not in the file. */
export type SpoolFailure = Readonly<{ because: string; missing: number }>;

/** Characters that wait for a disk that does not answer. Beyond it nothing is kept until the file is replaced. */
const maxUnwritten = 64_000_000;
const retryMs = 10_000;

type Standing = Readonly<{ kind: "complete" }> | Readonly<{ kind: "failing"; retryAt: number } & SpoolFailure>;
const complete: Standing = { kind: "complete" };

/** The JSON of `count` occurrences. */
type Batch = Readonly<{ text: string; count: number }>;
const nothing: Batch = { text: "", count: 0 };

/**
 * What is to be written instead of all before it. `unkept`: occurrences that no earlier write has put into the file.
 */
type Renewal =
  | Readonly<{ kind: "empty" }>
  | Readonly<{ kind: "replacement"; text: string; lost: number; unkept: number }>;

/** @throws if the file cannot be opened. */
export function openSpool(path: string, options: SpoolOptions): Spool {
  const { log } = options;
  const file = openSpoolFile(path);
  const { events: left, lost, unreadable, isWhole } = parseSpool(file.text);
  const events = options.redact ? left.map(options.redact) : left;
  const isCurrent = isWhole && encodeEvents(events) === encodeEvents(left);
  if (events.length > 0) log("info", `spool: ${events.length} occurrences of an earlier process wait to be sent`);
  // One is normal: the last line of a process that was killed may be incomplete.
  if (unreadable > 1) log("error", `spool: ${unreadable} lines of ${path} are unreadable`);
  if (isCurrent) return new Spool(path, file, { events, lost }, options);
  file.close();
  replaceNow(path, encodeSpool({ events, lost }));
  return new Spool(path, openSpoolFile(path), { events, lost }, options);
}

export class Spool {
  readonly #path: string;
  readonly #file: SpoolFile;
  readonly #options: SpoolOptions;
  /** What an earlier process left. */
  readonly leftover: SpoolContent;
  #standing: Standing = complete;
  /** The head's count without what is missing, and the file's length. */
  #lost: number;
  #end: number;
  #renewal: Renewal | null = null;
  /** Of the occurrences in the file, and of those still to be written. */
  #size: number;
  /** Whether nothing of that, nor the head's count, is needed any more. */
  #isVoid: boolean;
  /** To be appended after the renewal, if there is one. */
  #unwritten = nothing;
  #activity: "idle" | "writing" | "replacing" = "idle";
  readonly #waiting: (() => void)[] = [];

  constructor(path: string, file: SpoolFile, leftover: SpoolContent, options: SpoolOptions) {
    this.#path = path;
    this.#file = file;
    this.#options = options;
    this.leftover = leftover;
    this.#lost = leftover.lost;
    this.#end = Buffer.byteLength(file.text);
    this.#size = this.#end - headBytes;
    this.#isVoid = this.#size === 0 && leftover.lost === 0;
  }

  /** Bytes of the occurrences in the file, and of those still to be written. */
  size(): number {
    return this.#size;
  }

  /** Whether the next process would find nothing that the site needs. */
  isVoid(): boolean {
    return this.#isVoid;
  }

  /** Null while the file is complete. */
  failure(): SpoolFailure | null {
    if (this.#standing.kind === "complete") return null;
    const { because, missing } = this.#standing;
    return { because, missing };
  }

  append(events: readonly SiteEvent[]): void {
    const text = encodeEvents(events);
    this.#isVoid = false;
    if (this.#unwritten.text.length + text.length > maxUnwritten) {
      this.#fail("the disk does not answer", events.length);
      return;
    }
    this.#unwritten = { text: this.#unwritten.text + text, count: this.#unwritten.count + events.length };
    this.#size += Buffer.byteLength(text);
    this.#pump();
  }

  /** Nothing waits any more: the file's content is void. */
  empty(): void {
    this.#isVoid = true;
    this.#renew({ kind: "empty" }, 0);
  }

  /** Whether the file is to be replaced by what waits, because it is failing. */
  isReplaceDue(): boolean {
    const isUnderWay = this.#renewal?.kind === "replacement" || this.#activity === "replacing";
    return this.#standing.kind === "failing" && !isUnderWay && this.#options.now() >= this.#standing.retryAt;
  }

  replace(content: SpoolContent): void {
    const before = this.#renewal?.kind === "replacement" ? this.#renewal.unkept : 0;
    const unkept = before + this.#unwritten.count;
    const text = encodeSpool(content);
    this.#isVoid = content.events.length === 0 && content.lost === 0;
    this.#renew({ kind: "replacement", text, lost: content.lost, unkept }, Buffer.byteLength(text) - headBytes);
  }

  /** Resolves when nothing is to be written. */
  settled(): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#pump();
    });
  }

  async stop(): Promise<void> {
    await this.settled();
    this.#file.close();
  }

  #renew(renewal: Renewal, size: number): void {
    this.#renewal = renewal;
    this.#size = size;
    this.#unwritten = nothing;
    this.#pump();
  }

  #pump(): void {
    if (this.#activity === "idle") void this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    for (;;) {
      const renewal = this.#renewal;
      const batch = this.#unwritten;
      if (!renewal && batch.count === 0) break;
      this.#activity = renewal?.kind === "replacement" ? "replacing" : "writing";
      if (renewal) this.#renewal = null;
      else this.#unwritten = nothing;
      if (!renewal) await this.#writeBatch(batch);
      else if (renewal.kind === "empty") await this.#writeEmpty();
      else await this.#writeReplacement(renewal);
    }
    this.#activity = "idle";
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #writeBatch({ text, count }: Batch): Promise<void> {
    const failure = this.#missing() > 0 ? this.failure()?.because : await this.#file.write(text, this.#end);
    if (failure === undefined || failure === null) {
      this.#end += Buffer.byteLength(text);
      return;
    }
    await this.#file.truncate(this.#end);
    this.#fail(failure, count);
    await this.#writeHead();
  }

  /** In place: nothing that is lost here is needed. The head goes first, or it would count what is not missing. */
  async #writeEmpty(): Promise<void> {
    this.#lost = 0;
    if (this.#standing.kind === "failing") this.#standing = { ...this.#standing, missing: 0 };
    const failure = (await this.#writeHead()) ?? (await this.#file.truncate(headBytes));
    if (failure === null) this.#end = headBytes;
    else this.#fail(failure, 0);
  }

  async #writeReplacement({ text, lost, unkept }: Extract<Renewal, { kind: "replacement" }>): Promise<void> {
    const failure = await this.#file.replace(text);
    if (failure !== null) {
      this.#fail(failure, unkept, this.#options.now() + retryMs);
      await this.#writeHead();
      return;
    }
    if (this.#standing.kind === "failing") this.#options.log("info", `spool: ${this.#path} is complete again`);
    this.#standing = complete;
    this.#lost = lost;
    this.#end = Buffer.byteLength(text);
  }

  /** Overwrites the head, which also works on a full disk. */
  #writeHead(): Promise<string | null> {
    return this.#file.write(encodeHead(this.#lost + this.#missing()), 0);
  }

  #missing(): number {
    return this.failure()?.missing ?? 0;
  }

  #fail(because: string, count: number, retryAt?: number): void {
    const before = this.#standing;
    this.#isVoid = false;
    this.#size = this.#end - headBytes + Buffer.byteLength(this.#unwritten.text);
    const isNew = before.kind === "complete";
    if (isNew)
      this.#options.log(
        "error",
        `spool: ${this.#path}: ${because}; what it lacks is in memory only until it is written`,
      );
    this.#standing = {
      kind: "failing",
      because,
      missing: this.#missing() + count,
      retryAt: retryAt ?? (isNew ? this.#options.now() + retryMs : before.retryAt),
    };
  }
}
