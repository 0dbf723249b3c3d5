/** A log that a test can read. */
import { pino } from "pino";
import type { Log } from "../log.ts";

/** `lines` as they would be written, from `level` on. */
export function captureLog(level: "trace" | "warn"): Readonly<{ log: Log; lines: readonly string[] }> {
  const lines: string[] = [];
  return { log: pino({ level }, { write: (line: string) => lines.push(line) }), lines };
}
