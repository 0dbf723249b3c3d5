import type { SiteEvent } from "@pbxis/shared";
import { expect, it } from "vitest";
import {
  createTestModel,
  listsCompleted,
  member,
  queueCall,
  queueParams,
  type TestModel,
  type Untimed,
} from "../../testing/model-samples.ts";

const members = [member("PJSIP/1001", "support", { name: "Ann" }), member("PJSIP/1002", "support")];
const initial = [queueParams("support"), ...members];
const call = queueCall("support", "1001");
const lost: Untimed = { kind: "connectionLost" };
const back: readonly Untimed[] = [
  { kind: "regenerationStarted", isNewConnection: true },
  ...initial,
  ...listsCompleted,
];
const of = { queue: "support", uniqueId: "caller" };
const waitEnd = (outcome: "answered" | "abandoned" | "exited", more: Partial<Untimed> = {}): Untimed =>
  ({
    ...{ kind: "loggedWaitEnd", outcome, ...of, member: null, waitSeconds: 7, position: 1, originalPosition: 2 },
    ...more,
  }) as Untimed;
const callEnd = (name: string, more: Partial<Untimed> = {}): Untimed =>
  ({
    ...{ kind: "loggedCallEnd", ...of, member: name, reason: "agent", waitSeconds: 3, talkSeconds: 5 },
    ...more,
  }) as Untimed;

function center(): TestModel {
  return createTestModel(initial, false, undefined, { logMs: 3000 });
}

function occurrences(events: readonly SiteEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.type === "queueCallEnded") return [`wait ${event.outcome} ${event.agent} ${event.waitTime}`];
    if (event.type === "agentTalkEnded")
      return [`talk ${event.agent} ${event.reason} ${event.at - (event.since ?? 0)} hold ${event.holdTime}`];
    if (event.type === "agentComplete") return [`call ${event.agent} ${event.reason} ${event.talkTime}`];
    return event.type === "agentRingEnded" ? [`ring ${event.agent} ${event.reason} ${event.ringTime}`] : [];
  });
}

it("EV16 a wait that ended meanwhile ends as the log says, once; without it, it is unknown after a while", () => {
  const play = (...logged: readonly Untimed[]) => {
    const tested = center();
    tested.receive(call.join);
    tested.wait(7000);
    tested.receive(lost);
    const events = [...tested.receive(...back), ...tested.receive(...logged), ...tested.receive(...logged)];
    return occurrences([...events, ...tested.wait(3000), ...tested.wait(3000)]);
  };
  expect(play(waitEnd("abandoned"))).toEqual(["wait abandoned null 7000"]);
  expect(play()).toEqual(["wait unknown null null"]);
});

it("EV23 a talk that ended meanwhile ends as the log says, by its own beginning", () => {
  const tested = center();
  tested.receive(call.join, call.ring, call.leave, call.agentEnters, call.callerEnters);
  tested.wait(4000);
  tested.receive(lost);
  tested.receive(...back);
  tested.wait(1000);
  const events = [...tested.receive(callEnd("Ann")), ...tested.receive(callEnd("Ann")), ...tested.wait(3000)];
  expect(occurrences(events)).toEqual(["talk 1001 agent 5000 hold null", "call 1001 agent 5"]);
});

it("what began and ended meanwhile is published from the log alone", () => {
  const tested = center();
  tested.receive(lost);
  tested.receive(...back);
  const ring: Untimed = { kind: "loggedRingEnd", ...of, member: "PJSIP/1002", ringMs: 4000 };
  const facts = [ring, waitEnd("answered", { member: "Ann" } as Partial<Untimed>), callEnd("Ann")];
  const events = [...tested.receive(...facts), ...tested.receive(...facts), ...tested.wait(3000)];
  expect(occurrences(events)).toEqual([
    "ring 1002 noAnswer 4000",
    "wait answered 1001 7000",
    "talk 1001 agent 5000 hold null",
    "call 1001 agent 5",
  ]);
});

it("what was seen before AMI was lost is not published again", () => {
  const tested = center();
  const answered = [call.join, call.ring, call.leave, call.agentEnters, call.callerEnters];
  const ends: readonly Untimed[] = [
    { kind: "hangupRequest", ...call.agentFacts },
    { kind: "bridgeDestroy", bridgeId: "bridge-caller" },
    call.complete,
    call.agentEnds,
    call.callerEnds,
  ];
  tested.receive(...answered);
  tested.wait(5000);
  tested.receive(...ends, lost);
  tested.receive(...back);
  expect(
    occurrences(tested.receive(waitEnd("answered", { member: "Ann" } as Partial<Untimed>), callEnd("Ann"))),
  ).toEqual([]);
});

it("a member whom nobody knows has no talk", () => {
  const tested = center();
  tested.receive(lost);
  tested.receive(...back);
  expect(occurrences(tested.receive(callEnd("Zoe Nobody")))).toEqual([]);
});
