/** A part of the demo that is a process of its own: quiet unless something is wrong, ended with all it started. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const keptLines = 12;
/** How long a part may take to end by itself. */
const graceMs = 6000;

export type Part = Readonly<{
  name: string;
  /** Resolves with the first line that matches. */
  saw: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Resolves when the process is gone; how, as a sentence. */
  gone: Promise<string>;
  lastLines: () => readonly string[];
  stop: () => Promise<void>;
}>;

type Options = Readonly<{
  name: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Takes each line that a person should see. */
  warn: (line: string) => void;
  isWarning: (line: string) => boolean;
}>;

export function startPart({ name, args, env, warn, isWarning }: Options): Part {
  // A process group of its own: Ctrl-C reaches it by us alone, once, in the order that we choose.
  const child = spawn(process.execPath, args, {
    cwd: root,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kept: string[] = [];
  const watchers = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on("line", (line) => {
      if (line.trim() === "") return;
      kept.push(line);
      if (kept.length > keptLines) kept.shift();
      for (const watch of watchers) watch(line);
      if (isWarning(line)) warn(`${name}: ${line}`);
    });
  const gone = new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(`could not be started: ${error.message}`));
    child.on("close", (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with exit code ${code}`));
  });
  return {
    name,
    gone,
    lastLines: () => kept,
    saw: (pattern) =>
      new Promise((resolve) => {
        const watch = (line: string) => {
          const match = pattern.exec(line);
          if (!match) return;
          watchers.delete(watch);
          resolve(match);
        };
        watchers.add(watch);
      }),
    stop: () => stopChild(child),
  };
}

async function stopChild(child: ChildProcess): Promise<void> {
  const isGone = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  if (isGone()) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  // The second signal is meant: then a part ends what it has started by force, as only it can.
  const insist = setTimeout(() => child.kill("SIGTERM"), graceMs);
  const force = setTimeout(() => child.kill("SIGKILL"), graceMs + 2000);
  await exited;
  clearTimeout(insist);
  clearTimeout(force);
}
