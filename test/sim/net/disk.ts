/**
 * The stand-in for the parts of `node:fs` that the connector's spool uses: files that survive processes. A write that
 * is in progress when its process is killed is carried out, dropped, or carried out in part.
 */
import { theNetwork } from "./network.ts";

const files = new Map<string, string>();
const opened: string[] = [];

/** Deletes all files, for a new seed. */
export function emptyDisks(): void {
  files.clear();
  opened.length = 0;
}

export function openSync(path: string): number {
  if (!files.has(path)) files.set(path, "");
  return opened.push(path) - 1;
}

export function readFileSync(file: number): string {
  return files.get(opened[file] as string) ?? "";
}

export function closeSync(): void {}

export function write(file: number, text: string, done: (error: null, written: number) => void): void {
  later(
    file,
    (before) => before + text,
    (before, share) => before + text.slice(0, share * text.length),
    () => done(null, Buffer.byteLength(text)),
  );
}

export function ftruncate(file: number, _size: 0, done: (error: null) => void): void {
  later(
    file,
    () => "",
    (before) => before,
    () => done(null),
  );
}

function later(
  file: number,
  whole: (before: string) => string,
  part: (before: string, share: number) => string,
  done: () => void,
): void {
  const path = opened[file] as string;
  const { clock, chance } = theNetwork();
  const process = clock.current();
  const ms = 0.05 + chance() ** 4 * 20;
  const change = (make: (before: string) => string) => files.set(path, make(files.get(path) ?? ""));
  // Scheduled for a process that never ends: the operating system completes the write after the caller was killed.
  clock.after(ms, { name: "disk", alive: true }, "disk", () => {
    if (process.alive) change(whole);
    else if (chance() < 0.5) change((before) => part(before, chance()));
    if (process.alive) clock.as(process, done);
  });
}
