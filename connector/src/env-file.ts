/** Files of settings. */
import { readFileSync } from "node:fs";
// As a namespace: a named import of `parseEnv` would fail in an old Node before the version check could explain why.
import * as util from "node:util";

/** Reads `NAME=value` lines. */
export function readEnvFile(
  file: string,
):
  | Readonly<{ ok: true; values: Readonly<Record<string, string | undefined>> }>
  | Readonly<{ ok: false; message: string }> {
  try {
    return { ok: true, values: util.parseEnv(readFileSync(file, "utf8")) };
  } catch {
    return { ok: false, message: `--env-file: cannot read ${file}` };
  }
}
