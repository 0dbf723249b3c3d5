/**
 * The connector's log: JSON lines, or readable ones if stdout is a terminal. Writing never blocks: a reader that stalls
 * costs lines, because the AMI socket must be read whatever happens.
 */
import { type Logger, type LoggerOptions, pino } from "pino";

/** Beyond this many unwritten characters lines are dropped. */
const maxUnwritten = 1_000_000;

/** How long a stopping process waits for its log to be written. */
const endTimeoutMs = 500;

export type Log = Logger;

/** RD1: what a line shows of its details and of its message. */
type Redact = Readonly<{
  details: <Details extends object>(details: Details) => Details;
  text: (text: string) => string;
}>;

/**
 * `flush` writes what waits, for a process that exits at once. `end` resolves when all lines are written, or after
 * 500 ms.
 */
export function createLog(
  output: NodeJS.WriteStream & Readonly<{ fd: number }>,
  level: string,
  redact?: Redact,
): Readonly<{ log: Log; flush: () => void; end: () => Promise<void> }> {
  const options: LoggerOptions = {
    level,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
    ...(redact && { hooks: { logMethod: redacting(redact) } }),
  };
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

function redacting({ details, text }: Redact): NonNullable<NonNullable<LoggerOptions["hooks"]>["logMethod"]> {
  const shown = (value: unknown) => {
    if (typeof value === "string") return text(value);
    return typeof value === "object" && value !== null ? details(value) : value;
  };
  return function (this: Logger, given, method) {
    method.apply(this, given.map(shown) as typeof given);
  };
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
