/** What every package takes from the repository: paths, the version, the time of the last commit. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..");
/** Where packages go. */
export const dist = join(root, "dist");

export function readVersion(): string {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
}

/**
 * The time that files in packages have, in seconds since 1970, so that the same commit makes the same bytes:
 * `SOURCE_DATE_EPOCH`, or that of the last commit.
 */
export function sourceDateEpoch(): string {
  return (
    process.env.SOURCE_DATE_EPOCH ??
    execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8" }).trim()
  );
}
