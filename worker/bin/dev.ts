/**
 * `pnpm worker`: runs `wrangler dev` and stops it when it is stopped itself. The exit code is 2 for a wrong command
 * line or setting, otherwise that of wrangler.
 */
import { fork } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { devHelp, type Launch, parseDevCommand, parseReady, planLaunch } from "./dev-options.ts";
import { readDevVars } from "./dev-vars.ts";
import { isPortFree } from "./port.ts";
import { readSettings } from "./settings.ts";
import { lockState } from "./state-lock.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

function fail(message: string): never {
  process.stderr.write(`worker: ${message}\n`);
  process.exit(2);
}

function run({ args, env }: Launch): void {
  const wrangler = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin/wrangler.js");
  // A process group of its own: only this process sends it signals, and whatever is left of the group is killed at the
  // end.
  const child = fork(wrangler, args, {
    cwd: root,
    env,
    execArgv: [],
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const signalGroup = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // No process of the group is left.
    }
  };
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // A second signal kills at once.
    if (isStopping) signalGroup("SIGKILL");
    else child.kill(signal);
    isStopping = true;
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(signal));
  process.on("exit", () => signalGroup("SIGKILL"));
  child.on("message", (message) => {
    const url = parseReady(message);
    if (url !== undefined) process.stdout.write(`worker: listening on ${url}\n`);
  });
  child.on("error", (error) => fail(`wrangler could not be started: ${error.message}`));
  child.on("exit", (code) => process.exit(isStopping ? 0 : (code ?? 1)));
}

const command = parseDevCommand(process.argv.slice(2));
if (!command.ok) fail(`${command.message}\nTry: pnpm worker --help`);
if (command.value.kind === "help") process.stdout.write(devHelp);
else {
  const launch = planLaunch(command.value, readSettings(process.env, readDevVars()), process.env);
  if (!launch.ok) fail(launch.message);
  const { port, state } = command.value;
  // What the objects store has callers' numbers: its files are for this user alone.
  process.umask(0o077);
  const lock = lockState(resolve(root, state), state);
  if (!lock.ok) fail(lock.message);
  if (!(await isPortFree(port))) fail(`port ${port} is in use or not permitted; --port N listens on another one`);
  run(launch.value);
}
