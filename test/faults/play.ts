/** One run: starts the chain, injects faults under load, waits until all is at rest, and collects the results. */
import { setTimeout as sleep } from "node:timers/promises";
import { differences, factsOf } from "../asterisk/compare.ts";
import { accounts } from "../asterisk/config.ts";
import { type Lab, startLab } from "../asterisk/lab.ts";
import { printedTexts } from "../asterisk/printed.ts";
import { readTruth } from "../asterisk/truth.ts";
import type { Version } from "../asterisk/unpack.ts";
import { startFaultProxy } from "../harness/fault-proxy.ts";
import { freePort } from "../harness/port.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Fault, type Scene, shuffledFaults } from "./faults.ts";
import { type Counts, openOffice } from "./office.ts";
import { createProcess, type ManagedProcess } from "./processes.ts";
import { startTap, type TappedCompletion } from "./tap.ts";
import { type Completed, type ConnectorRuns, parseQueueLog, type Sample, type Span } from "./verdict.ts";
import { openViewers, stateDifferences, type Viewer } from "./viewers.ts";
import { watchConnector } from "./watch.ts";

export type PlayOptions = Readonly<{
  minutes: number;
  seed: number;
  version: Version;
  folder: string;
  chance: () => number;
}>;

/** The results of a run. `stateProblems`: differences between clients and Asterisk after the end of all faults. */
export type Outcome = Readonly<{
  seed: number;
  minutes: number;
  faults: ReadonlyMap<string, number>;
  counts: Readonly<Counts>;
  completed: readonly Completed[];
  tapped: readonly TappedCompletion[];
  samples: readonly Sample[];
  runs: ConnectorRuns;
  disturbed: readonly Span[];
  viewers: readonly Viewer[];
  stateProblems: readonly string[];
  lost: number;
}>;

const site = "hq";
const restTimeoutMs = 60_000;
/** The bandwidth of the slow client's connection while faults are injected. */
const slowBytesPerSecond = 2_000;

export async function play(options: PlayOptions, print: (line: string) => void): Promise<Outcome> {
  const { chance, folder, minutes, seed } = options;
  const began = Date.now();
  const log = (text: string) => print(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`);
  const lab = await startLab(options.version, await printedTexts());
  const tap = await startTap(5038, lab.place.address);
  const port = await freePort();
  const [uplink, clients, slow] = await Promise.all([
    startFaultProxy(port),
    startFaultProxy(port),
    startFaultProxy(port),
  ]);
  slow.throttle(slowBytesPerSecond);
  const watchPort = await freePort();
  const worker = createWorker(folder, port);
  const connector = createConnector(folder, {
    ...(await connectorSettings(uplink.port, tap.proxy.port, watchPort)),
    PBXIS_SPOOL: `${folder}/spool`,
  });
  await Promise.all([worker.start(), connector.start()]);
  const watch = watchConnector(watchPort, connector);
  const viewers = openViewers(site, await mintToken({ site }), clients.port, slow.port);
  const areLive = () => viewers.every(({ subscribed }) => subscribed.link()?.state === "up");
  await until("all clients to be live", areLive, { timeoutMs: 30_000 });
  log("all parts are up");
  const office = await openOffice(lab, chance);
  const disturbed: Span[] = [];
  const { onConnectorEnded, onConnectorStarted } = watch;
  const networks = { ami: tap.proxy, uplink, clients };
  const scene: Scene = {
    lab,
    office,
    connector,
    worker,
    ...networks,
    disturbed,
    onConnectorEnded,
    onConnectorStarted,
    log,
  };
  const faults = await injectFaults(scene, chance, minutes);
  log("no more faults; the office closes");
  await office.close();
  slow.throttle(null);
  const stateProblems = await waitForRest(lab, viewers, log);
  // Time for duplicates and late occurrences to arrive; there is no condition to wait for.
  await sleep(2_000);
  const lost = await occurrencesLost(port);
  const completed = parseQueueLog(await lab.queueLog());
  for (const { subscribed } of viewers) subscribed.close();
  watch.stop();
  const { samples, runs } = watch;
  const results = {
    seed,
    minutes,
    faults,
    counts: office.counts,
    completed,
    tapped: tap.tapped,
    samples,
    runs,
    disturbed,
  };
  return { ...results, viewers, stateProblems, lost };
}

function createWorker(folder: string, port: number): ManagedProcess {
  const script = new URL("worker-process.ts", import.meta.url).pathname;
  return createProcess({
    name: "worker",
    args: [script, String(port), `${folder}/storage`],
    env: {},
    ready: "ready",
    folder,
  });
}

function createConnector(folder: string, env: Readonly<Record<string, string>>): ManagedProcess {
  const script = new URL("../../connector/src/main.ts", import.meta.url).pathname;
  return createProcess({ name: "connector", args: ["--", script], env, ready: "connector", folder });
}

async function connectorSettings(
  uplinkPort: number,
  amiPort: number,
  watchPort: number,
): Promise<Record<string, string>> {
  return {
    PBXIS_SITE: site,
    PBXIS_EDGE_URL: `http://127.0.0.1:${uplinkPort}/`,
    PBXIS_TOKEN: await mintToken({ site, role: "connector" }),
    PBXIS_WATCH_PORT: String(watchPort),
    AMI_HOST: "127.0.0.1",
    AMI_PORT: String(amiPort),
    AMI_USERNAME: accounts.least.username,
    AMI_SECRET: accounts.least.secret,
  };
}

