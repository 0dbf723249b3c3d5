/** PX4: the shapes of pbxis's events, the scope rule, and the lists of members. */
import { type Cursor, type Filter, type ServerFrame, SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { complete, count, failed, member, named, summary } from "../testing/events.ts";
import { pbxisEvent } from "./event.ts";
import { FrameTranslator, type ReadMembers } from "./translator.ts";

const ofMember = (agent: string, callsTaken: number, queue = "q1") => ({
  type: "memberSummary",
  queue,
  agent,
  name: `Agent ${agent}`,
  memberInterface: `SIP/${agent}`,
  callsTaken,
  lastCall: 7,
  paused: false,
  inCall: true,
  at: 1,
});
const listed = (agent: string, callsTaken: number, queue = "q1") => ({
  queue,
  memberName: `Agent ${agent}`,
  location: `SIP/${agent}`,
  callsTaken,
  lastCall: 7,
  paused: false,
  incall: true,
});
const list = (...members: readonly object[]) => ({ type: "MemberSummary", queue: "q1", members });

const parsed = (events: readonly object[]) => events.map((event) => SiteEvent.parse(event));
const snapshot = (sequence: number, ...events: readonly object[]): ServerFrame => ({
  type: "snapshot",
  cursor: `k-${sequence}`,
  link: "up",
  asOf: 1,
  events: parsed(events),
});
const frame = (sequence: number, ...events: readonly object[]): ServerFrame => ({
  type: "events",
  cursor: `k-${sequence}`,
  events: parsed(events),
});

const wallboard: Filter = { agents: [], queues: ["q1"], summary: true, about: null };
const page: Filter = { agents: ["1"], queues: ["q1"], summary: false, about: null };
const none: ReadMembers = () => Promise.reject(new Error("the members must not be read here"));

/** The members as the site has them at a position, and how often they were read. */
function site(at: Cursor, ...events: readonly object[]) {
  let reads = 0;
  const read: ReadMembers = async () => {
    reads += 1;
    return { cursor: at, events: parsed(events) };
  };
  return { read, reads: () => reads };
}

describe("PX4 shapes", () => {
  const parking = { channel: "SIP/t-1", callerId: "555", parkingSpace: "701", at: 1 };
  const parked = { channel: "SIP/t-1", "caller-id": "555", "parked-ext": "701" };
  const call = { type: "phoneNumber", agent: "1", callId: "c", at: 1 };
  it.each<[object, object | undefined]>([
    [named("1", "Ada"), { type: "agentName", agent: "1", name: "Ada" }],
    [
      { type: "extensionStatus", agent: "1", status: "onhold", at: 1 },
      { type: "extensionStatus", agent: "1", status: "onhold" },
    ],
    [member("1", "q1", "paused"), { type: "queueMemberStatus", agent: "1", queue: "q1", status: "paused" }],
    [
      { ...call, number: "555", name: "Bob", queueName: "q1" },
      { type: "phoneNumber", agent: "1", number: "555", name: "Bob", queue: "q1" },
    ],
    [
      { ...call, number: null, name: null, queueName: null, callId: null },
      { type: "phoneNumber", agent: "1", number: null, name: null },
    ],
    [count("q1", 3), { type: "queueCount", queue: "q1", count: 3 }],
    [
      complete("1", "u-1"),
      { type: "agentComplete", agent: "1", uniqueId: "u-1", talkTime: 1, holdTime: 1, recording: null },
    ],
    [failed("a-1"), { type: "originateFailed", actionId: "a-1" }],
    [
      { type: "parkedCall", ...parking },
      { type: "parkedCall", ...parked },
    ],
    [
      { type: "unParkedCall", ...parking },
      { type: "unParkedCall", ...parked },
    ],
    [
      { type: "parkedCallTimeOut", ...parking },
      { type: "parkedCallTimeOut", ...parked },
    ],
    [
      { type: "parkedCallGiveUp", ...parking },
      { type: "parkedCallGiveUp", ...parked },
    ],
    [ofMember("1", 1), undefined],
  ])("%#", (event, shape) => {
    expect(pbxisEvent(SiteEvent.parse(event))).toEqual(shape);
  });

  it("a queue's summary", () => {
    const { at: _, type, ...figures } = summary("q1", 5);
    expect(type).toBe("queueSummary");
    expect(pbxisEvent(SiteEvent.parse(summary("q1", 5)))).toEqual({ type: "QueueSummary", ...figures });
  });
});

describe("PX4 single events", () => {
  it("a snapshot has the requested states, and a loggedoff for a named pair without membership", async () => {
    const states = [named("1", "Ada"), named("2", "Bob"), count("q1", 1), count("q2", 1)];
    expect(await new FrameTranslator(page, none).translate(snapshot(1, ...states))).toEqual([
      { type: "agentName", agent: "1", name: "Ada" },
      { type: "queueMemberStatus", agent: "1", queue: "q1", status: "loggedoff" },
      { type: "queueCount", queue: "q1", count: 1 },
    ]);
  });

  it("leaves out summaries that were not requested, link changes, and states unchanged in pbxis's shape", async () => {
    const translator = new FrameTranslator(page, none);
    const paused = member("1", "q1", "paused");
    await translator.translate(snapshot(1, paused, count("q1", 1)));
    const changed = { ...paused, pausedReason: "lunch", at: 2 };
    expect(await translator.translate(frame(2, changed, summary("q1", 1), ofMember("1", 1)))).toEqual([]);
    expect(await translator.translate({ type: "link", cursor: "k-3", link: "down", asOf: 1 })).toEqual([]);
    expect(await translator.translate(frame(4, member("1", "q1", "inuse"), failed("a"), failed("a")))).toEqual([
      { type: "queueMemberStatus", agent: "1", queue: "q1", status: "inuse" },
      { type: "originateFailed", actionId: "a" },
      { type: "originateFailed", actionId: "a" },
    ]);
  });
});

describe("PX4 lists of members", () => {
  const both = [member("1", "q1", "inuse"), member("2", "q1", "inuse"), ofMember("1", 1), ofMember("2", 2)];

  it("sends the whole list at first and whenever a member changes, and no single memberSummary", async () => {
    const translator = new FrameTranslator(wallboard, none);
    expect(await translator.translate(snapshot(1, ...both))).toEqual([list(listed("1", 1), listed("2", 2))]);
    expect(await translator.translate(frame(2, member("1", "q1", "paused")))).toEqual([]);
    expect(await translator.translate(frame(3, ofMember("2", 3), ofMember("1", 4)))).toEqual([
      list(listed("1", 4), listed("2", 3)),
    ]);
  });

  it("a member that leaves disappears from the list, and comes back with its last summary", async () => {
    const translator = new FrameTranslator(wallboard, none);
    await translator.translate(snapshot(1, ...both));
    expect(await translator.translate(frame(2, member("1", "q1", "loggedoff")))).toEqual([list(listed("2", 2))]);
    expect(await translator.translate(frame(3, member("2", "q1", "loggedoff")))).toEqual([list()]);
    expect(await translator.translate(frame(4, member("1", "q1", "not_inuse")))).toEqual([list(listed("1", 1))]);
    expect(await translator.translate(frame(5, member("3", "q1", "not_inuse")))).toEqual([]);
    expect(await translator.translate(frame(6, ofMember("3", 0)))).toEqual([list(listed("1", 1), listed("3", 0))]);
  });

  it("a member with a summary but no membership is not listed", async () => {
    const translator = new FrameTranslator(wallboard, none);
    expect(
      await translator.translate(snapshot(1, member("2", "q1", "inuse"), ofMember("1", 1), ofMember("2", 2))),
    ).toEqual([list(listed("2", 2))]);
  });

  it("a resumed stream reads the members once, when it needs them", async () => {
    const { read, reads } = site({ epoch: "k", sequence: 6 }, ...both, ofMember("2", 5));
    const translator = new FrameTranslator(wallboard, read);
    expect(await translator.translate(frame(3, count("q1", 2)))).toEqual([
      { type: "queueCount", queue: "q1", count: 2 },
    ]);
    expect(reads()).toBe(0);
    expect(await translator.translate(frame(4, ofMember("2", 4)))).toEqual([list(listed("1", 1), listed("2", 5))]);
    expect(await translator.translate(frame(6, ofMember("2", 5)))).toEqual([]);
    expect(await translator.translate(frame(7, ofMember("1", 9)))).toEqual([list(listed("1", 9), listed("2", 5))]);
    expect(reads()).toBe(1);
  });

  it("a log-off that was missed is applied on resuming", async () => {
    const { read } = site({ epoch: "k", sequence: 4 }, member("2", "q1", "inuse"), ofMember("1", 1), ofMember("2", 2));
    expect(await new FrameTranslator(wallboard, read).translate(frame(4, member("1", "q1", "loggedoff")))).toEqual([
      list(listed("2", 2)),
    ]);
  });

  it("a frame whose members cannot be read is rejected as a whole", async () => {
    const translator = new FrameTranslator(wallboard, none);
    await expect(translator.translate(frame(2, count("q1", 1), ofMember("1", 1)))).rejects.toThrow();
    expect(await translator.translate(snapshot(2, count("q1", 1)))).toEqual([
      { type: "queueCount", queue: "q1", count: 1 },
    ]);
  });
});
