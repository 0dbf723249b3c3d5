/** The connector and the worker as processes that can be killed and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { inherited } from "../harness/inherited.ts";
import { startPatienceMs } from "../harness/wait.ts";

export type ManagedProcess = Readonly<{
  name: string;
  /** The number of the present run, or of the last one; starts at 1. */
  runNumber: () => number;
  isRunning: () => boolean;
  start: () => Promise<void>;
  /** Sends SIGKILL to the process and its children. */
  kill: () => Promise<void>;
  /** Sends SIGTERM and waits until the process has exited. */
  stop: () => Promise<void>;
}>;

type Command = Readonly<{
  name: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** A word that the process prints when it is ready. */
  ready: string;
  /** The folder of its log. */
  folder: string;
}>;

const running = new Set<ChildProcess>();

export function killAllProcesses(): void {
  for (const child of running) killGroup(child);
}

export function createProcess({ name, args, env, ready, folder }: Command): ManagedProcess {
  const log = createWriteStream(join(folder, `${name}.log`));
  let child: ChildProcess | undefined;
  let runNumber = 0;
  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;

  async function start(): Promise<void> {
    runNumber += 1;
    log.write(`--- run ${runNumber} at ${new Date().toISOString()}\n`);
    // `detached` makes a process group, so that its children can be killed with it.
    const started = spawn(process.execPath, ["--no-warnings", ...args], {
      env: { ...inherited, HOME: process.env.HOME ?? "", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    child = started;
    running.add(started);
    started.once("exit", () => running.delete(started));
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${name} was not ready in time`)), startPatienceMs);
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
    if (code !== 0) throw new Error(`${name} ended with ${code} after SIGTERM`);
  }

  return { name, runNumber: () => runNumber, isRunning, start, kill, stop };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has already ended.
  }
}
