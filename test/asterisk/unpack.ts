/**
 * Unpacks Asterisk from Debian's packages into `.cache/asterisk/VERSION`, without installing it on the machine. The
 * folder is reused by later runs. It is either complete or absent: Asterisk is unpacked under another name, which is
 * then renamed.
 */
import { execFile } from "node:child_process";
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

export const versions = ["22", "16"] as const;
export type Version = (typeof versions)[number];

/** The Debian release of each major version, and whether it has a security archive. */
const releases: Record<Version, { suite: string; security: boolean }> = {
  "22": { suite: "forky", security: false },
  "16": { suite: "bullseye", security: true },
};

const cache = join(import.meta.dirname, "../../.cache/asterisk");

/** A problem that the user can solve, such as something the machine lacks. It is printed without a stack trace. */
export class LabError extends Error {}

/**
 * The root folder of an unpacked Asterisk, ready for `chroot`. Unpacks it first if it is absent (about 10 s, 270 MB).
 *
 * @throws LabError if the machine is not Debian, the user is not root, or the packages cannot be unpacked.
 */
export async function unpackedTree(version: Version): Promise<string> {
  if (process.getuid?.() !== 0) throw new LabError("the Asterisk lab needs root (it runs Asterisk in a chroot)");
  const tree = join(cache, version);
  if (await exists(tree)) return tree;
  await ensureMmdebstrap();
  await mkdir(cache, { recursive: true });
  await removeAbandoned();
  const fresh = await mkdtemp(`${tree}.new-`);
  try {
    await unpack(version, join(fresh, "root"));
    await rename(join(fresh, "root"), tree);
  } catch (error) {
    // Another run may have been faster; its tree is just as good.
    if (!(await exists(tree))) throw asLabError(`Asterisk ${version} could not be unpacked`, error);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return tree;
}

/** Removes what killed runs have left half unpacked. Folders of the last hour may belong to another run. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(cache)) {
    const path = join(cache, name);
    if (!name.includes(".new-") || Date.now() - (await stat(path)).mtimeMs < 3_600_000) continue;
    await rm(path, { recursive: true, force: true });
  }
}

async function unpack(version: Version, tree: string): Promise<void> {
  const { suite, security } = releases[version];
  const mirrors = await machineMirrors();
  const sources = [`deb ${mirrors.main} ${suite} main`];
  if (security) sources.push(`deb ${mirrors.security} ${suite}-security main`);
  // The signatures of old releases have expired. The variant "extract" runs no maintainer scripts: the tree is files
  // only.
  const aptOptions = ['Acquire::Check-Valid-Until "false"', 'APT::Install-Recommends "false"'];
  await run(
    "mmdebstrap",
    [
      "--mode=root",
      "--variant=extract",
      "--include=asterisk,base-files,openssl",
      ...aptOptions.map((option) => `--aptopt=${option}`),
      suite,
      tree,
      ...sources,
    ],
    { maxBuffer: 1 << 24 },
  );
  // Debian links its only voice by a maintainer script, which did not run.
  const sounds = join(tree, "usr/share/asterisk/sounds");
  if (!(await exists(join(sounds, "en")))) await symlink("en_US_f_Allison", join(sounds, "en"));
  const { stdout } = await run("chroot", [tree, "/usr/sbin/asterisk", "-V"]);
  if (!stdout.startsWith(`Asterisk ${version}.`))
    throw new LabError(`Debian ${suite} no longer has Asterisk ${version} but "${stdout.trim()}"`);
}

/** The mirrors that this machine's apt uses, so that the lab also works behind a local mirror. */
export async function machineMirrors(): Promise<{ main: string; security: string }> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(release)?.[1];
  if (!codename || !/^ID=debian$/m.test(release)) throw new LabError("the Asterisk lab needs a Debian machine");
  const { stdout } = await run("apt-get", [
    "indextargets",
    "--format",
    "$(SITE) $(RELEASE) $(COMPONENT)",
    "Created-By: Packages",
  ]);
  const targets = stdout.split("\n").map((line) => line.split(" "));
  const siteOf = (suite: string) => targets.find(([, name, component]) => name === suite && component === "main")?.[0];
  const main = siteOf(codename);
  if (!main) throw new LabError(`apt's sources have no mirror for Debian ${codename}`);
  return { main, security: siteOf(`${codename}-security`) ?? `${main.replace(/\/$/, "")}-security` };
}

let ensured: Promise<void> | undefined;

/** Once, also when several trees are unpacked at the same time. */
export function ensureMmdebstrap(): Promise<void> {
  ensured ??= installMmdebstrap();
  return ensured;
}

async function installMmdebstrap(): Promise<void> {
  if (await run("mmdebstrap", ["--version"]).catch(() => undefined)) return;
  try {
    await aptGet(["update"]);
    await aptGet(["install", "-y", "--no-install-recommends", "mmdebstrap"]);
  } catch (error) {
    throw asLabError("mmdebstrap is missing and could not be installed by apt-get", error);
  }
}

/** Waits for apt's lock, which apt itself does not always do. */
async function aptGet(parameters: string[], tries = 30): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await run("apt-get", parameters, { env, maxBuffer: 1 << 24 });
  } catch (error) {
    if (tries <= 1 || !String(error).includes("Could not get lock")) throw error;
    await sleep(1000);
    await aptGet(parameters, tries - 1);
  }
}

function asLabError(what: string, error: unknown): LabError {
  if (error instanceof LabError) return error;
  const text = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
  const reason = text.trim().split("\n").slice(-3).join(" | ");
  return new LabError(`${what}: ${reason}`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
