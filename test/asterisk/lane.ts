/**
 * One Asterisk, the chains that watch it, and the scenarios that are played on it, one after the other.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Event } from "@pbxis/shared";
import type { AccountName } from "./config.ts";
import { freeAddress, startLab } from "./lab.ts";
import { leastRights } from "./least.ts";
import { type Observer, observe } from "./observer.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { openTheatre, type Recording, type Stage, statusesToldByAsterisk, type Theatre } from "./stage.ts";
import { type Story, storyDifferences } from "./story.ts";
import type { Version } from "./unpack.ts";

/** One scenario as one account saw it; `differences` is empty when all was told as it was. */
export type Outcome = Readonly<{
  version: Version;
  account: AccountName | "none";
  name: string;
  seconds: number;
  differences: readonly string[];
}>;

export type Lane = Readonly<{
  version: Version;
  index: number;
  scenarios: readonly Scenario[];
  edge: URL | undefined;
  accounts: readonly AccountName[];
  /** Keeps the evidence of what passed, too. */
  keepAll: boolean;
  onOutcome(outcome: Outcome): void;
}>;

const evidence = join(import.meta.dirname, "../../.cache/asterisk/evidence");
const givenOut = new Set<string>();

export async function playLane(lane: Lane): Promise<void> {
  const address = await freeAddress(lane.version, givenOut);
  givenOut.add(address);
  const lab = await startLab(lane.version, address, await leastRights());
  const observers: Observer[] = [];
  let theatre: Theatre | undefined;
  try {
    theatre = await openTheatre(lab, observers);
    for (const account of lane.edge ? lane.accounts : []) {
      const site = `v${lane.version}-${lane.index}-${account}`;
      observers.push(await observe(lane.edge as URL, site, lab, account));
    }
    await theatre.stage.settled("before the first scenario");
    for (const scenario of lane.scenarios) await playOne(lane, theatre, scenario);
  } finally {
    await Promise.all(observers.map((observer) => observer.stop()));
    await theatre?.close();
    await lab.stop();
  }
}

async function playOne(lane: Lane, theatre: Theatre, scenario: Scenario): Promise<void> {
  const { stage } = theatre;
  const recording = theatre.begin();
  const started = Date.now();
  const from = stage.observers.map(({ client }) => client.mirror.events.length);
  const violationsFrom = stage.observers.map(({ client }) => client.mirror.violations.length);
  let story: Story | undefined;
  let broken: string | undefined;
  try {
    story = await scenario.play(stage);
  } catch (error) {
    broken = `could not be played: ${error instanceof Error ? error.message : String(error)}`;
  }
  const seconds = (Date.now() - started) / 1000;
  const eventsOf = (index: number) => stage.observers[index]?.client.mirror.events.slice(from[index]) ?? [];
  const strayFrom = (index: number) =>
    story ? storyDifferences(story, eventsOf(index), statusesToldByAsterisk(recording)) : [];
  await quiet(() => stage.observers.every((_, index) => strayFrom(index).length === 0));
  const outcomes = stage.observers.map((observer, index): Outcome => {
    const { mirror, ended } = { ...observer.client, ended: observer.client.ended() };
    const differences = [
      ...(broken ? [broken] : []),
      ...(recording.differences.get(observer.account) ?? []),
      ...strayFrom(index),
      ...mirror.violations.slice(violationsFrom[index]),
      ...(ended ? [`the client's stream ended: ${ended.code} ${ended.reason}`] : []),
    ];
    return { version: lane.version, account: observer.account, name: scenario.name, seconds, differences };
  });
  if (outcomes.length === 0)
    outcomes.push({
      version: lane.version,
      account: "none",
      name: scenario.name,
      seconds,
      differences: broken ? [broken] : [],
    });
  for (const [index, outcome] of outcomes.entries()) {
    lane.onOutcome(outcome);
    const observer = stage.observers[index];
    if (lane.keepAll || outcome.differences.length > 0)
      await keepEvidence(outcome, recording, eventsOf(index), observer, stage);
  }
  await theatre.reset();
  theatre.begin();
  await stage.settled("after the scenario was cleared away");
}

/** The last words of a call come a little after its end: waits until all is told, or for two seconds. */
async function quiet(isRight: () => boolean): Promise<void> {
  for (let tries = 0; tries < 20 && !isRight(); tries++) await sleep(100);
}

/** Evidence is of the last run only. */
export async function forgetEvidence(): Promise<void> {
  await rm(evidence, { recursive: true, force: true });
}

/** Everything needed to understand a failure without playing it again. */
async function keepEvidence(
  outcome: Outcome,
  recording: Recording,
  events: readonly Event[],
  observer: Observer | undefined,
  stage: Stage,
): Promise<void> {
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
    ...events.map((event) => `${time(event.at)} ${JSON.stringify(event)}`),
    "",
    "== what Asterisk told an account that sees all",
    ...recording.asterisk
      .filter(({ packet }) => !/^(VarSet|Newexten|TestEvent|RTCP|Cdr)/.test(packet.Event ?? ""))
      .map(({ at, packet }) => `${time(at)} ${JSON.stringify(packet)}`),
    "",
    "== the connector's log",
    observer?.log() ?? "",
    "",
    "== Asterisk's log",
    await stage.lab.log(40),
  ];
  await mkdir(evidence, { recursive: true });
  const file = `${outcome.version}-${outcome.account}-${outcome.name.replace(/\W+/g, "-")}.txt`;
  await writeFile(join(evidence, file), `${lines.join("\n")}\n`);
}
