/**
 * The connector as a package for Debian and Ubuntu: the executable, a systemd unit, and a file of settings that upgrades
 * keep. Made by dpkg-deb of a staged tree; the same commit makes the same bytes.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { describeSettings } from "../../connector/src/config.ts";
import { root, sourceDateEpoch } from "../repository.ts";
import { exampleSettings } from "./settings-file.ts";

const run = promisify(execFile);
const sources = join(import.meta.dirname, "deb");
const scripts = ["postinst", "prerm", "postrm"];
/** Debian's names of processors. */
const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

export type DebParts = Readonly<{ version: string; executable: string; licenses: string; outfolder: string }>;

/** Returns the package's path. @throws Error without dpkg-deb, or on a processor that has no name here. */
export async function buildDeb({ version, executable, licenses, outfolder }: DebParts): Promise<string> {
  const architecture = architectures[process.arch];
  if (!architecture) throw new Error(`the .deb cannot be built for ${process.arch}`);
  const tree = await mkdtemp(join(tmpdir(), "pbxis-deb-"));
  try {
    await chmod(tree, 0o755);
    const put = putInto(tree);
    await put("usr/bin/pbxis-connector", executable, 0o755);
    await put("usr/lib/systemd/system/pbxis-connector.service", join(sources, "pbxis-connector.service"));
    await put("etc/pbxis/connector.env", join(sources, "connector.env"), 0o640);
    await put("usr/share/pbxis-connector/connector.env.example", Buffer.from(exampleSettings(describeSettings())));
    await put("usr/share/doc/pbxis-connector/README.md", join(import.meta.dirname, "README.md"));
    await put("usr/share/doc/pbxis-connector/copyright", Buffer.from(copyright(licenses)));
    await put("usr/share/doc/pbxis-connector/changelog.gz", gzipSync(readFileSync(join(root, "CHANGELOG.md"))));
    await put("DEBIAN/conffiles", Buffer.from("/etc/pbxis/connector.env\n"));
    await put("DEBIAN/control", Buffer.from(control(version, architecture)));
    for (const script of scripts) await put(`DEBIAN/${script}`, join(sources, script), 0o755);
    const outfile = join(outfolder, `pbxis-connector_${version}_${architecture}.deb`);
    await run("dpkg-deb", ["--root-owner-group", "-Zzstd", "--build", tree, outfile], {
      env: { ...process.env, SOURCE_DATE_EPOCH: await settleTimes(tree) },
    });
    return outfile;
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

function putInto(tree: string) {
  return async (path: string, content: string | Buffer, mode = 0o644): Promise<void> => {
    const target = join(tree, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    await (typeof content === "string" ? copyFile(content, target) : writeFile(target, content));
    await chmod(target, mode);
  };
}

/** dpkg-deb only lowers times that are later than this one. */
async function settleTimes(tree: string): Promise<string> {
  const epoch = sourceDateEpoch();
  for (const path of ["", ...(await readdir(tree, { recursive: true }))])
    await utimes(join(tree, path), Number(epoch), Number(epoch));
  return epoch;
}

function control(version: string, architecture: string): string {
  return `Package: pbxis-connector
Version: ${version}
Architecture: ${architecture}
Maintainer: pbxis-edge maintainers <pbxis-edge@users.noreply.github.com>
Section: comm
Priority: optional
Depends: adduser, libatomic1, libc6 (>= 2.28), libgcc-s1, libstdc++6
Description: publishes the queues and agents of an Asterisk PBX
 The connector of pbxis-edge holds one connection to AMI and a model of all queues
 and agents. It publishes their events to a worker, over one outbound WebSocket,
 and carries out the commands that clients send.
`;
}

function copyright(licenses: string): string {
  return `pbxis-edge is licensed under the Apache License, Version 2.0, which is
/usr/share/common-licenses/Apache-2.0 on Debian.

The executable contains Node.js and these packages:

${licenses}`;
}
