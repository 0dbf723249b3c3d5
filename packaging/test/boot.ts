/**
 * Boots the systemd of a bare tree, in namespaces of its own, so that a unit runs with all that it forbids. A chroot
 * would not do: the kernel refuses user namespaces inside one. What systemd could change of the machine is read-only.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import type { BareTree } from "./bare-tree.ts";

const namespaces = ["--mount", "--pid", "--fork", "--kill-child=KILL", "--uts", "--ipc", "--cgroup"];

const script = `
set -e
mount --make-rprivate /
mount --bind "$0" "$0"
cd "$0"
mkdir -p mnt/old sys
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
pivot_root . mnt/old
umount -l mnt/old
exec env -i container=other PATH=/usr/sbin:/usr/bin /lib/systemd/systemd --unit=multi-user.target --show-status=false
`;

/** Whether this machine lets a process mount what systemd needs; containers without privileges do not. */
export async function canBoot(): Promise<boolean> {
  const probe = "mkdir -p /tmp/pbxis-cgroup && mount -t cgroup2 cgroup2 /tmp/pbxis-cgroup";
  return promisify(execFile)("unshare", ["--mount", "--cgroup", "sh", "-c", probe]).then(
    () => true,
    () => false,
  );
}

export type Booted = Readonly<{ child: ChildProcess; stop: () => Promise<void> }>;

export function boot({ path }: BareTree): Booted {
  const child = spawn("unshare", [...namespaces, "sh", "-c", script, path], { stdio: ["ignore", "pipe", "pipe"] });
  return {
    child,
    stop: async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}
