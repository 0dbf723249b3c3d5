/**
 * One Asterisk, the chains that watch it, and the scenarios that are played on it, one after the other.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { AccountName } from "./config.ts";
import { forgetEvidence, keepEvidence, type Outcome, type Stream } from "./evidence.ts";
import { startLab } from "./lab.ts";
import { leastRights } from "./least.ts";
import { type Observer, observe } from "./observer.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { openTheatre, statusesToldByAsterisk, type Theatre } from "./stage.ts";
import { type Story, storyDifferences } from "./story.ts";
import type { Version } from "./unpack.ts";

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

export async function playLane(lane: Lane): Promise<void> {
  const lab = await startLab(lane.version, await leastRights());
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
  const streams = stage.observers.map(openStream);
  let story: Story | undefined;
  let broken: string | undefined;
  try {
    story = await scenario.play(stage);
  } catch (error) {
    broken = `could not be played: ${error instanceof Error ? error.message : String(error)}`;
  }
  const seconds = (Date.now() - started) / 1000;
  const wrongIn = ({ events }: Stream) =>
    story ? storyDifferences(story, events(), statusesToldByAsterisk(recording)) : [];
  await quiet(() => streams.every((stream) => wrongIn(stream).length === 0));
  const about = { version: lane.version, name: scenario.name, seconds };
  const play = broken ? [broken] : [];
  if (streams.length === 0) lane.onOutcome({ ...about, account: "none", differences: play });
  for (const stream of streams) {
    const { account } = stream.observer;
    const told = [...(recording.differences.get(account) ?? []), ...wrongIn(stream), ...stream.violations()];
    const outcome = { ...about, account, differences: [...play, ...told] };
    lane.onOutcome(outcome);
    const keep = lane.keepAll || outcome.differences.length > 0;
    await (keep ? keepEvidence(outcome, recording, stream, stage.lab) : forgetEvidence(outcome));
  }
  await theatre.reset();
  theatre.begin();
  await stage.settled("after the scenario was cleared away");
}

/** What one observer's client is told from now on. */
function openStream(observer: Observer): Stream {
  const { record, ended } = observer.client;
  const eventsBefore = record.events.length;
  const violationsBefore = record.violations.length;
  return {
    observer,
    events: () => record.events.slice(eventsBefore),
    violations: () => {
      const end = ended();
      const cut = end ? [`the client's stream ended: ${end.code} ${end.reason}`] : [];
      return [...record.violations.slice(violationsBefore), ...cut];
    },
  };
}

/** The last words of a call come a little after its end: waits until all is told and has stayed right for a while, at most two seconds. */
async function quiet(isRight: () => boolean): Promise<void> {
  let right = 0;
  for (let tries = 0; tries < 20 && right < 3; tries++) {
    await sleep(100);
    right = isRight() ? right + 1 : 0;
  }
}
