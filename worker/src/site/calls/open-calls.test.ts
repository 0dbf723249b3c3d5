import { SiteEvent } from "@pbxis/shared";
import { expect, it } from "vitest";
import { type OpenCall, type Talk, talkOf } from "./call.ts";
import { maxEarly, OpenCalls } from "./open-calls.ts";

const begin = 1_763_889_990_000;

const call = (more: Partial<OpenCall> = {}): OpenCall => ({
  ...{ ended: begin, id: 1, queue: "support", uniqueId: "1.1", agent: "1001", outcome: "answered" },
  ...more,
});
const talk = (more: Partial<Talk> = {}): Talk => ({
  ...{ queue: "support", uniqueId: "1.1", agent: "1001", endedAt: begin + 60_000, talkTime: 60_000 },
  ...{ isCompletion: true, recording: null, reason: "caller" },
  ...more,
});
const picked = call({ outcome: "picked" });
const bridged = talk({ isCompletion: false });

it.each<[string, OpenCall, Talk, boolean]>([
  ["its own", call(), talk(), true],
  ["its own, by clocks that differ", call(), talk({ endedAt: begin + 3_660_000 }), true],
  ["of another queue", call(), talk({ queue: "sales" }), false],
  ["of another caller", call(), talk({ uniqueId: "1.2" }), false],
  ["of another agent", call(), talk({ agent: "1002", endedAt: begin + 600_000 }), false],
  ["of another agent at the same time, after a pickup", call(), talk({ agent: "1002", endedAt: begin + 62_000 }), true],
  ["without the caller's channel", call(), talk({ uniqueId: "" }), true],
  ["without the channel, at another time", call(), talk({ uniqueId: "", endedAt: begin + 600_000 }), false],
  ["without the channel, of another agent", call(), talk({ uniqueId: "", agent: "1002" }), false],
  ["after a wait whose end nobody saw", call({ outcome: "unknown", agent: null }), talk(), true],
  ["by EV23, of a call that EV6 completes", call(), bridged, false],
  ["by EV23, of a call that was picked", picked, bridged, true],
  ["by EV6, of a call that was picked", picked, talk(), false],
])("AP13 a talk %s, whichever comes first", (_title, one, other, isOne) => {
  expect(new OpenCalls([one], []).takeCall(other)).toEqual(isOne ? one : null);
  const early = { id: 7, talk: other };
  expect(new OpenCalls([], [early]).takeTalk(one)).toEqual(isOne ? early : null);
});

it("AP13 of two waits of one caller each gets its own talk", () => {
  const second = call({ id: 2, ended: begin + 70_000 });
  const open = new OpenCalls([call(), second], []);
  expect(open.takeCall(talk({ endedAt: begin + 90_000, talkTime: 20_000 }))).toEqual(second);
  expect(open.takeCall(talk())).toEqual(call());
  expect(open.takeCall(talk())).toBeNull();
});

it("AP13 a talk waits for its call for a day, and not with more than others", () => {
  const open = new OpenCalls([], []);
  const day = 24 * 3_600_000;
  for (let id = 0; id < maxEarly + 2; id++) open.addTalk({ id, talk: talk({ uniqueId: `${id}` }) });
  expect(open.dropTalks(begin).map(({ id }) => id)).toEqual([0, 1]);
  expect(open.dropTalks(begin + day)).toEqual([]);
  expect(open.dropTalks(begin + 2 * day)).toHaveLength(maxEarly);
});

it("AP13 which events are talks", () => {
  const event = { agent: "1001", queueName: "support", callId: "1.1", uniqueId: "1.1", talkTime: 3, holdTime: 0 };
  const complete = { ...event, type: "agentComplete", recording: null, reason: "agent", at: 5_000 };
  const ended = { ...event, type: "agentTalkEnded", reason: "agent", since: 1, at: 5_000 };
  expect(talkOf(SiteEvent.parse(complete))).toMatchObject({ talkTime: 3_000, isCompletion: true });
  expect(talkOf(SiteEvent.parse(ended))).toMatchObject({ talkTime: 3, isCompletion: false });
  expect(talkOf(SiteEvent.parse({ ...ended, queueName: null }))).toBeNull();
});
