import { expect, it } from "vitest";
import { type AmiEvent, regenerationLists } from "../ami/event/event.ts";
import { createAgentRule } from "../model/state/agent.ts";
import { member, queueCall, queueParams, type Untimed } from "../testing/model-samples.ts";
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
const joins: AmiEvent = { kind: "queueCallerJoin", position: null, queue: "support", count: 1, ...caller, at };
const entry: AmiEvent = {
  kind: "queueEntry",
  queue: "support",
  channel: caller.channel,
  uniqueId: "1.1",
  callerNumber: null,
  callerName: null,
  waitSeconds: 1,
  position: null,
  priority: 0,
  at,
};
const begins: AmiEvent = { kind: "regenerationStarted", at };
const ends: AmiEvent[] = regenerationLists.map((list) => ({ kind: "listCompleted", list, at }));

/** A pipeline that has regenerated a PBX with one empty queue, and is up. */
function upPipeline() {
  const pipeline = createPipeline(createAgentRule());
  for (const event of [begins, queue, ...ends]) pipeline.handle(event);
  return { pipeline, output: pipeline.up(0, 10, "22.10.1") };
}

const countsIn = ({ events }: { events: readonly { type: string }[] }) =>
  events.flatMap((event) => ("count" in event && event.type === "queueCount" ? [event.count] : []));
const nothing = { events: [], ami: null, requests: [] };

it("EV20 a queue in doubt is asked for at once, then at most every 5 s, and not after AMI was lost", () => {
  const { pipeline } = upPipeline();
  // From the second place, although nobody is known at the first.
  const leave = (now: number) => {
    pipeline.handle(joins);
    pipeline.handle({ ...joins, kind: "queueCallerLeave", position: 2 });
    return pipeline.tick(now).requests;
  };
  const ask = [{ kind: "askQueue", queue: "support" }];
  expect([leave(10_000), leave(10_001), leave(14_999)]).toEqual([ask, [], []]);
  expect(pipeline.nextDueAt()).toBeLessThanOrEqual(15_000);
  expect([pipeline.tick(15_000).requests, pipeline.tick(99_000).requests]).toEqual([ask, []]);
  leave(100_000);
  leave(100_001);
  pipeline.down(100_002, 5);
  expect(pipeline.tick(200_000).requests).toEqual([]);
});

it("before AMI is up there is no snapshot, and its loss has no output", () => {
  const pipeline = createPipeline(createAgentRule());
  for (const event of [begins, queue]) pipeline.handle(event);
  expect(pipeline.tick(0)).toEqual(nothing);
  expect(pipeline.snapshot()).toBeNull();
  expect(pipeline.down(0, 5)).toEqual(nothing);
});

it("ST3, EV12 `up` publishes the states with the status of AMI, and the snapshot is the same", () => {
  const { pipeline, output } = upPipeline();
  expect(countsIn(output)).toEqual([0]);
  expect(output.ami).toEqual({ up: true, asOf: 10, asteriskVersion: "22.10.1" });
  const snapshot = pipeline.snapshot();
  expect(snapshot?.ami).toEqual(output.ami);
  expect(countsIn(snapshot ?? nothing)).toEqual([0]);
});

it("a regeneration while AMI is up does not change its status", () => {
  const { pipeline } = upPipeline();
  for (const event of [begins, queue, entry, ...ends]) pipeline.handle(event);
  const output = pipeline.up(1, 20, "22.10.1");
  expect(output.ami).toBeNull();
  expect(countsIn(output)).toEqual([1]);
});

it("live events are published at the next tick", () => {
  const { pipeline } = upPipeline();
  pipeline.handle(joins);
  expect(countsIn(pipeline.tick(1))).toEqual([1]);
  expect(pipeline.tick(1)).toEqual(nothing);
});

it("ST3 a loss is published once, after the events before it; the snapshot keeps the states", () => {
  const { pipeline } = upPipeline();
  pipeline.handle(joins);
  const output = pipeline.down(1, 20);
  expect(countsIn(output)).toEqual([1]);
  expect(output.ami).toEqual({ up: false, asOf: 20, asteriskVersion: "22.10.1" });
  expect(pipeline.down(2, 30)).toEqual(nothing);
  expect(countsIn(pipeline.snapshot() ?? nothing)).toEqual([1]);
});

it("after a reconnection only the differences are published, and nothing while the lists arrive", () => {
  const { pipeline } = upPipeline();
  pipeline.down(1, 20);
  for (const event of [begins, queue, entry]) pipeline.handle(event);
  expect(pipeline.tick(2)).toEqual(nothing);
  for (const event of ends) pipeline.handle(event);
  const output = pipeline.up(3, 30, "22.10.1");
  expect(countsIn(output)).toEqual([1]);
  expect(output.events.some((event) => event.type === "agentName")).toBe(false);
});

it("commands read the model as it is, and whether AMI is up", () => {
  const { pipeline } = upPipeline();
  expect([pipeline.isUp(), pipeline.lookup.queues()]).toEqual([true, ["support"]]);
  pipeline.down(1, 20);
  expect(pipeline.isUp()).toBe(false);
  expect(createPipeline(createAgentRule()).isUp()).toBe(false);
});

it("requests to Asterisk wait for the tick, and several regenerations are one", () => {
  const { pipeline } = upPipeline();
  const reload: AmiEvent = { kind: "reload", module: "app_queue.so", at };
  for (const event of [reload, reload]) pipeline.handle(event);
  expect(pipeline.tick(1).requests).toEqual([{ kind: "regenerate" }]);
  expect(pipeline.tick(2).requests).toEqual([]);
});

it("EV3 a reminder is applied at its time, without an event of AMI", () => {
  const call = queueCall("sales", "1001");
  const pipeline = createPipeline(createAgentRule(), { wrapUpSeconds: { sales: 3 }, logMs: 0 });
  const apply = (...events: readonly Untimed[]) => {
    for (const event of events) pipeline.handle({ ...event, at } as AmiEvent);
  };
  apply(begins, queueParams("sales"), member("PJSIP/1001", "sales"), ...ends);
  pipeline.up(0, 10, null);
  apply(call.join, call.ring, call.leave, call.agentEnters, call.callerEnters, call.agentLeaves, call.agentEnds);
  const wrapUps = (now: number) =>
    pipeline.tick(now).events.flatMap((event) => (event.type === "queueMemberStatus" ? [event.wrapUpUntil] : []));
  expect(wrapUps(100)).toEqual([at + 3000]);
  pipeline.tick(1000);
  expect(pipeline.nextDueAt()).toBe(3100);
  expect([wrapUps(3099), wrapUps(3100), pipeline.nextDueAt()]).toEqual([[], [null], undefined]);
});
