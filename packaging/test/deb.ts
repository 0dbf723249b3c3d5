/** The .deb and the executable in a bare Debian: installed, run, upgraded, removed and purged. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseEnv } from "node:util";
import { type BareTree, putFile } from "./bare-tree.ts";
import { boot, canBoot } from "./boot.ts";
import { type Check, expectWords } from "./check.ts";
import type { Place } from "./site.ts";

export type DebFiles = Readonly<{
  deb: string;
  next: string;
  executable: string;
  version: string;
  nextVersion: string;
}>;

const unit = "/usr/lib/systemd/system/pbxis-connector.service";
const settingsPath = "/etc/pbxis/connector.env";
const examplePath = "/usr/share/pbxis-connector/connector.env.example";
const program = "/usr/bin/pbxis-connector";
/** By `systemd-analyze security`, in tenths: 0 is nothing exposed, and up to 20 counts as safe. */
const maxExposure = 16;

export function debChecks(tree: BareTree, files: DebFiles, place: Place): readonly Check[] {
  const site = "deb";
  let before: ReadonlySet<string>;
  return [
    ["the executable serves a site without Node", () => runExecutable(tree, files.executable, place)],
    [
      "the .deb installs a user, a settings file for root and its group, and a folder for the user alone",
      async () => {
        before = await filesOf(tree);
        await install(tree, files.deb);
        expectWords(await tree.run(["getent", "passwd", "pbxis"]), "^pbxis:.*:/var/lib/pbxis:/usr/sbin/nologin$");
        assert.deepEqual(await rightsOf(tree, settingsPath, "/var/lib/pbxis", program), [
          "640 root",
          "700 pbxis",
          "755 root",
        ]);
        assert.equal(await tree.run([program, "--version"]), `${files.version}\n`);
      },
    ],
    [
      "the settings file has what to fill in, the example every setting, and the doctor names what is missing",
      async () => {
        const doctor = await tree.run([program, "doctor", "--env-file", settingsPath]).catch((error) => error.stdout);
        const missing = [...doctor.matchAll(/^✗ settings: (\w+) is missing/gm)].map(([, name]) => name);
        const settings = await readFile(join(tree.path, settingsPath), "utf8");
        assert.deepEqual(
          missing,
          [...settings.matchAll(/^(\w+)=$/gm)].map(([, name]) => name),
        );
        const names = (await tree.run([program, "--help"])).match(/^ {2}(?:AMI|PBXIS)_\w+/gm) ?? [];
        const text = await readFile(join(tree.path, examplePath), "utf8");
        for (const name of names) assert.match(text, new RegExp(`^#?${name.trim()}=`, "m"));
      },
    ],
    [
      "the unit is valid, and little is exposed",
      async () => {
        assert.equal(await tree.run(["systemd-analyze", "verify", unit]), "");
        await tree.run(["systemd-analyze", "security", "--offline=true", `--threshold=${maxExposure}`, unit]);
      },
    ],
    [
      "filled in, the doctor finds no problem, and it serves a site as its own user without any capability",
      async () => {
        await fillIn(tree, { ...(await place.settingsOf(site)) });
        expectWords(await tree.run([program, "doctor", "--env-file", settingsPath]), "^problems: 0,");
        const settings = parseEnv(await readFile(join(tree.path, settingsPath), "utf8")) as Record<string, string>;
        await place.expectToServe(site, tree.start([program], "pbxis", settings));
        assert.deepEqual(await rightsOf(tree, "/var/lib/pbxis/spool"), ["600 pbxis"]);
      },
    ],
    ["a real systemd runs the unit, with all that it forbids", () => runUnit(tree, place)],
    [
      "an upgrade keeps the settings, their rights and the spool",
      async () => {
        await install(tree, files.next);
        assert.equal(await tree.run([program, "--version"]), `${files.version}\n`);
        assert.equal(
          await tree.run(["dpkg-query", "--show", "pbxis-connector"]),
          `pbxis-connector\t${files.nextVersion}\n`,
        );
        expectWords(await readFile(join(tree.path, settingsPath), "utf8"), "^PBXIS_SITE=(deb|systemd)$");
        assert.deepEqual(await rightsOf(tree, settingsPath, "/var/lib/pbxis/spool"), ["640 root", "600 pbxis"]);
      },
    ],
    [
      "removal takes the program, the unit and its link, and leaves settings and spool",
      async () => {
        await tree.run(["systemctl", "--quiet", "enable", "pbxis-connector.service"]);
        await tree.run(["dpkg", "--remove", "pbxis-connector"]);
        const left = await filesOf(tree);
        const link = "/etc/systemd/system/multi-user.target.wants/pbxis-connector.service";
        for (const path of [program, unit, link]) assert.ok(!left.has(path), `${path} is left`);
        for (const path of [settingsPath, "/var/lib/pbxis/spool"]) assert.ok(left.has(path), `${path} is gone`);
      },
    ],
    [
      "a purge leaves nothing",
      async () => {
        await tree.run(["dpkg", "--purge", "pbxis-connector"]);
        const left = [...(await filesOf(tree))].filter((path) => !before.has(path) && !isOfOthers(path));
        assert.deepEqual(left, []);
        await assert.rejects(tree.run(["getent", "passwd", "pbxis"]));
      },
    ],
  ];
}

