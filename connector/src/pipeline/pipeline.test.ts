import { expect, it } from "vitest";
import { type AmiEvent, regenerationLists } from "../ami/event/event.ts";
import { createAgentRule } from "../model/state/agent.ts";
import { createFeed } from "./pipeline.ts";

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

/** A feed that has regenerated a PBX with one empty queue, and was up. */
function upFeed() {
  const feed = createFeed(createAgentRule());
  for (const event of [begins, queue, ...ends]) feed.take(event);
  return { feed, told: feed.up(0, 10, "22.10.1") };
}

const countsIn = (events: readonly { type: string }[]) =>
  events.flatMap((event) => ("count" in event && event.type === "queueCount" ? [event.count] : []));

it("knows nothing before AMI was there: no snapshot, and nothing to say of a loss", () => {
  const feed = createFeed(createAgentRule());
  for (const event of [begins, queue]) feed.take(event);
  expect(feed.tick(0)).toEqual([]);
  expect(feed.snapshot()).toBeNull();
  expect(feed.down(0, 5)).toBeNull();
});

it("ST3 at `up` the states come with the link, and are then the snapshot (EV12)", () => {
  const { feed, told } = upFeed();
  expect(countsIn(told.events)).toEqual([0]);
  expect(told.ami).toEqual({ up: true, asOf: 10, asteriskVersion: "22.10.1" });
  const snapshot = feed.snapshot();
  expect(snapshot?.ami).toEqual(told.ami);
  expect(countsIn(snapshot?.events ?? [])).toEqual([0]);
});

it("a regeneration while AMI is there changes no link", () => {
  const { feed } = upFeed();
  for (const event of [begins, queue, entry, ...ends]) feed.take(event);
  const told = feed.up(1, 20, "22.10.1");
  expect(told.ami).toBeNull();
  expect(countsIn(told.events)).toEqual([1]);
});

it("live events are told at the next tick", () => {
  const { feed } = upFeed();
  feed.take(joins);
  expect(countsIn(feed.tick(1))).toEqual([1]);
  expect(feed.tick(1)).toEqual([]);
});

it("ST3 a loss is told once, after what was known before it; nothing blanks", () => {
  const { feed } = upFeed();
  feed.take(joins);
  const told = feed.down(1, 20);
  expect(countsIn(told?.events ?? [])).toEqual([1]);
  expect(told?.ami).toEqual({ up: false, asOf: 20, asteriskVersion: "22.10.1" });
  expect(feed.down(2, 30)).toBeNull();
  expect(countsIn(feed.snapshot()?.events ?? [])).toEqual([1]);
});

it("after a reconnection only the differences are told, and nothing while the lists come", () => {
  const { feed } = upFeed();
  feed.down(1, 20);
  for (const event of [begins, queue, entry]) feed.take(event);
  expect(feed.tick(2)).toEqual([]);
  for (const event of ends) feed.take(event);
  const told = feed.up(3, 30, "22.10.1");
  expect(countsIn(told.events)).toEqual([1]);
  expect(told.events.some((event) => event.type === "agentName")).toBe(false);
});

it("commands see the model as it is, and whether AMI is there", () => {
  const { feed } = upFeed();
  expect([feed.isUp(), feed.lookup.queues()]).toEqual([true, ["support"]]);
  feed.down(1, 20);
  expect(feed.isUp()).toBe(false);
  expect(createFeed(createAgentRule()).isUp()).toBe(false);
});

it("gives what the model wants asked", () => {
  const { feed } = upFeed();
  expect(feed.take({ kind: "reload", module: "app_queue.so", at })).toEqual([{ kind: "regenerate" }]);
});
