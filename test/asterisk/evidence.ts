/** Writes files with everything needed to understand a failed scenario without running it again. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SiteEvent } from "@pbxis/shared";
import type { AccountName } from "./config.ts";
import type { Lab } from "./lab.ts";
import type { Observer } from "./observer.ts";
import type { ScenarioLog } from "./test-bed.ts";
import type { Version } from "./unpack.ts";

/**
 * The result of one scenario for one account; it passed if `differences` is empty. `first`: the differences when it was
 * played first, if it was played again; the evidence of these is kept, too.
 */
export type ScenarioResult = Readonly<{
  version: Version;
  account: AccountName | "none";
  name: string;
  seconds: number;
  isSecondPlay: boolean;
  differences: readonly string[];
  first?: readonly string[];
}>;

/** What one observer's client received during one scenario. */
export type ObservedStream = Readonly<{
  observer: Observer;
  events(): readonly SiteEvent[];
  violations(): readonly string[];
}>;

const folder = join(import.meta.dirname, "../../.cache/asterisk/evidence");

/** Removes the evidence of an earlier run of the same scenario. Other files may belong to other runs. */
export async function removeEvidence(result: ScenarioResult): Promise<void> {
  await rm(fileOf(result), { force: true });
}

export async function saveEvidence(
  result: ScenarioResult,
  log: ScenarioLog,
  stream: ObservedStream,
  lab: Lab,
): Promise<void> {
  const start = log.lines[0]?.at ?? 0;
  const time = (at: number) => String(at - start).padStart(6);
  const lines = [
    `${result.name}, Asterisk ${result.version}, account ${result.account}`,
    "",
    ...result.differences,
    "",
    "== what happened",
    ...log.lines.map(({ at, who, text }) => `${time(at)} ${who}: ${text}`),
    "",
    "== what the client received",
    ...stream.events().map((event) => `${time(event.at)} ${JSON.stringify(event)}`),
    "",
    "== what Asterisk sent to the account with all rights",
    ...log.amiEvents
      .filter(({ packet }) => !/^(VarSet|Newexten|TestEvent|RTCP|Cdr)/.test(packet.Event ?? ""))
      .map(({ at, packet }) => `${time(at)} ${JSON.stringify(packet)}`),
    "",
    "== the connector's log",
    stream.observer.log(),
    "",
    "== Asterisk's log",
    await lab.log(40),
  ];
  await mkdir(folder, { recursive: true });
  await writeFile(fileOf(result), `${lines.join("\n")}\n`);
}

function fileOf({ version, account, name, isSecondPlay }: ScenarioResult): string {
  return join(folder, `${version}-${account}-${name.replace(/\W+/g, "-")}${isSecondPlay ? "-again" : ""}.txt`);
}
