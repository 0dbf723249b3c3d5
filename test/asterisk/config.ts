/**
 * An installation's configuration: fills in the templates of `conf/` for one version and address, and writes them where
 * that Asterisk reads them.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Installation, phonesFor } from "./installation.ts";
import type { Version } from "./unpack.ts";

/**
 * The addresses and the folder of one Asterisk. `address` is that of AMI and SIP; the carrier's phone and the agents'
 * phones have addresses of their own next to it.
 */
export type Place = Readonly<{
  installation: Installation;
  version: Version;
  address: string;
  carrier: string;
  phones: string;
  lab: string;
}>;

/** What the connector prints for an administrator: the least-rights account, and the dialplan snippet. */
export type Printed = Readonly<{ account: string; dialplan: string }>;

/** An account of manager.conf. */
export type Account = Readonly<{ username: string; secret: string }>;

/**
 * `full` has all rights. `least` has the rights and the event filter that a careful administrator gives a connector.
 * `mask` has neither an event filter nor the right to set one, so that only the event mask can narrow its events.
 */
export const accounts = {
  full: { username: "full", secret: "full-secret" },
  least: { username: "pbxis", secret: "least-secret" },
  mask: { username: "mask", secret: "mask-secret" },
} as const satisfies Record<string, Account>;
export type AccountName = keyof typeof accounts;

const templates = join(import.meta.dirname, "conf");

/** Files that Asterisk reads at its start; here they are empty. */
const emptyFiles = ["acl", "pjproject", "ccss", "cdr", "cel", "cli_aliases", "http", "queuerules", "udptl"];

export function placeFor(installation: Installation, version: Version, address: string): Place {
  const octets = address.split(".").map(Number);
  const neighbour = (distance: number) => [...octets.slice(0, 3), ((octets[3] ?? 0) + distance) % 256].join(".");
  const others = { carrier: neighbour(200), phones: neighbour(100) };
  return { installation, version, address, ...others, lab: `/lab/${address}` };
}

/**
 * Writes all files into the folder `etc` and creates the folders that Asterisk writes to. `printed`: what the connector
 * prints for it.
 */
export async function writeConfiguration(tree: string, place: Place, printed: Printed): Promise<void> {
  const root = join(tree, place.lab);
  for (const folder of ["etc", "varlib/moh", "spool/monitor", "run", "log"])
    await mkdir(join(root, folder), { recursive: true });
  const values = valuesFor(place, printed);
  for (const folder of [templates, join(templates, place.installation.name)])
    for (const file of await readdir(folder)) {
      if (!file.endsWith(".conf")) continue;
      const text = fill(await readFile(join(folder, file), "utf8"), values, file);
      const names = file === "empty.conf" ? emptyFiles.map((name) => `${name}.conf`) : [file];
      for (const name of names) await writeFile(join(root, "etc", name), text);
    }
}

function valuesFor(place: Place, printed: Printed): Record<string, string> {
  const old = place.version === "16";
  return {
    address: place.address,
    carrier: place.carrier,
    lab: place.lab,
    ...printed,
    modules: old ? "/usr/lib/asterisk/modules" : "/usr/lib/x86_64-linux-gnu/asterisk/modules",
    // Unless configured, 16 records queues by the older application Monitor, which 22 no longer has.
    monitorModule: old ? "load = res_monitor.so" : "",
    monitorType: old ? "monitor-type = MixMonitor" : "",
    context: place.installation.context,
    moreModules: modulesFor(place).join("\n"),
    phones: pjsipPhones(place).join("\n"),
  };
}

function modulesFor({ installation, version }: Place): string[] {
  const chanSip = phonesFor(installation, version).some((phone) => phone.chanSip) ? ["chan_sip"] : [];
  return [...installation.modules, ...chanSip].map((name) => `load = ${name}.so`);
}

function pjsipPhones({ installation, version }: Place): string[] {
  return phonesFor(installation, version)
    .filter(({ chanSip }) => !chanSip)
    .map(
      ({ id, name, number = id, extra = "" }) =>
        `[${id}](phone)\naors = ${id}\ncallerid = ${name} <${number}>\n${extra}\n\n[${id}](contacts)\ntype = aor\n`,
    );
}

function fill(template: string, values: Record<string, string>, file: string): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${file} uses {{${name}}}, which has no value`);
    return value;
  });
}
