/**
 * Starts one Asterisk and the chains under test, and runs scenarios on it one after the other.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { AccountName } from "./config.ts";
import { type ObservedStream, removeEvidence, type ScenarioResult, saveEvidence } from "./evidence.ts";
import { type ExpectedStream, streamDifferences } from "./expected-stream.ts";
import type { Installation } from "./installation.ts";
import { startLab } from "./lab.ts";
import { type Observer, observe } from "./observer.ts";
import { printedTexts } from "./printed.ts";
import { ringDifferences } from "./rings.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { talkDifferences } from "./talks.ts";
import { lateMs, openTestBed, reportedDeviceStates, type TestBedControl } from "./test-bed.ts";
import type { Version } from "./unpack.ts";
import { waitDifferences } from "./waits.ts";

export type Run = Readonly<{
  installation: Installation;
  version: Version;
  index: number;
  scenarios: readonly Scenario[];
  edge: URL | undefined;
  accounts: readonly AccountName[];
  /** Writes evidence of passed scenarios, too. */
  keepAll: boolean;
  onResult(result: ScenarioResult): void;
}>;

export async function runScenarios(run: Run): Promise<void> {
  const lab = await startLab(run.version, await printedTexts(), { installation: run.installation });
  const observers: Observer[] = [];
  let control: TestBedControl | undefined;
  try {
    control = await openTestBed(lab, observers, run.edge);
    for (const account of run.edge ? run.accounts : []) {
      const site = `v${run.version}-${run.installation.name}-${run.index}-${account}`;
      observers.push(await observe(run.edge as URL, site, lab, account));
    }
    await control.bed.expectStates("before the first scenario");
    for (const scenario of run.scenarios) await runScenario(run, control, scenario);
  } finally {
    await Promise.all(observers.map((observer) => observer.stop()));
    await control?.close();
    await lab.stop();
  }
}

/**
 * A scenario that fails is played once more. Phones, Asterisk and eighteen chains share the machine, and a busy moment
 * may make a phone late. What fails again is wrong; what does not is reported with its differences, for somebody to
 * look at.
 */
async function runScenario(run: Run, control: TestBedControl, scenario: Scenario): Promise<void> {
  const first = await playScenario(run, control, scenario, false);
  if (first.every(({ differences }) => differences.length === 0)) {
    first.forEach(run.onResult);
    return;
  }
  const second = await playScenario(run, control, scenario, true);
  second.forEach((result, index) => {
    const { differences = [] } = first[index] ?? {};
    run.onResult(differences.length > 0 ? { ...result, first: differences } : result);
  });
}

async function playScenario(
  run: Run,
  control: TestBedControl,
  scenario: Scenario,
  isSecondPlay: boolean,
): Promise<ScenarioResult[]> {
  const { bed } = control;
  const log = control.startLog();
  const started = Date.now();
  const streams = bed.observers.map(observeStream);
  let expected: ExpectedStream | undefined;
  let failure: string | undefined;
  try {
    expected = await scenario.run(bed);
  } catch (error) {
    failure = `did not run to its end: ${error instanceof Error ? error.message : String(error)}`;
  }
  const seconds = (Date.now() - started) / 1000;
  const late = lateMs(log);
  const wrongIn = ({ events, observer }: ObservedStream) => {
    if (!expected) return [];
    const packets = log.amiEvents.map(({ packet }) => packet);
    return [
      ...streamDifferences(expected, events(), reportedDeviceStates(log), late),
      ...(expected.ringsMayBeMissed ? [] : ringDifferences(events(), packets, late)),
      ...talkDifferences(events(), log.lines, packets, expected.talks, late),
      ...waitDifferences(events(), packets, expected.waitEnds, observer.account === "least"),
    ];
  };
  await untilQuiet(() => streams.every((stream) => wrongIn(stream).length === 0));
  const about = { version: run.version, name: scenario.name, seconds, isSecondPlay };
  const failures = failure ? [failure] : [];
  const results: ScenarioResult[] = [];
  if (streams.length === 0) results.push({ ...about, account: "none", differences: failures });
  for (const stream of streams) {
    const { account } = stream.observer;
    const wrong = [...(log.differences.get(account) ?? []), ...wrongIn(stream), ...stream.violations()];
    const result = { ...about, account, differences: [...failures, ...wrong] };
    results.push(result);
    const keep = run.keepAll || result.differences.length > 0;
    await (keep ? saveEvidence(result, log, stream, bed.lab) : removeEvidence(result));
  }
  await control.reset();
  control.startLog();
  await bed.expectStates("after the reset");
  return results;
}

/** What one observer's client receives from now on. */
function observeStream(observer: Observer): ObservedStream {
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

/**
 * The last events of a call arrive after its end: waits until all is right three times in a row, at most ten seconds.
 */
async function untilQuiet(isRight: () => boolean): Promise<void> {
  let timesRight = 0;
  for (let tries = 0; tries < 100 && timesRight < 3; tries++) {
    await sleep(100);
    timesRight = isRight() ? timesRight + 1 : 0;
  }
}
