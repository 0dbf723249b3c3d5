/**
 * Claims the spool's file for this process, before it is opened: it becomes readable by its owner alone, and no second
 * connector gets it.
 *
 * The claim is a listening socket beside the file, so that the kernel ends it with the process, whichever way that
 * ends, and no process id can be mistaken for another's. Each process has a socket of its own name, which appears (by a
 * rename) only once it listens. A process publishes its own first and then looks for others: of two that start at once,
 * at least one sees the other. A socket that refuses connections was left by a process that is gone, and is removed.
 */
import { randomBytes } from "node:crypto";
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
} from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export type SpoolClaim =
  | Readonly<{ ok: true; path: string; warnings: readonly string[]; release: () => void }>
  | Readonly<{ ok: false; message: string }>;

const ownerOnly = 0o600;

/** Two processes that start at once withdraw and try again, after different times. */
const attempts = 8;
const longestPauseMs = 400;

export async function claimSpool(file: string): Promise<SpoolClaim> {
  const prepared = prepare(file);
  if (!prepared.ok) return prepared;
  const { path, warnings } = prepared;
  for (let attempt = 1; ; attempt++) {
    const own = await publish(path);
    if (typeof own === "string") {
      const warning = `spool: ${path} cannot be claimed (${own}); no other connector may use this file`;
      return { ok: true, path, warnings: [...warnings, warning], release: () => {} };
    }
    const other = await findOther(path, own.name);
    if (other === null) return { ok: true, path, warnings, release: own.withdraw };
    own.withdraw();
    if (attempt === attempts) return { ok: false, message: `${file} is in use by another connector (${other})` };
    await sleep(Math.random() * longestPauseMs);
  }
}

type Prepared = Readonly<{ ok: true; path: string; warnings: readonly string[] }> | Extract<SpoolClaim, { ok: false }>;

/** Checks what the spool needs, and narrows the file's rights. `path` has no symbolic links. */
function prepare(file: string): Prepared {
  const refuse = (message: string): Prepared => ({ ok: false, message });
  let path: string;
  let mode: number;
  try {
    const opened = openSync(file, "a+", ownerOnly);
    const stats = fstatSync(opened);
    closeSync(opened);
    if (!stats.isFile()) return refuse(`${file} is not a writable file`);
    path = realpathSync(file);
    mode = stats.mode & 0o777;
  } catch {
    return refuse(`${file} is not a writable file`);
  }
  const folder = dirname(path);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    return refuse(`the folder ${folder} is not writable; the file is replaced through a new one beside it`);
  }
  if ((mode & ~ownerOnly) === 0) return { ok: true, path, warnings: [] };
  const rights = mode.toString(8).padStart(4, "0");
  try {
    chmodSync(path, ownerOnly);
  } catch {
    return refuse(
      `${file} has the rights ${rights}, and callers' numbers are in it: only its owner may read it (0600)`,
    );
  }
  const warning = `spool: ${path} had the rights ${rights}; now only its owner may read and write it`;
  return { ok: true, path, warnings: [warning] };
}

type Published = Readonly<{ name: string; withdraw: () => void }>;

/** Returns why it is not possible: there are file systems without sockets. */
async function publish(path: string): Promise<Published | string> {
  const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  const name = `${basename(path)}.lock-${process.pid}-${randomBytes(4).toString("hex")}`;
  const listening = await listen(join(shortPath(path, folder), `${name}.new`));
  closeSync(folder);
  if (typeof listening === "string") return listening;
  const own = join(dirname(path), name);
  renameSync(`${own}.new`, own);
  return {
    name,
    withdraw: () => {
      listening.close();
      rmSync(own, { force: true });
    },
  };
}

/** A socket's path has at most about 100 characters. On Linux an open folder has a short one. */
function shortPath(path: string, folder: number): string {
  return process.platform === "linux" ? `/proc/self/fd/${folder}` : dirname(path);
}

function listen(path: string): Promise<Server | string> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error) => resolve(error.message));
    server.listen(path, () => resolve(server));
    server.unref();
  });
}

/** Another living process that has published a claim, as text; null if there is none. */
async function findOther(path: string, own: string): Promise<string | null> {
  const folder = dirname(path);
  const handle = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const prefix = `${basename(path)}.lock-`;
    const names = readdirSync(folder).filter((name) => name.startsWith(prefix) && name !== own);
    for (const name of names) {
      if (name.endsWith(".new")) continue;
      if (await answers(join(shortPath(path, handle), name)))
        return `process ${name.slice(prefix.length).split("-")[0]}`;
      rmSync(join(folder, name), { force: true });
    }
    return null;
  } finally {
    closeSync(handle);
  }
}

/** Whether a process listens on a socket. In doubt it does. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error: NodeJS.ErrnoException) =>
      resolve(error.code !== "ECONNREFUSED" && error.code !== "ENOENT"),
    );
  });
}
