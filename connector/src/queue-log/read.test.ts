import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SiteEvent } from "@pbxis/shared";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { LoggedFact } from "../ami/event/event.ts";
import type { Log } from "../log.ts";
import { createGapWatch } from "./gap.ts";
import { createGapFiller } from "./gap-filler.ts";
import { factsIn } from "./parse.ts";
import { readQueueLog } from "./read.ts";

const folder = mkdtempSync(join(tmpdir(), "pbxis-queue-log-"));
const file = join(folder, "queue_log");
afterAll(() => rmSync(folder, { recursive: true }));

const warnings: string[] = [];
const log = { warn: (message: string) => warnings.push(message) } as unknown as Log;
beforeEach(() => {
  warnings.length = 0;
});

const from = 1_795_425_000_000;
const gap = { from, to: from + 60_000 };
/** A line that was written so many seconds after the gap began. */
const line = (seconds: number, rest: string) => `${from / 1000 + seconds}|1795424990.7|sales|${rest}\n`;
const of = (seconds: number) => ({ at: from + seconds * 1000 + 500, queue: "sales", uniqueId: "1795424990.7" });

describe("PBXIS_QUEUE_LOG lines", () => {
  const wait = { kind: "loggedWaitEnd", member: null, position: 1, originalPosition: 2, waitSeconds: 9 };
  const call = { kind: "loggedCallEnd", member: "Ann Agent", waitSeconds: 3, talkSeconds: 61 };
  it.each<[string, object | null]>([
    ["NONE|ABANDON|1|2|9", { ...wait, outcome: "abandoned" }],
    ["NONE|EXITWITHTIMEOUT|1|2|9", { ...wait, outcome: "exited" }],
    ["NONE|EXITEMPTY|1|2|9", { ...wait, outcome: "exited" }],
    ["NONE|EXITWITHKEY|5|1|2|9", { ...wait, outcome: "exited" }],
    [
      "Ann Agent|CONNECT|9|1795425000.8|4",
      { ...wait, member: "Ann Agent", outcome: "answered", position: null, originalPosition: null },
    ],
    ["Ann Agent|COMPLETECALLER|3|61|1", { ...call, reason: "caller" }],
    ["Ann Agent|COMPLETEAGENT|3|61|1", { ...call, reason: "agent" }],
    ["Ann Agent|BLINDTRANSFER|1005|agents|3|61|1", { ...call, reason: "transfer" }],
    ["Ann Agent|ATTENDEDTRANSFER|BRIDGE|b1|3|61|1", { ...call, reason: "transfer" }],
    ["Ann Agent|RINGNOANSWER|4000", { kind: "loggedRingEnd", member: "Ann Agent", ringMs: 4000 }],
    ["NONE|ENTERQUEUE||+14155550100|1", null],
    ["Ann Agent|PAUSE|Lunch", null],
  ])("%s", (rest, expected) => {
    const { facts, unread } = factsIn(line(5, rest), gap);
    expect({ facts, unread }).toEqual({ facts: expected ? [{ ...of(5), ...expected }] : [], unread: 0 });
  });

  it("of the gap only, with the second in which it began; what is no line is counted, and a last part is left", () => {
    const abandon = "NONE|ABANDON|1|1|1";
    const text = [line(-1, abandon), line(0, abandon), line(60, abandon), line(61, abandon)].join("");
    const { facts, unread } = factsIn(`${text}time;queue;ABANDON\n\n${line(3, abandon).slice(0, -8)}`, {
      from: from + 500,
      to: gap.to,
    });
    expect({ times: facts.map(({ at }) => (at - from) / 1000), unread }).toEqual({ times: [0.5, 60.5], unread: 1 });
  });
});

