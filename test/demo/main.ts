/**
 * `pnpm demo`: runs a PBX, the connector, the worker and a remote client on this machine, as separate as in production.
 */
import { parseArgs } from "node:util";
import { isPortFree } from "../../worker/bin/port.ts";
import { maxSites, runDemo } from "./demo.ts";

const help = `Runs all of pbxis-edge on this machine: a simulated PBX, the connector, the worker and a remote client.
Prints the live events that the client receives. The simulated PBX has a day behind it, which the dashboard shows.

  pnpm demo [--for SECONDS] [--sites NUMBER]

  --for SECONDS   stop after this time; the exit code is 0 only if live events arrived
  --sites NUMBER  as many sites, each with its own PBX and connector: 1 (the default) to ${maxSites}
  --help          show this text

AMI_HOST (with AMI_USERNAME, AMI_SECRET and the connector's other AMI_ settings) uses a real PBX instead of the
simulated one. PBXIS_DEMO_PORT sets the worker's port; the default is a free port. PBXIS_SECRET signs the demo's tokens,
so that pnpm run token can make others; by default it is random.
`;

function fail(message: string): never {
  process.stderr.write(`demo: ${message}\n`);
  process.exit(2);
}

function readSeconds(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 86_400)) fail("--for must be a number of seconds from 1 to 86400");
  return seconds;
}

function readSites(text: string | undefined): number {
  const sites = Number(text ?? 1);
  if (!Number.isInteger(sites) || sites < 1 || sites > maxSites) fail(`--sites must be a number from 1 to ${maxSites}`);
  if (sites > 1 && process.env.AMI_HOST) fail("--sites is for simulated PBXs: AMI_HOST names one of your own");
  return sites;
}

function readPort(text: string | undefined): number {
  if (!text) return 0;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) fail("PBXIS_DEMO_PORT must be a number from 1 to 65535");
  return port;
}

function readOptions() {
  // pnpm passes on the `--` before a script's options.
  const args = process.argv.slice(2).filter((argument, index) => index > 0 || argument !== "--");
  const text = { type: "string" } as const;
  try {
    return parseArgs({ args, options: { for: text, sites: text, help: { type: "boolean", short: "h" } } }).values;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error} (--help lists all options)`);
  }
}

const options = readOptions();
if (options.help) process.stdout.write(help);
else {
  const sites = readSites(options.sites);
  const settings = {
    seconds: readSeconds(options.for),
    sites,
    port: readPort(process.env.PBXIS_DEMO_PORT),
    env: process.env,
  };
  if (!(await isPortFree(settings.port)))
    fail(
      `port ${settings.port} is in use or not permitted; set PBXIS_DEMO_PORT to another one, or to none for a free one`,
    );
  process.exitCode = await runDemo(settings);
  process.exit();
}
