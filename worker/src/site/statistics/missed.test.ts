import { SiteEvent } from "@pbxis/shared";
import { expect, it } from "vitest";
import { ended } from "../../testing/events.ts";
import { createMeta, type SiteMeta } from "../meta.ts";
import { fold } from "./fold.ts";
import { createState } from "./state.ts";
import { foldWatch } from "./watch.ts";

const start = Date.parse("2026-11-29T10:00:00Z");
const connector = (epoch: string) => ({ epoch, version: "1", through: 1, from: { sequence: 0, at: 0 }, handedIn: [] });

function summary(counted: number, second: number): SiteEvent {
  return SiteEvent.parse({
    type: "queueSummary",
    queue: "support",
    ...{ completed: counted, abandoned: 1, serviceLevel: 0, serviceLevelPerf: 0, holdTime: 0, talkTime: 0 },
    ...{ loggedIn: 0, available: 0, calls: 0, longestHoldTime: 0, at: start + second * 1_000 },
  });
}

function wait(outcome: string, second: number): SiteEvent {
  const at = start + second * 1_000;
  return ended("support", `u${second}`, { outcome, waitTime: 1_000, since: at - 1_000, at });
}

function talk(reason: string, second: number): SiteEvent {
  return SiteEvent.parse({
    type: "agentTalkEnded",
    agent: "1001",
    queueName: "support",
    ...{ callId: "c", uniqueId: "u", talkTime: 1_000, holdTime: 0, reason, since: start, at: start + second * 1_000 },
  });
}

function completed(second: number): SiteEvent {
  return SiteEvent.parse({
    type: "agentComplete",
    agent: "1001",
    queueName: "support",
    ...{ uniqueId: "u", talkTime: 1, holdTime: 1, recording: null, reason: "caller", at: start + second * 1_000 },
  });
}

type Step = SiteEvent | Readonly<{ link: SiteMeta["link"]; second: number; epoch?: string }>;
const lost = { link: "down", second: 60 } as const;
const back = { link: "up", second: 90 } as const;

it.each<[string, readonly Step[], number]>([
  ["nothing happened", [summary(5, 1), lost, back], 0],
  ["two calls came and went", [summary(5, 1), lost, summary(7, 90), back], 2],
  ["one of them had waited before", [summary(5, 1), lost, summary(7, 90), wait("unknown", 90), back], 2],
  ["one of them had talked before", [summary(5, 1), lost, summary(7, 90), talk("unknown", 90), back], 1],
  [
    "a call had ended just before, and Asterisk's count had not arrived",
    [summary(5, 1), wait("abandoned", 59), lost, summary(6, 90), back],
    0,
  ],
  [
    "a call was completed that an agent had transferred before",
    [summary(5, 1), talk("transfer", 50), lost, summary(6, 90), back],
    0,
  ],
  [
    "a call was completed while AMI was back for a moment",
    [summary(5, 1), lost, completed(75), summary(6, 90), back],
    0,
  ],
  [
    "the same of a call that an agent had transferred",
    [summary(5, 1), talk("transfer", 50), lost, completed(75), summary(7, 90), back],
    1,
  ],
  ["a picked call was counted without an event", [summary(5, 1), wait("picked", 50), lost, summary(6, 90), back], 0],
  ["AMI was away for a second", [summary(5, 1), lost, summary(6, 61), { link: "up", second: 61 }], 0],
  ["the counters went back", [summary(5, 1), lost, summary(2, 90), back], 0],
  [
    "another connector came",
    [summary(5, 1), lost, { link: "down", second: 80, epoch: "c2" }, summary(9, 90), { ...back, epoch: "c2" }],
    0,
  ],
  ["Asterisk never said how many there were", [lost, summary(7, 90), back], 0],
  ["only the uplink was away", [summary(5, 1), { link: "offline", second: 60 }, summary(7, 90), back], 0],
  [
    "AMI was away twice",
    [
      summary(5, 1),
      lost,
      summary(7, 90),
      back,
      { link: "down", second: 200 },
      summary(8, 230),
      { link: "up", second: 230 },
    ],
    3,
  ],
])("EV18 of a gap in which %s: %#", (_name, steps, unknown) => {
  const state = createState(start);
  let meta: SiteMeta = { ...createMeta("e"), connector: connector("c1") };
  const link = (next: SiteMeta["link"], at: number, epoch: string) => {
    const ami = { up: next === "up", asOf: at, asteriskVersion: null };
    const after = { ...meta, link: next, asOf: at, ami, connector: connector(epoch) };
    foldWatch(state, meta, after, at);
    meta = after;
  };
  link("up", start, "c1");
  for (const step of steps)
    if ("link" in step) link(step.link, start + step.second * 1_000, step.epoch ?? "c1");
    else fold(state, step, step.at);
  const sums = state.today.queue.get("support");
  expect(sums?.unknown ?? 0).toBe(unknown);
  expect(sums?.offered ?? 0).toBe(
    unknown + steps.filter((step) => "outcome" in step && step.outcome !== "unknown").length,
  );
});
