import { expect, it } from "vitest";
import { type AmiEvent, regenerationLists } from "../ami/event/event.ts";
import { createAgentRule } from "../model/state/agent.ts";
import { createPipeline } from "./pipeline.ts";

const at = 1_000;
const caller = {
  channel: "PJSIP/trunk-00000001",
  uniqueId: "1.1",
  linkedId: "1.1",
  callerNumber: "555",
  callerName: null,
  connectedNumber: null,
  connectedName: null,
};
const queue: AmiEvent = {
  kind: "queueParams",
  queue: "support",
  completed: 0,
  abandoned: 0,
  serviceLevel: 60,
  serviceLevelPerf: 0,
  holdTime: 0,
  talkTime: 0,
  at,
};
const joins: AmiEvent = { kind: "queueCallerJoin", queue: "support", count: 1, ...caller, at };
const entry: AmiEvent = {
  kind: "queueEntry",
  queue: "support",
  channel: caller.channel,
  uniqueId: "1.1",
  waitSeconds: 1,
  at,
};
const begins: AmiEvent = { kind: "regenerationStarted", at };
const ends: AmiEvent[] = regenerationLists.map((list) => ({ kind: "listCompleted", list, at }));

/** A pipeline that has regenerated a PBX with one empty queue, and was up. */
function upPipeline() {
  const pipeline = createPipeline(createAgentRule());
  for (const event of [begins, queue, ...ends]) pipeline.take(event);
  return { pipeline, told: pipeline.up(0, 10, "22.10.1") };
}

const countsIn = (events: readonly { type: string }[]) =>
  events.flatMap((event) => ("count" in event && event.type === "queueCount" ? [event.count] : []));

it("knows nothing before AMI was there: no snapshot, and nothing to say of a loss", () => {
  const pipeline = createPipeline(createAgentRule());
  for (const event of [begins, queue]) pipeline.take(event);
  expect(pipeline.tick(0)).toEqual([]);
  expect(pipeline.snapshot()).toBeNull();
  expect(pipeline.down(0, 5)).toBeNull();
});

it("ST3 at `up` the states come with the link, and are then the snapshot (EV12)", () => {
  const { pipeline, told } = upPipeline();
  expect(countsIn(told.events)).toEqual([0]);
  expect(told.ami).toEqual({ up: true, asOf: 10, asteriskVersion: "22.10.1" });
  const snapshot = pipeline.snapshot();
  expect(snapshot?.ami).toEqual(told.ami);
  expect(countsIn(snapshot?.events ?? [])).toEqual([0]);
});

it("a regeneration while AMI is there changes no link", () => {
  const { pipeline } = upPipeline();
  for (const event of [begins, queue, entry, ...ends]) pipeline.take(event);
  const told = pipeline.up(1, 20, "22.10.1");
  expect(told.ami).toBeNull();
  expect(countsIn(told.events)).toEqual([1]);
});

it("live events are told at the next tick", () => {
  const { pipeline } = upPipeline();
  pipeline.take(joins);
  expect(countsIn(pipeline.tick(1))).toEqual([1]);
  expect(pipeline.tick(1)).toEqual([]);
});

it("ST3 a loss is told once, after what was known before it; nothing blanks", () => {
  const { pipeline } = upPipeline();
  pipeline.take(joins);
  const told = pipeline.down(1, 20);
  expect(countsIn(told?.events ?? [])).toEqual([1]);
  expect(told?.ami).toEqual({ up: false, asOf: 20, asteriskVersion: "22.10.1" });
  expect(pipeline.down(2, 30)).toBeNull();
  expect(countsIn(pipeline.snapshot()?.events ?? [])).toEqual([1]);
});

it("after a reconnection only the differences are told, and nothing while the lists come", () => {
  const { pipeline } = upPipeline();
  pipeline.down(1, 20);
  for (const event of [begins, queue, entry]) pipeline.take(event);
  expect(pipeline.tick(2)).toEqual([]);
  for (const event of ends) pipeline.take(event);
  const told = pipeline.up(3, 30, "22.10.1");
  expect(countsIn(told.events)).toEqual([1]);
  expect(told.events.some((event) => event.type === "agentName")).toBe(false);
});

it("commands see the model as it is, and whether AMI is there", () => {
  const { pipeline } = upPipeline();
  expect([pipeline.isUp(), pipeline.lookup.queues()]).toEqual([true, ["support"]]);
  pipeline.down(1, 20);
  expect(pipeline.isUp()).toBe(false);
  expect(createPipeline(createAgentRule()).isUp()).toBe(false);
});

it("gives what the model wants asked", () => {
  const { pipeline } = upPipeline();
  expect(pipeline.take({ kind: "reload", module: "app_queue.so", at })).toEqual([{ kind: "regenerate" }]);
});
