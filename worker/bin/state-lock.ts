/**
 * Keeps two workers out of one state folder: each would find the other's locks in the objects' databases, and answer
 * everything with `outcome_unknown`.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Result } from "./settings.ts";

/** SQLITE_BUSY. */
const busyCode = 5;
/** Locks end when their databases are collected as garbage. */
const held: DatabaseSync[] = [];

/**
 * Holds `folder` until this process ends, however it ends. SQLite locks files in the way of the system at hand, which
 * Node itself cannot; the database stays empty. `name` is what the user calls the folder.
 */
export function lockState(folder: string, name: string): Result<null> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = new DatabaseSync(join(folder, "worker.lock"));
    lock.exec("BEGIN EXCLUSIVE");
    held.push(lock);
    return { ok: true, value: null };
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, "errcode") === busyCode)
      return {
        ok: false,
        message: `another worker uses the state folder ${name}; stop it, or give this one its own: --state DIR --port N`,
      };
    return { ok: false, message: `--state ${name}: ${error instanceof Error ? error.message : error}` };
  }
}
