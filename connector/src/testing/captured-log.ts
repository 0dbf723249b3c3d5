/** A log that a test can read. */
import { pino } from "pino";
import type { Log } from "../log.ts";

/** `lines` are the JSON lines of `level` and above. */
export function captureLog(level: "trace" | "warn"): Readonly<{ log: Log; lines: readonly string[] }> {
  const lines: string[] = [];
  return { log: pino({ level }, { write: (line: string) => lines.push(line) }), lines };
}
