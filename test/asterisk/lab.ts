/**
 * Starts and stops one real Asterisk on a loopback address, from an unpacked tree and with the lab's configuration.
 *
 * It can also be run by hand, to try things out:
 *
 *     node test/asterisk/lab.ts 22                          AMI on 127.0.0.22:5038 (TLS: 5039)
 *     node test/asterisk/lab.ts 16 --address 127.0.3.16     the other version, at another loopback address
 *     node test/asterisk/lab.ts 22 --freepbx                the installation in the style of FreePBX
 *
 * It prints the accounts and runs until Ctrl-C. The first start unpacks Asterisk (about 10 s, needs root on Debian).
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { hostname, setPriority } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { startPatienceMs } from "../harness/wait.ts";
import { type Ami, connectAmi } from "./ami.ts";
import { accounts, type Place, type Printed, placeFor, writeConfiguration } from "./config.ts";
import { freepbx, type Installation, ownLab } from "./installation.ts";
import { printedTexts } from "./printed.ts";
import { LabError, unpackedTree, type Version, versions } from "./unpack.ts";

const run = promisify(execFile);

export type Lab = Readonly<{
  place: Place;
  /** The certificate to trust for AMI over TLS (PEM). */
  certificate: string;
  /** Opens an AMI connection with the full account. */
  ami(): Promise<Ami>;
  /** Changes one configuration file. Asterisk reads it at its next reload. */
  edit(file: string, change: (text: string) => string): Promise<void>;
  /** Restores all changed files. Returns whether there were any. */
  restore(): Promise<boolean>;
  /** The last lines of Asterisk's log. */
  log(lines: number): Promise<string>;
  /** Kills Asterisk with SIGKILL. Its files remain. */
  kill(): Promise<void>;
  /** Starts Asterisk again after `kill`, with the same files. Resolves once it is fully booted. */
  boot(): Promise<void>;
  /** The newest recording: samples of 16 bits at 8 kHz. @throws Error if there is none. */
  recording(): Promise<Buffer>;
  /** The whole queue_log, which app_queue writes. */
  queueLog(): Promise<string>;
  queueLogFile: string;
  /** Stops Asterisk and removes its files. May be called twice. */
  stop(): Promise<void>;
}>;

/** The name in the certificate for AMI over TLS, which is made at each start. */
export const tlsName = "asterisk.lab";

const running = new Set<Lab>();

/**
 * Starts an installation, by default the lab's own, at the address `wanted` or at a free one. Resolves once it is fully
 * booted. `printed`: what the connector prints for it.
 *
 * @throws LabError if the address is in use or Asterisk does not start.
 */
export async function startLab(
  version: Version,
  printed: Printed,
  { wanted, installation = ownLab }: Readonly<{ wanted?: string | undefined; installation?: Installation }> = {},
): Promise<Lab> {
  const tree = await unpackedTree(version);
  const { address, claim } = wanted ? { address: wanted, claim: await claimAddress(wanted) } : await claimAny(version);
  const place = placeFor(installation, version, address);
  const root = join(tree, place.lab);
  try {
    await rm(root, { recursive: true, force: true });
    await prepareTree(tree, place, printed);
    const child = launch(tree, place);
    const lab = labOver(child, tree, place, root, claim);
    running.add(lab);
    await waitBooted(lab, child).catch(async (error) => {
      const log = await lab.log(15);
      await lab.stop();
      throw new LabError(`Asterisk ${version} did not start on ${address}: ${String(error)}\n${log}`);
    });
    return lab;
  } catch (error) {
    claim.close();
    throw error;
  }
}

/**
 * Lets this process and its children go first on a busy machine, as an administrator lets Asterisk: phones and people
 * keep time, the rest of a build need not. Not allowed everywhere; then they take their turn.
 */
export function goFirst(): void {
  try {
    setPriority(-10);
  } catch {}
}

/** Stops all Asterisks of this process. */
export async function stopAllLabs(): Promise<void> {
  await Promise.all([...running].map((lab) => lab.stop()));
}

function labOver(first: ChildProcess, tree: string, place: Place, root: string, claim: Server): Lab {
  let child = first;
  let stopping: Promise<void> | undefined;
  const originals = new Map<string, string>();
  const lab: Lab = {
    place,
    certificate: join(root, "etc/ami.pem"),
    ami: () => connectAmi(place.address, accounts.full),
    edit: async (file, change) => {
      const path = join(root, "etc", file);
      const text = await readFile(path, "utf8");
      if (!originals.has(path)) originals.set(path, text);
      await writeFile(path, change(text));
    },
    restore: async () => {
      for (const [path, text] of originals) await writeFile(path, text);
      const edited = originals.size > 0;
      originals.clear();
      return edited;
    },
    log: async (lines) => {
      const text = await readFile(join(root, "log/full"), "utf8").catch(() => "(no log)");
      return text.trimEnd().split("\n").slice(-lines).join("\n");
    },
    kill: () => endProcess(child, "SIGKILL"),
    boot: async () => {
      child = launch(tree, place);
      await waitBooted(lab, child);
    },
    recording: () => newestRecording(join(root, "spool/monitor")),
    queueLog: () => readFile(join(root, "log/queue_log"), "utf8"),
    queueLogFile: join(root, "log/queue_log"),
    stop: () => {
      stopping ??= endProcess(child).then(async () => {
        await rm(root, { recursive: true, force: true });
        claim.close();
        running.delete(lab);
      });
      return stopping;
    },
  };
  return lab;
}

