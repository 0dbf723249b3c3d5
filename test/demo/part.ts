/** A part of the demo that runs as a process of its own: its output line by line, its end noticed, nothing of it left behind. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const keptLines = 15;
const lastLinesMs = 100;
/** A part that has not ended after this long is told again; after as long again it is killed. */
const patienceMs = 5_000;

export type PartOptions = Readonly<{
  name: string;
  /** The program, from the repository's root, and its arguments. */
  args: readonly string[];
  /** Its whole environment. */
  env: Readonly<Record<string, string>>;
  /** Gets the lines of its output that `isWarning`. */
  warn: (line: string) => void;
  isWarning: (line: string) => boolean;
}>;

export type Part = Readonly<{
  name: string;
  /** The first line of its output, from now on, that matches. */
  saw: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** How it ended, once it did without being stopped. */
  gone: Promise<string>;
  lastLines: () => readonly string[];
  stop: () => Promise<void>;
}>;

export function startPart({ name, args, env, warn, isWarning }: PartOptions): Part {
  // A process group of its own: Ctrl-C at the terminal reaches the demo alone, which ends its parts in order.
  const child = spawn(process.execPath, args, { cwd: root, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  const gone = Promise.withResolvers<string>();
  const closed = Promise.withResolvers<void>();
  let isStopping = false;
  for (const input of [child.stdout, child.stderr])
    createInterface({ input }).on("line", (raw) => {
      const line = stripVTControlCharacters(raw).trimEnd();
      if (line === "" || isStopping) return;
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      for (const look of waiting) look(line);
      if (isWarning(line)) warn(`${name}: ${line}`);
    });
  const onEnd = (how: string) => {
    if (!isStopping) gone.resolve(how);
    closed.resolve();
  };
  child.on("error", (error) => onEnd(`could not be started: ${error.message}`));
  // Not "close": a process that it left behind may hold its output open for ever. A moment lets its last lines arrive.
  child.on("exit", (code, signal) =>
    setTimeout(onEnd, lastLinesMs, `ended unexpectedly (${signal ?? `exit code ${code}`})`),
  );
  const signal = (wish: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(wish);
  };
  // Whatever ends the demo, even a defect of its own, ends its parts.
  const endNow = () => signal("SIGTERM");
  process.on("exit", endNow);
  return {
    name,
    saw: (pattern) => {
      const { promise, resolve } = Promise.withResolvers<RegExpExecArray>();
      waiting.push((line) => {
        const match = pattern.exec(line);
        if (match) resolve(match);
      });
      return promise;
    },
    gone: gone.promise,
    lastLines: () => lines,
    stop: async () => {
      isStopping = true;
      signal("SIGTERM");
      // A second SIGTERM is meant: the worker's launcher then ends by force what only it can reach.
      const insist = setTimeout(signal, patienceMs, "SIGTERM");
      const force = setTimeout(signal, 2 * patienceMs, "SIGKILL");
      await closed.promise;
      clearTimeout(insist);
      clearTimeout(force);
      process.off("exit", endNow);
    },
  };
}