async function runUnit(tree: BareTree, place: Place): Promise<void> {
  if (!(await canBoot())) {
    console.log("NOT CHECKED: this machine boots no systemd (it needs the right to mount a cgroup2)");
    return;
  }
  const site = "systemd";
  await fillIn(tree, await place.settingsOf(site));
  await tree.run(["systemctl", "--quiet", "enable", "pbxis-connector.service"]);
  const booted = boot(tree);
  try {
    await place.expectStates(site, booted.child);
  } finally {
    await booted.stop();
  }
}

async function runExecutable(tree: BareTree, executable: string, place: Place): Promise<void> {
  await putFile(tree, executable, "/usr/local/bin/pbxis-connector");
  const settings = await place.settingsOf("executable");
  await place.expectToServe("executable", tree.start(["pbxis-connector"], "daemon", settings));
  await tree.run(["rm", "/usr/local/bin/pbxis-connector"]);
}

async function install(tree: BareTree, deb: string): Promise<void> {
  const path = `/var/tmp/${basename(deb)}`;
  await putFile(tree, deb, path);
  await tree.run(["dpkg", "--install", path]);
  await tree.run(["rm", path]);
}

/** Sets what is there, and appends what is not. */
async function fillIn(tree: BareTree, settings: Readonly<Record<string, string>>): Promise<void> {
  const path = join(tree.path, settingsPath);
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  const kept = lines.filter((line) => !((line.split("=")[0] ?? "") in settings));
  const set = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  await writeFile(path, `${[...kept, ...set].join("\n")}\n`);
}

/** The mode and the owner of each path. */
async function rightsOf(tree: BareTree, ...paths: readonly string[]): Promise<string[]> {
  return (await tree.run(["stat", "--format=%a %U", ...paths])).trim().split("\n");
}

async function filesOf(tree: BareTree): Promise<Set<string>> {
  const skipped = ["/proc", "/dev", "/sys", "/run", "/tmp"].flatMap((path) => ["-path", path, "-prune", "-o"]);
  return new Set((await tree.run(["find", "/", ...skipped, "!", "-type", "d", "-print"])).trim().split("\n"));
}

/** Logs, the copies that adduser keeps, dpkg's own database, and what systemd writes when it boots. */
const ofOthers = [
  /^\/var\/(?:lib\/dpkg|log|lib\/systemd|cache)\//,
  /^\/etc\/(?:passwd|group|shadow|gshadow|subuid|subgid)-$/,
  /^\/(?:etc|var)\/\.updated$|^\/etc\/(?:machine-id|\.pwd\.lock)$/,
];

function isOfOthers(path: string): boolean {
  return ofOthers.some((pattern) => pattern.test(path));
}
