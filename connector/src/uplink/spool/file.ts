/**
 * The spool's file, opened for reading and writing, and its replacement. Each function resolves with the reason why it
 * failed, or with null. No two may be in progress at once.
 */
import {
  close,
  closeSync,
  fsync,
  fsyncSync,
  ftruncate,
  open,
  openSync,
  readFileSync,
  rename,
  renameSync,
  unlink,
  write,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

type Failure = string | null;

export type SpoolFile = Readonly<{
  /** What was in it when it was opened. */
  text: string;
  write: (text: string, position: number) => Promise<Failure>;
  truncate: (size: number) => Promise<Failure>;
  /**
   * Replaces the whole content, or nothing: whenever the process or the machine ends, the file has the old content or
   * the new one.
   */
  replace: (text: string) => Promise<Failure>;
  close: () => void;
}>;

/** Callers' numbers are in it. */
const ownerOnly = 0o600;

type Done = (error: Error | null) => void;

const done = (start: (callback: Done) => void): Promise<Failure> =>
  new Promise((resolve) => start((error) => resolve(error?.message ?? null)));

/** @throws if it cannot be opened. */
export function openSpoolFile(path: string): SpoolFile {
  // Created here if it does not exist. Appending would ignore positions, so it is opened once more.
  closeSync(openSync(path, "a", ownerOnly));
  let file = openSync(path, "r+");
  return {
    text: readFileSync(file, "utf8"),
    write: (text, position) => writeAll(file, Buffer.from(text), position),
    truncate: (size) => done((callback) => ftruncate(file, size, callback)),
    replace: async (text) => {
      const next = await writeNew(newOf(path), text);
      if (typeof next === "string") return next;
      const failure = await done((callback) => rename(newOf(path), path, callback));
      await done((callback) => close(failure === null ? file : next, callback));
      if (failure !== null) return failure;
      file = next;
      await syncFolder(dirname(path));
      return null;
    },
    close: () => closeSync(file),
  };
}

const newOf = (path: string) => `${path}.new`;

/**
 * The same as `replace`, before the file is opened.
 *
 * @throws if the disk fails.
 */
export function replaceNow(path: string, text: string): void {
  const file = openSync(newOf(path), "w", ownerOnly);
  writeFileSync(file, text);
  fsyncSync(file);
  closeSync(file);
  renameSync(newOf(path), path);
}

/** Node writes what the system takes: on a disk that becomes full a part, without an error. */
async function writeAll(file: number, bytes: Buffer, position: number): Promise<Failure> {
  let written = 0;
  while (written < bytes.length) {
    const left = bytes.subarray(written);
    const result = await new Promise<number | string>((resolve) =>
      write(file, left, 0, left.length, position + written, (error, count) => resolve(error ? error.message : count)),
    );
    if (typeof result === "string") return result;
    if (result === 0) return `only ${written} of ${bytes.length} bytes were written`;
    written += result;
  }
  return null;
}

/** Returns the new file, which is on the disk, or why there is none. */
async function writeNew(path: string, text: string): Promise<number | string> {
  const opened = await new Promise<number | string>((resolve) =>
    open(path, "w", ownerOnly, (error, file) => resolve(error ? error.message : file)),
  );
  if (typeof opened === "string") return opened;
  const failure = (await writeAll(opened, Buffer.from(text), 0)) ?? (await done((callback) => fsync(opened, callback)));
  if (failure === null) return opened;
  await done((callback) => close(opened, callback));
  await done((callback) => unlink(path, callback));
  return failure;
}

/** After this the rename survives a power cut. Some file systems cannot do it, and need not. */
async function syncFolder(folder: string): Promise<void> {
  const opened = await new Promise<number | null>((resolve) =>
    open(folder, "r", (error, file) => resolve(error ? null : file)),
  );
  if (opened === null) return;
  await done((callback) => fsync(opened, callback));
  await done((callback) => close(opened, callback));
}
