/**
 * PBXIS_QUEUE_LOG: a gap that the queue_log fills is filled although the connector is killed while it does so, after any
 * of its frames. The connector's and the site's cores are the real ones; there is no network between them.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyEvent, ConnectorFrame, type SiteEvent, stateKey } from "@pbxis/shared";
import { afterAll, describe, expect, it } from "vitest";
import type { AmiEvent } from "../../connector/src/ami/event/event.ts";
import type { Log } from "../../connector/src/log.ts";
import { createAgentRule } from "../../connector/src/model/state/agent.ts";
import { createPipeline, type PipelineOutput } from "../../connector/src/pipeline/pipeline.ts";
import { createGapFiller } from "../../connector/src/queue-log/gap-filler.ts";
import { listsCompleted, member, queueParams } from "../../connector/src/testing/model-samples.ts";
import { Outbox } from "../../connector/src/uplink/outbox.ts";
import { createSession, stepSession } from "../../connector/src/uplink/session.ts";
import type { SessionInput, SessionOutput } from "../../connector/src/uplink/session-io.ts";
import { createMeta } from "../../worker/src/site/meta.ts";
import { noDuplicates, withDelivered } from "../../worker/src/site/uplink/duplicates.ts";
import { type FrameStep, type Site, stepFrame, stepHello, stepOffline } from "../../worker/src/site/uplink/ingress.ts";
import { until } from "../harness/wait.ts";

const folder = mkdtempSync(join(tmpdir(), "pbxis-kill-"));
const file = join(folder, "queue_log");
afterAll(() => rmSync(folder, { recursive: true }));

/** 10:00; below, seconds after it. */
const start = 1_795_425_000_000;
const at = (seconds: number) => start + seconds * 1000;
const lists = [queueParams("sales"), member("PJSIP/1003", "sales", { name: "Cid Agent" }), ...listsCompleted];
const log = { warn: () => {} } as unknown as Log;

/** The lines of the log and what they are at the site: `type second`. */
const lines: readonly (readonly [seconds: number, line: string])[] = [
  [12, "call-1|sales|NONE|ABANDON|1|1|9"],
  [20, "call-2|sales|Cid Agent|RINGNOANSWER|4000"],
  [26, "call-2|sales|Cid Agent|CONNECT|9|call-2b|4"],
  [30, "call-2|sales|Cid Agent|COMPLETECALLER|9|4|1"],
  [40, "call-3|sales|NONE|EXITWITHTIMEOUT|1|1|9"],
];
const expected = [
  "queueCallEnded 12.5",
  "agentRingEnded 20.5",
  "queueCallEnded 26.5",
  "agentComplete 30.5",
  "agentTalkEnded 30.5",
  "queueCallEnded 40.5",
];

/** The site, which stores each commit. */
function createSite() {
  let site: Site = { meta: createMeta("e"), states: new Map(), parts: [], duplicates: noDuplicates };
  const logged: SiteEvent[] = [];

  function store({ commit }: Pick<FrameStep, "commit">): void {
    if (!commit) return;
    const states = commit.replaceStates ?? new Map(site.states);
    for (const item of commit.items) {
      if (item.type === "link") continue;
      if (!commit.replaceStates) applyEvent(states, item);
      if (stateKey(item) === undefined) logged.push(item);
    }
    const { parts } = commit;
    const allParts = parts === "drop" ? [] : parts === "keep" ? site.parts : [...site.parts, parts.events];
    site = { meta: commit.meta, states, parts: allParts, duplicates: commit.duplicates ?? site.duplicates };
  }

  return {
    logged,
    receive(text: string, now: number): string {
      const frame = ConnectorFrame.parse(JSON.parse(text));
      if (frame.type === "outcome" || frame.type === "report") throw new Error(`unexpected ${text}`);
      const step =
        frame.type === "hello" ? stepHello(site, frame, now) : stepFrame(site, frame, { now, freshEpoch: "another" });
      expect(step.close).toBe(null);
      store(step);
      if (frame.type === "hello") site = { ...site, duplicates: withDelivered(noDuplicates, logged) };
      return JSON.stringify(step.reply);
    },
    loseUplink: (now: number) => store({ commit: stepOffline(site, now, now) }),
  };
}

