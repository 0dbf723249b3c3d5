/**
 * The connector's log: JSON lines on stdout, or readable ones where a person is watching. Writing never waits: a reader that stalls
 * costs lines, for the AMI socket must be drained whatever happens.
 */
import { type Logger, pino } from "pino";

/** Beyond this many unwritten characters lines are dropped. */
const maxUnwritten = 1_000_000;

/** How long an ending process waits for its log to be read. */
const endTimeoutMs = 500;

export type Log = Logger;

/** The log, `flush` for a process that must end at once, and `end` for one that has the time to write all lines in their order. */
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
  // A log whose reader is gone is no reason to stop telling calls.
  destination.on("error", () => {});
  const end = () =>
    new Promise<void>((resolve) => {
      setTimeout(resolve, endTimeoutMs);
      destination.once("close", resolve);
      destination.end();
    });
  return { log: pino(options, destination), flush: () => destination.flushSync(), end };
}

/** `12:30:01 warn  uplink: …  key=value`. */
export function readable(line: Readonly<Record<string, unknown>>): string {
  const { time, level, msg, ...rest } = line;
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const details = Object.entries(rest).map(
    ([key, value]) => `  ${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return `${clock} ${String(level).padEnd(5)} ${msg}${details.join("")}\n`;
}