describe("PBXIS_QUEUE_LOG files", () => {
  it("goes back to rotated files as long as they may reach into the gap", async () => {
    writeFileSync(file, line(30, "NONE|ABANDON|1|1|3"));
    writeFileSync(`${file}.1`, line(-90, "NONE|ABANDON|1|1|1") + line(10, "NONE|ABANDON|1|1|2"));
    writeFileSync(`${file}.2`, line(20, "NONE|ABANDON|1|1|9"));
    writeFileSync(`${file}.3.gz`, "");
    utimesSync(`${file}.1`, 2000, 2000);
    utimesSync(`${file}.2`, 1000, 1000);
    const facts = await readQueueLog(file, gap, log);
    expect(facts.map((fact) => fact.kind === "loggedWaitEnd" && fact.waitSeconds)).toEqual([2, 3]);
    expect(warnings).toEqual([]);
  });

  it("an absent file, and one of another format, are one line in the log", async () => {
    expect(await readQueueLog(join(folder, "none"), gap, log)).toEqual([]);
    writeFileSync(file, "2026-11-29 22:00:00,sales,abandoned\n");
    rmSync(`${file}.1`, { force: true });
    rmSync(`${file}.2`, { force: true });
    expect(await readQueueLog(file, gap, log)).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^PBXIS_QUEUE_LOG: cannot read .*none: ENOENT/),
      expect.stringMatching(/^PBXIS_QUEUE_LOG: 1 lines of .*queue_log are no lines of a queue_log; they are left out$/),
    ]);
  });
});

it("a gap lasts from the first loss until the connection after which all lists are complete", () => {
  const watch = createGapWatch();
  const connects = (at: number) => watch.onEvent({ kind: "regenerationStarted", at, isNewConnection: true });
  connects(1);
  expect(watch.takeGaps()).toEqual([]);
  watch.onDown(10);
  connects(20);
  watch.onDown(15);
  connects(30);
  watch.onEvent({ kind: "regenerationStarted", at: 31 });
  expect([watch.takeGaps(), watch.takeGaps()]).toEqual([[{ from: 10, to: 30 }], []]);
});

describe("PBXIS_QUEUE_LOG at the start of a process", () => {
  const unsent = 15_000;
  const connects = { kind: "regenerationStarted", isNewConnection: true } as const;

  it.each<[string, (watch: ReturnType<typeof createGapWatch>) => void]>([
    [
      "the site answers before Asterisk",
      (watch) => {
        watch.onSiteKnows(20_000);
        watch.onEvent({ ...connects, at: 90_000 });
      },
    ],
    [
      "the site answers later, when AMI has been lost once more",
      (watch) => {
        watch.onEvent({ ...connects, at: 90_000 });
        watch.onDown(100_000);
        watch.onSiteKnows(20_000);
        watch.onSiteKnows(95_000);
      },
    ],
  ])("what the site does not know of the time before is a gap: %s", (_title, begin) => {
    const watch = createGapWatch();
    begin(watch);
    expect(watch.takeGaps()).toContainEqual({ from: 20_000 - unsent, to: 90_000 });
    expect(watch.takeGaps()).toEqual([]);
  });

  it("a standby that takes over has seen it all, and so has a connector that comes back", () => {
    const watch = createGapWatch();
    watch.onEvent({ ...connects, at: 90_000 });
    watch.onSiteKnows(90_001);
    watch.onSiteKnows(20_000);
    expect(watch.takeGaps()).toEqual([]);
  });

  it("what an earlier process left in the spool is not read again", async () => {
    const spooled = [
      { type: "queueCallEnded", queue: "sales", uniqueId: "1795424990.7", at: from + 5_900 },
      { type: "agentComplete", queueName: "sales", uniqueId: "", at: from + 10_000 },
      { type: "agentRingEnded", queueName: "sales", callId: "1795424990.7", ringTime: 4_200, at: from + 3_900 },
    ] as unknown as SiteEvent[];
    writeFileSync(
      file,
      [
        line(3, "Ann Agent|RINGNOANSWER|4000"),
        line(5, "Ann Agent|CONNECT|9|1795425000.8|4"),
        line(10, "Ann Agent|COMPLETECALLER|9|4|1"),
        line(20, "Ann Agent|RINGNOANSWER|4000"),
        line(30, "NONE|ABANDON|1|1|3"),
      ].join(""),
    );
    const facts = await new Promise<readonly LoggedFact[]>((onFacts) => {
      const filler = createGapFiller({ file, spooled, onFacts, log });
      filler.onSiteKnows(from);
      filler.onEvent({ ...connects, at: from + 60_000 });
      filler.onUp();
    });
    expect(facts.map(({ kind, at }) => [kind, at - from])).toEqual([
      ["loggedRingEnd", 20_500],
      ["loggedWaitEnd", 30_500],
    ]);
  });
});
