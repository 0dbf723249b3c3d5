/**
 * The connector's log: JSON lines, or readable ones if stdout is a terminal. Writing never blocks: a reader that stalls
 * costs lines, because the AMI socket must be read whatever happens.
 */
import { type Logger, pino } from "pino";

/** Beyond this many unwritten characters lines are dropped. */
const maxUnwritten = 1_000_000;

/** How long a stopping process waits for its log to be written. */
const endTimeoutMs = 500;

export type Log = Logger;

/**
 * `flush` writes what waits, for a process that exits at once. `end` resolves when all lines are written, or after
 * 500 ms.
 */
export function createLog(
  output: NodeJS.WriteStream & Readonly<{ fd: number }>,
  level: string,
): Readonly<{ log: Log; flush: () => void; end: () => Promise<void> }> {
  const options = { level, base: null, formatters: { level: (label: string) => ({ level: label }) } };
  if (output.isTTY) {
    const log = pino(options, { write: (line) => output.write(readable(JSON.parse(line))) });
    return { log, flush: () => {}, end: async () => {} };
  }
  const destination = pino.destination({ dest: output.fd, sync: false, maxLength: maxUnwritten });
  // The connector goes on if the reader of its log is gone.
  destination.on("error", () => {});
  const end = () =>
    new Promise<void>((resolve) => {
      setTimeout(resolve, endTimeoutMs);
      destination.once("close", resolve);
      destination.end();
    });
  return { log: pino(options, destination), flush: () => destination.flushSync(), end };
}

/** A line for a terminal, such as `12:30:01 warn  uplink: …  key=value`. */
export function readable(line: Readonly<Record<string, unknown>>): string {
  const { time, level, msg, ...rest } = line;
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const details = Object.entries(rest).map(
    ([key, value]) => `  ${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return `${clock} ${String(level).padEnd(5)} ${msg}${details.join("")}\n`;
}