/** Injects one fault after another, sometimes two at once, until the time is over. */
async function injectFaults(scene: Scene, chance: () => number, minutes: number): Promise<Map<string, number>> {
  const counted = new Map<string, number>();
  const busy = new Set<string>();
  let deck: Fault[] = [];
  const end = Date.now() + minutes * 60_000;
  const underWay = new Set<Promise<void>>();
  while (Date.now() < end) {
    await sleep(500 + chance() * 4_000);
    if (deck.length === 0) deck = shuffledFaults(chance);
    const fault = deck.pop();
    if (!fault) break;
    // Each part has at most one fault at a time.
    const [part = ""] = fault.name.split(" ");
    if (busy.has(part)) {
      deck.unshift(fault);
      continue;
    }
    busy.add(part);
    counted.set(fault.name, (counted.get(fault.name) ?? 0) + 1);
    scene.log(fault.name);
    const work = fault.run(scene, chance).finally(() => busy.delete(part));
    underWay.add(work);
    // One that fails stays, and ends the run below.
    work.then(
      () => underWay.delete(work),
      () => {},
    );
    if (chance() < 0.5) await Promise.race([work, sleep(5_000)]);
  }
  await Promise.all(underWay);
  return counted;
}

/**
 * Waits until every client shows the state that Asterisk reports. Returns the differences that remain after a minute.
 */
async function waitForRest(lab: Lab, viewers: readonly Viewer[], log: (text: string) => void): Promise<string[]> {
  const ami = await lab.ami();
  const end = Date.now() + restTimeoutMs;
  try {
    for (;;) {
      const truth = await readTruth(ami, {});
      const [first] = viewers;
      const shown = first?.subscribed.state.events() ?? [];
      const problems = [
        ...differences(truth, factsOf(shown)),
        ...viewers.flatMap((viewer) => stateDifferences(viewer, shown)),
        ...viewers.flatMap(({ name, subscribed }) =>
          subscribed.link()?.state === "up" && subscribed.status().kind === "live" ? [] : [`${name} is not live`],
        ),
      ];
      if (problems.length === 0) {
        log("every client shows the state that Asterisk reports");
        return [];
      }
      if (Date.now() > end) return problems;
      await sleep(200);
    }
  } finally {
    ami.close();
  }
}

async function occurrencesLost(port: number): Promise<number> {
  const token = await mintToken({ site });
  const response = await fetch(`http://127.0.0.1:${port}/v1/sites/${site}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const status: { lost: { total: number } } = JSON.parse(await response.text());
  return status.lost.total;
}
