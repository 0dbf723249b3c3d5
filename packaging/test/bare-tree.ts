/**
 * A bare Debian to install packages in: its essential packages, what the .deb depends on, and systemd's tools. It is
 * unpacked once into `.cache/debian`; each test works in a copy. Processes in it see only themselves in `/proc`, as under
 * the systemd unit.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { access, cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensureMmdebstrap, LabError, machineMirrors } from "../../test/asterisk/unpack.ts";
import { root } from "../repository.ts";

const run = promisify(execFile);
const suite = "bookworm";
const cached = join(root, ".cache/debian", suite);
const packages = ["adduser", "libatomic1", "libstdc++6", "systemd"];

export type BareTree = Readonly<{
  path: string;
  /** Runs a command in the tree, by default as root. @throws Error with its output if it fails. */
  run: (command: readonly string[], user?: string) => Promise<string>;
  /** Starts a command in the tree. Ending the process ends the command. */
  start: (command: readonly string[], user: string, env: Readonly<Record<string, string>>) => ChildProcess;
  remove: () => Promise<void>;
}>;

/** @throws LabError if the machine is not Debian, or the user is not root. */
export async function copyBareTree(): Promise<BareTree> {
  if (process.getuid?.() !== 0) throw new LabError("the packages are installed in a chroot, which needs root");
  await ensureCached();
  const folder = await mkdtemp(join(tmpdir(), "pbxis-bare-"));
  const path = join(folder, "root");
  await run("cp", ["--archive", "--reflink=auto", cached, path]);
  return {
    path,
    run: async (command, user = "root") => {
      const { stdout, stderr } = await run("unshare", enter(path, user, command), {
        env: environment,
        maxBuffer: 1 << 24,
      });
      return stdout + stderr;
    },
    start: (command, user, env) =>
      spawn("unshare", enter(path, user, command), {
        env: { ...environment, ...env },
        stdio: ["ignore", "pipe", "pipe"],
      }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const environment = { PATH: "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8", HOME: "/" };

/** Each step replaces the process of the one before, so that one process id stands for all. */
function enter(tree: string, user: string, command: readonly string[]): string[] {
  const mount = 'mount -t proc -o subset=pid,hidepid=invisible proc "$0/proc" && exec chroot "$0" "$@"';
  // What NoNewPrivileges and CapabilityBoundingSet of the unit do.
  const limits = ["--init-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"];
  const drop = user === "root" ? [] : ["setpriv", `--reuid=${user}`, `--regid=${user}`, ...limits];
  return ["--mount", "sh", "-c", mount, tree, ...drop, ...command];
}

async function ensureCached(): Promise<void> {
  if (
    await access(cached).then(
      () => true,
      () => false,
    )
  )
    return;
  await ensureMmdebstrap();
  await mkdir(join(cached, ".."), { recursive: true });
  const fresh = await mkdtemp(`${cached}.new-`);
  const { main } = await machineMirrors();
  const options = ["--mode=root", "--variant=essential", `--include=${packages.join(",")}`];
  const small = ["--dpkgopt=path-exclude=/usr/share/{doc,man,locale,info}/*"];
  try {
    const target = join(fresh, "root");
    await run("mmdebstrap", [...options, ...small, suite, target, `deb ${main} ${suite} main`], { maxBuffer: 1 << 24 });
    await rename(target, cached);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Puts a file of this machine into a tree. */
export async function putFile(tree: BareTree, from: string, to: string): Promise<void> {
  await cp(from, join(tree.path, to));
}
