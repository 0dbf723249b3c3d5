/** `pnpm worker`: runs `wrangler dev`, and ends it when it is ended itself. Exit code 2 for a wrong command line or setting. */
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { devHelp, type Launch, parseDevCommand, parseReady, planLaunch } from "./dev-options.ts";
import { readSettings } from "./settings.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

function fail(message: string): never {
  process.stderr.write(`worker: ${message}\n`);
  process.exit(2);
}

function readDevVars(): string | undefined {
  try {
    return readFileSync(new URL("../../.dev.vars", import.meta.url), "utf8");
  } catch {
    return undefined;
  }
}

function run({ args, env }: Launch): void {
  const wrangler = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin/wrangler.js");
  // A process group of its own: the signals come from us alone, and whatever is left of the group at the end is ended with it.
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
      // Nothing is left of it.
    }
  };
  let ending: NodeJS.Signals | undefined;
  const end = (signal: NodeJS.Signals): void => {
    // The second time it is meant.
    if (ending) signalGroup("SIGKILL");
    else child.kill(signal);
    ending = signal;
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => end(signal));
  process.on("exit", () => signalGroup("SIGKILL"));
  child.on("message", (message) => {
    const url = parseReady(message);
    if (url !== undefined) process.stdout.write(`worker: listening on ${url}\n`);
  });
  child.on("error", (error) => fail(`wrangler could not be started: ${error.message}`));
  child.on("exit", (code) => process.exit(ending ? 0 : (code ?? 1)));
}

const command = parseDevCommand(process.argv.slice(2));
if (!command.ok) fail(`${command.message}\nTry: pnpm worker --help`);
if (command.value.kind === "help") process.stdout.write(devHelp);
else {
  const launch = planLaunch(command.value, readSettings(process.env, readDevVars()), process.env);
  if (!launch.ok) fail(launch.message);
  run(launch.value);
}
