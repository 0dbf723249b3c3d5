/** A child process of the demo: reads its output by lines, notices its end, and never leaves it behind. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const keptLines = 15;
const lastLinesMs = 100;
/** A child that has not ended after this time gets a second SIGTERM, and after twice this time SIGKILL. */
const patienceMs = 5_000;

type ChildOptions = Readonly<{
  name: string;
  /** The program's path from the repository's root, and its arguments. */
  args: readonly string[];
  /** The complete environment. */
  env: Readonly<Record<string, string>>;
  /** Called with each line of output for which `isWarning` holds. */
  warn: (line: string) => void;
  isWarning: (line: string) => boolean;
}>;

export type Child = Readonly<{
  name: string;
  /** Waits for the next line of output that matches. */
  waitForLine: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Resolves with the way it ended, if it ended without `stop`. */
  ended: Promise<string>;
  lastLines: () => readonly string[];
  stop: () => Promise<void>;
}>;

export function startChild({ name, args, env, warn, isWarning }: ChildOptions): Child {
  // A process group of its own: Ctrl-C at the terminal reaches only the demo, which stops its children in order.
  const child = spawn(process.execPath, args, { cwd: root, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  const listeners: ((line: string) => void)[] = [];
  const ended = Promise.withResolvers<string>();
  const closed = Promise.withResolvers<void>();
  let isStopping = false;
  for (const input of [child.stdout, child.stderr])
    createInterface({ input }).on("line", (raw) => {
      const line = stripVTControlCharacters(raw).trimEnd();
      if (line === "" || isStopping) return;
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      for (const listener of listeners) listener(line);
      if (isWarning(line)) warn(`${name}: ${line}`);
    });
  const onEnd = (how: string) => {
    if (!isStopping) ended.resolve(how);
    closed.resolve();
  };
  child.on("error", (error) => onEnd(`could not be started: ${error.message}`));
  // Not "close": a process that the child left behind may hold its output open. The delay lets the last lines arrive.
  child.on("exit", (code, signal) =>
    setTimeout(onEnd, lastLinesMs, `ended unexpectedly (${signal ?? `exit code ${code}`})`),
  );
  const signal = (signalName: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signalName);
  };
  // The children end with the demo, even if it crashes.
  const endNow = () => signal("SIGTERM");
  process.on("exit", endNow);
  return {
    name,
    waitForLine: (pattern) => {
      const { promise, resolve } = Promise.withResolvers<RegExpExecArray>();
      listeners.push((line) => {
        const match = pattern.exec(line);
        if (match) resolve(match);
      });
      return promise;
    },
    ended: ended.promise,
    lastLines: () => lines,
    stop: async () => {
      isStopping = true;
      signal("SIGTERM");
      // At a second SIGTERM the worker's launcher kills its own child, which only it can reach.
      const insist = setTimeout(signal, patienceMs, "SIGTERM");
      const force = setTimeout(signal, 2 * patienceMs, "SIGKILL");
      await closed.promise;
      clearTimeout(insist);
      clearTimeout(force);
      process.off("exit", endNow);
    },
  };
}
