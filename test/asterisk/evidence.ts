/** What is left of a scenario for whoever has to understand a failure without playing it again. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SiteEvent } from "@pbxis/shared";
import type { AccountName } from "./config.ts";
import type { Lab } from "./lab.ts";
import type { Observer } from "./observer.ts";
import type { Recording } from "./stage.ts";
import type { Version } from "./unpack.ts";

/** One scenario as one account saw it; `differences` is empty when all was told as it was. */
export type Outcome = Readonly<{
  version: Version;
  account: AccountName | "none";
  name: string;
  seconds: number;
  differences: readonly string[];
}>;

/** What one observer's client was told during one scenario. */
export type Stream = Readonly<{ observer: Observer; events(): readonly SiteEvent[]; violations(): readonly string[] }>;

const folder = join(import.meta.dirname, "../../.cache/asterisk/evidence");

/** What was kept of the same scenario before is out of date; other runs' evidence is none of ours. */
export async function forgetEvidence(outcome: Outcome): Promise<void> {
  await rm(fileOf(outcome), { force: true });
}

export async function keepEvidence(outcome: Outcome, recording: Recording, stream: Stream, lab: Lab): Promise<void> {
  const start = recording.log[0]?.at ?? 0;
  const time = (at: number) => String(at - start).padStart(6);
  const lines = [
    `${outcome.name}, Asterisk ${outcome.version}, account ${outcome.account}`,
    "",
    ...outcome.differences,
    "",
    "== what happened",
    ...recording.log.map(({ at, who, text }) => `${time(at)} ${who}: ${text}`),
    "",
    "== what the client was told",
    ...stream.events().map((event) => `${time(event.at)} ${JSON.stringify(event)}`),
    "",
    "== what Asterisk told an account that sees all",
    ...recording.asterisk
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
  await writeFile(fileOf(outcome), `${lines.join("\n")}\n`);
}

function fileOf({ version, account, name }: Outcome): string {
  return join(folder, `${version}-${account}-${name.replace(/\W+/g, "-")}.txt`);
}