async function newestRecording(folder: string): Promise<Buffer> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".wav"));
  const times = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).mtimeMs));
  const newest = files[times.indexOf(Math.max(...times))];
  if (newest === undefined) throw new Error(`no recording in ${folder}`);
  return (await readFile(join(folder, newest))).subarray(44);
}

function launch(tree: string, place: Place): ChildProcess {
  // The kernel kills Asterisk when this process ends, even by SIGKILL.
  const command = ["--pdeathsig", "KILL", "chroot", tree, "/usr/sbin/asterisk"];
  return spawn("setpriv", [...command, "-f", "-C", `${place.lab}/etc/asterisk.conf`], { stdio: "ignore" });
}

async function prepareTree(tree: string, place: Place, printed: Printed): Promise<void> {
  await nameHosts(tree, place);
  await writeConfiguration(tree, place, printed);
  const pem = `${place.lab}/etc/ami.pem`;
  const subject = ["-subj", `/CN=${tlsName}`, "-addext", `subjectAltName=DNS:${tlsName}`];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"];
  await run("chroot", [tree, "openssl", "req", "-x509", ...key, ...subject, "-keyout", `${pem}.key`, "-out", pem]);
  const [certificate, secret] = await Promise.all([readFile(join(tree, pem)), readFile(join(tree, `${pem}.key`))]);
  await writeFile(join(tree, pem), Buffer.concat([certificate, secret]), { mode: 0o600 });
}

/**
 * Asterisk resolves its own host name and that of a root server for each call. Without these files each call may wait
 * seconds for DNS. Other labs use the same tree, so the files are replaced atomically.
 */
async function nameHosts(tree: string, place: Place): Promise<void> {
  const files = {
    hosts: `127.0.0.1 localhost ${hostname()} A.ROOT-SERVERS.NET\n`,
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
  };
  for (const [name, text] of Object.entries(files)) {
    const fresh = join(tree, `etc/${name}.${place.address}`);
    await writeFile(fresh, text);
    await rename(fresh, join(tree, "etc", name));
  }
}

/**
 * AMI accepts logins before all modules are loaded, and before the CLI has all its commands. So this asks until
 * Asterisk says that it has booted.
 */
async function waitBooted(lab: Lab, child: ChildProcess): Promise<void> {
  const ended = new Promise<never>((_, reject) => {
    child.once("exit", (code, signal) => reject(new Error(`it ended with ${code ?? signal}`)));
    child.once("error", reject);
  });
  const boot = async () => {
    const ami = await connectAmi(lab.place.address, accounts.full, Date.now() + startPatienceMs);
    while (!(await ami.command("core waitfullybooted")).includes("fully booted")) await sleep(20);
    ami.close();
  };
  await Promise.race([boot(), ended]);
}

async function endProcess(child: ChildProcess, signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), 3000);
  await ended;
  clearTimeout(timer);
}

/**
 * Claims an address by listening on its port 5037, which keeps other labs away from it. Also checks that the ports that
 * Asterisk needs are free: Asterisk would start without them and only log it.
 */
async function claimAddress(address: string): Promise<Server> {
  const claim = await listen(address, 5037);
  try {
    for (const port of [5038, 5039]) (await listen(address, port)).close();
    const udp = createSocket("udp4");
    await new Promise<void>((resolve, reject) => udp.once("error", reject).bind(5060, address, resolve));
    udp.close();
  } catch {
    claim.close();
    throw new LabError(`ports 5038, 5039 or 5060 of ${address} are in use`);
  }
  return claim;
}

function listen(address: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", () => reject(new LabError(`${address} is in use by another lab; choose another --address`)));
    server.listen(port, address, () => resolve(server));
  });
}

/** The first address of 127.0.1.x, 127.0.2.x, … that no other lab has claimed. */
async function claimAny(version: Version): Promise<{ address: string; claim: Server }> {
  for (let third = 1; third < 250; third++) {
    const address = `127.0.${third}.${version}`;
    const claim = await claimAddress(address).catch(() => undefined);
    if (claim) return { address, claim };
  }
  throw new LabError("no free loopback address for Asterisk");
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { address: { type: "string" }, freepbx: { type: "boolean", default: false } },
  });
  const version = versions.find((known) => known === positionals[0]);
  if (!version)
    throw new LabError(`usage: node test/asterisk/lab.ts ${versions.join("|")} [--address 127.0.x.y] [--freepbx]`);
  const address = values.address ?? `127.0.0.${version}`;
  const lab = await startLab(version, await printedTexts(), {
    wanted: address,
    installation: values.freepbx ? freepbx : ownLab,
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => void lab.stop());
  const ami = await lab.ami();
  console.log((await ami.command("core show version")).split(" built")[0]);
  ami.close();
  console.log(
    `AMI ${address}:5038, TLS ${address}:5039; SIP ${address}:5060; carrier's phone ${lab.place.carrier}:5060`,
  );
  for (const { username, secret } of Object.values(accounts)) console.log(`account ${username} ${secret}`);
  console.log("Press Ctrl-C to stop.");
}

if (import.meta.main)
  main().catch((error) => {
    console.error(error instanceof LabError ? error.message : error);
    process.exitCode = 1;
  });
