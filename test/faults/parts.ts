/** The connector and the worker as processes that can be killed without a warning and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";

export type Part = Readonly<{
  name: string;
  /** Of the life that runs now, or ran last; from 1. */
  life: () => number;
  isRunning: () => boolean;
  start: () => Promise<void>;
  /** SIGKILL to it and to all that it started. */
  kill: () => Promise<void>;
  /** SIGTERM, and waits until it has gone. */
  stop: () => Promise<void>;
}>;

type Command = Readonly<{
  name: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** A word that it prints when others can use it. */
  ready: string;
  /** Where its log goes. */
  folder: string;
}>;

const readyTimeoutMs = 30_000;
const running = new Set<ChildProcess>();

export function killAllParts(): void {
  for (const child of running) killGroup(child);
}

export function createPart({ name, args, env, ready, folder }: Command): Part {
  const log = createWriteStream(join(folder, `${name}.log`));
  let child: ChildProcess | undefined;
  let life = 0;
  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;

  async function start(): Promise<void> {
    life += 1;
    log.write(`--- life ${life} at ${new Date().toISOString()}\n`);
    // A group of its own, so that what it started dies with it.
    const started = spawn(process.execPath, ["--no-warnings", ...args], {
      env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    child = started;
    running.add(started);
    started.once("exit", () => running.delete(started));
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${name} was not ready in time`)), readyTimeoutMs);
      const done = (error?: Error) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve();
      };
      for (const stream of [started.stdout, started.stderr])
        stream?.on("data", (bytes: Buffer) => {
          log.write(bytes);
          if (String(bytes).includes(ready)) done();
        });
      started.once("exit", (code, signal) =>
        done(signal === "SIGKILL" ? undefined : new Error(`${name} ended: ${code ?? signal}`)),
      );
    });
  }

  async function kill(): Promise<void> {
    if (!child || !isRunning()) return;
    const exit = once(child, "exit");
    killGroup(child);
    await exit;
  }

  async function stop(): Promise<void> {
    if (!child || !isRunning()) return;
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    const [code] = await exit;
    if (code !== 0) throw new Error(`${name} was told to stop, and ended with ${code}`);
  }

  return { name, life: () => life, isRunning, start, kill, stop };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
