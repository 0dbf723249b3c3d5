/**
 * The stand-in for the parts of `node:fs` that the connector's spool uses: files that survive processes. An operation
 * that is in progress when its process is killed is carried out, or dropped; a write may be carried out in part. A full
 * disk takes what needs no more space. A failing one takes nothing; it works while a process starts.
 */
import { createProcess } from "../clock.ts";
import { theNetwork } from "./network.ts";

/** A name refers to a file, and an opened file stays what it is when its name is given to another one. */
type File = { content: Buffer };
const names = new Map<string, File>();
const opened: File[] = [];

type Done = (error: Error | null) => void;

export const goodDisk = { isFull: false, isFailing: false } as const;
/** `failures`: when operations failed on a disk that takes nothing, in ms. */
export const diskFaults: { isFull: boolean; isFailing: boolean; failures: number[] } = { ...goodDisk, failures: [] };

/** Deletes all files, for a new seed. */
export function emptyDisks(): void {
  names.clear();
  opened.length = 0;
  Object.assign(diskFaults, goodDisk, { failures: [] });
}

export function openSync(path: string, flags: string): number {
  const file = names.get(path) ?? { content: Buffer.alloc(0) };
  if (flags === "w") file.content = Buffer.alloc(0);
  names.set(path, file);
  return opened.push(file) - 1;
}

export function readFileSync(file: number): string {
  return theFile(file).content.toString();
}

export function writeFileSync(file: number, text: string): void {
  theFile(file).content = Buffer.from(text);
}

export function renameSync(from: string, to: string): void {
  const file = names.get(from) as File;
  names.delete(from);
  names.set(to, file);
}

export function closeSync(): void {}

export function fsyncSync(): void {}

export function open(
  path: string,
  flags: string,
  ...rest: [...mode: number[], done: (error: Error | null, file: number) => void]
): void {
  const done = rest.at(-1) as (error: Error | null, file: number) => void;
  // A folder can be opened to be synced; it needs no content.
  let file = -1;
  later(
    () => {
      file = openSync(path, flags);
    },
    (error) => done(error, file),
  );
}

export function close(_file: number, done: Done): void {
  later(() => {}, done);
}

export function fsync(_file: number, done: Done): void {
  later(() => {}, done);
}

export function rename(from: string, to: string, done: Done): void {
  later(() => renameSync(from, to), done);
}

export function unlink(path: string, done: Done): void {
  later(() => void names.delete(path), done);
}

export function write(
  file: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
  position: number,
  done: (error: Error | null, written: number) => void,
): void {
  let written = 0;
  const put = (share: number) => {
    const { content } = theFile(file);
    const room = diskFaults.isFull ? Math.max(0, content.length - position) : length;
    written = Math.min(room, Math.floor(length * share));
    if (written === 0) return;
    const part = bytes.subarray(offset, offset + written);
    const next = Buffer.alloc(Math.max(content.length, position + part.length));
    content.copy(next);
    next.set(part, position);
    theFile(file).content = next;
  };
  later(
    () => put(1),
    (error) => done(error ?? (written === 0 ? new Error("ENOSPC: no space left on device, write") : null), written),
    put,
  );
}

export function ftruncate(file: number, size: number, done: Done): void {
  later(() => {
    theFile(file).content = theFile(file).content.subarray(0, size);
  }, done);
}

function theFile(file: number): File {
  return opened[file] as File;
}

/** `part` carries out a share of the operation, for one that is not atomic. */
function later(whole: () => void, done: Done, part: (share: number) => void = () => {}): void {
  const { clock, chance } = theNetwork();
  const process = clock.current();
  const ms = 0.05 + chance() ** 4 * 20;
  // Scheduled for a process that never ends: the operating system completes it after the caller was killed.
  clock.after(ms, createProcess("disk"), "disk", () => {
    const error = diskFaults.isFailing ? new Error("EIO: i/o error") : null;
    if (error) diskFaults.failures.push(clock.now());
    else if (process.alive) whole();
    else if (chance() < 0.5) part(chance());
    // As a step of its own, so that what follows belongs to the process.
    if (process.alive) clock.after(0, process, "disk is done", () => done(error));
  });
}