/** One process of a connector. After `frames` frames that the site has stored, it is killed. */
function startProcess(site: ReturnType<typeof createSite>, name: string, frames: number) {
  const pipeline = createPipeline(createAgentRule(), { wrapUpSeconds: {}, logMs: 3000 } as never);
  // Each event has a frame of its own: there are as many steps at which the process may be killed as possible.
  const outbox = new Outbox({ frameBytes: 900_000, frameEvents: 1, occurrences: 1_000, occurrenceBytes: 1_000_000 });
  const identity = { epoch: name, startedAt: start, connectorVersion: "0" };
  let session = createSession(identity, 0, outbox);
  let now = start;
  let left = frames;

  function step(input: SessionInput): void {
    if (left <= 0) return;
    const next = stepSession(session, input);
    session = next.session;
    for (const output of next.outputs) perform(output);
  }

  function perform(output: SessionOutput): void {
    if (left <= 0) return;
    if (output.kind === "known") filler.onSiteKnows(output.asOf);
    if (output.kind === "snapshotDue") {
      const snapshot = pipeline.snapshot();
      if (snapshot) step({ kind: "snapshot", at: now, ...snapshot });
    }
    if (output.kind !== "send") return;
    const text = site.receive(output.text, now);
    left -= 1;
    step({ kind: "message", text, at: now, random: 0.5 });
  }

  function carryOut({ events, ami }: PipelineOutput): void {
    for (const event of events) outbox.pushEvent(event);
    if (ami) outbox.pushLink(ami);
    step({ kind: "pushed", at: now });
  }

  const filler = createGapFiller({
    file,
    spooled: [],
    onFacts: (facts) => {
      if (left <= 0) return;
      for (const fact of facts) pipeline.handle(fact);
      carryOut(pipeline.tick(now));
    },
    log,
  });
  outbox.missingSince = filler.missingSince;

  return {
    reachSite(seconds: number): void {
      now = at(seconds);
      step({ kind: "due", at: now, random: 0.5 });
      step({ kind: "opened", at: now });
    },
    reachAsterisk(seconds: number): void {
      now = at(seconds);
      const started: AmiEvent = { kind: "regenerationStarted", at: now, isNewConnection: true };
      filler.onEvent(started);
      for (const event of [started, ...lists]) pipeline.handle({ ...event, at: now } as AmiEvent);
      carryOut(pipeline.up(now, now, "22"));
      filler.onUp();
    },
    loseAsterisk(seconds: number): void {
      now = at(seconds);
      filler.onDown(now);
      carryOut(pipeline.down(now, now));
    },
    /** Whether the log is read and, for all that the process knows, nothing is missing. */
    isDone: () => left <= 0 || (filler.missingSince() === null && outbox.isDrained()),
  };
}

type Play = (process: ReturnType<typeof startProcess>, isFirst: boolean, since: number) => void;

/** How the gap comes about: the process was not there, or it had no AMI. */
const gaps: readonly (readonly [string, Play])[] = [
  [
    "no connector ran",
    (process, _isFirst, since) => {
      process.reachSite(since);
      process.reachAsterisk(since + 1);
    },
  ],
  [
    "no connector ran, and Asterisk is reached first",
    (process, _isFirst, since) => {
      process.reachAsterisk(since);
      process.reachSite(since + 1);
    },
  ],
  [
    "AMI was away",
    (process, isFirst, since) => {
      process.reachSite(isFirst ? 2 : since);
      process.reachAsterisk(isFirst ? 3 : since + 1);
      if (!isFirst) return;
      process.loseAsterisk(8);
      process.reachAsterisk(since);
    },
  ],
];

describe("EV16 EV17 EV23 a connector that fills a gap from the queue_log is killed", () => {
  it.each(gaps.flatMap((gap) => Array.from({ length: 24 }, (_, index) => [...gap, index + 1] as const)))(
    "%s (%#)",
    async (_title, play, frames) => {
      const text = lines.map(([seconds, line]) => `${at(seconds) / 1000}|${line}\n`);
      writeFileSync(file, text.join(""));
      const site = createSite();
      // Somebody reported until second 6.
      const first = startProcess(site, "a", 1_000);
      first.reachAsterisk(0);
      first.reachSite(1);
      site.loseUplink(at(6));
      for (const [index, most] of [frames, frames, 1_000].entries()) {
        const process = startProcess(site, `b${index}`, most);
        play(process, index === 0, 60 + 20 * index);
        await until("the log to be read", process.isDone);
        site.loseUplink(at(75 + 20 * index));
      }
      const happened = site.logged.map((event) => `${event.type} ${(event.at - start) / 1000}`);
      expect(happened.sort()).toEqual([...expected].sort());
    },
  );
});
