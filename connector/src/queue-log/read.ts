/**
 * Reads what Asterisk's queue_log has of a time in which AMI was away: the file itself, and rotated ones beside it as
 * long as they may reach into that time. Files are read, never written.
 */
import { open, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { LoggedFact } from "../ami/event/event.ts";
import type { Log } from "../log.ts";
import { factsIn, firstTimeIn, type Gap } from "./parse.ts";

/** Of each file at most its end; a busy center writes about 1 MB an hour. */
const maxBytes = 16_777_216;
/** Rotated files that are looked at. */
const maxFiles = 5;

/** The facts in order of time. Without the file there are none, and the log says so. */
export async function readQueueLog(file: string, gap: Gap, log: Log): Promise<readonly LoggedFact[]> {
  const facts: LoggedFact[] = [];
  let unread = 0;
  try {
    for (const path of [file, ...(await rotated(file))]) {
      const text = await readEnd(path);
      const found = factsIn(text, gap);
      facts.push(...found.facts);
      unread += found.unread;
      const first = firstTimeIn(text);
      if (first !== undefined && first < gap.from) break;
    }
  } catch (error) {
    log.warn(`PBXIS_QUEUE_LOG: cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
  if (unread > 0)
    log.warn(`PBXIS_QUEUE_LOG: ${unread} lines of ${file} are no lines of a queue_log; they are left out`);
  return facts.sort((one, other) => one.at - other.at);
}

/** `queue_log.1` and the like, the newest first. Compressed ones cannot be read. */
async function rotated(file: string): Promise<string[]> {
  const prefix = `${basename(file)}.`;
  const names = await readdir(dirname(file));
  const paths = names.filter((name) => name.startsWith(prefix) && !/\.(gz|xz|bz2|zst)$/.test(name));
  const dated = await Promise.all(
    paths.map(async (name) => {
      const path = join(dirname(file), name);
      return { path, at: (await stat(path)).mtimeMs };
    }),
  );
  dated.sort((one, other) => other.at - one.at);
  return dated.slice(0, maxFiles).map(({ path }) => path);
}

async function readEnd(path: string): Promise<string> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, maxBytes);
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await handle.read(buffer, 0, length, size - length);
    const text = buffer.toString("utf8", 0, bytesRead);
    // The first line is cut off if the file is longer.
    return size > length ? text.slice(text.indexOf("\n") + 1) : text;
  } finally {
    await handle.close();
  }
}
