/** Reads `.dev.vars`, the file in which `wrangler dev` expects secrets. */
import { readFileSync } from "node:fs";

/** The content of the repository's `.dev.vars`; undefined if there is no such file. */
export function readDevVars(): string | undefined {
  try {
    return readFileSync(new URL("../../.dev.vars", import.meta.url), "utf8");
  } catch {
    return undefined;
  }
}
