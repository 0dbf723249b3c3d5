import type { SiteEvent } from "@pbxis/shared";
import { AgentId, QueueName } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { count, ended, failed } from "../../testing/events.ts";
import { noDuplicates, withDelivered, withoutDuplicates } from "./duplicates.ts";

const completed = (uniqueId: string, more: Readonly<Record<string, unknown>> = {}): SiteEvent => ({
  type: "agentComplete",
  agent: AgentId.parse("1001"),
  uniqueId,
  talkTime: 12,
  holdTime: 3,
  recording: null,
  queueName: QueueName.parse("support"),
  reason: "agent",
  at: 100_000,
  ...more,
});
const parked = (channel: string, at: number): SiteEvent => ({
  type: "parkedCall",
  channel,
  callerId: "1",
  parkingSpace: "701",
  at,
});

const rang = (more: Readonly<Record<string, unknown>> = {}): SiteEvent => ({
  type: "agentRingEnded",
  agent: AgentId.parse("1001"),
  queueName: QueueName.parse("support"),
  callId: "1.1",
  ringUniqueId: "1.2",
  ringTime: 15_000,
  reason: "noAnswer",
  at: 100_000,
  ...more,
});

const talked = (more: Readonly<Record<string, unknown>> = {}): SiteEvent => ({
  type: "agentTalkEnded",
  agent: AgentId.parse("1001"),
  queueName: QueueName.parse("support"),
  callId: "1.1",
  uniqueId: "1.1",
  talkTime: 190_000,
  holdTime: 10_000,
  reason: "caller",
  since: 100_000,
  at: 300_000,
  ...more,
});

const untimed = { since: null, talkTime: null, holdTime: null };

describe("UP3 what two connectors have received", () => {
  it.each<[string, SiteEvent, SiteEvent, boolean]>([
    ["the same call", completed("1.1"), completed("1.1", { at: 101_500 }), true],
    ["a recording that only one knows", completed("1.1"), completed("1.1", { recording: "/a.wav" }), true],
    ["another call", completed("1.1"), completed("1.2"), false],
    ["a second of talk more", completed("1.1"), completed("1.1", { talkTime: 13 }), true],
    ["the same caller with another agent", completed("1.1"), completed("1.1", { agent: "1002" }), false],
    ["the same caller again, later", completed("1.1"), completed("1.1", { at: 170_000, holdTime: 8 }), false],
    ["the same call by a clock that is an hour off", completed("1.1"), completed("1.1", { at: 3_700_000 }), true],
    ["a call without a Uniqueid", completed(""), completed("", { at: 101_500 }), true],
    ["a call whose Uniqueid only one of them knows", completed("1.1"), completed("", { at: 101_500 }), true],
    ["the same the other way round", completed(""), completed("1.1", { at: 101_500 }), true],
    [
      "one that the agent left early, as only one of them knows",
      completed("1.1"),
      completed("", { talkTime: 60 }),
      true,
    ],
    [
      "the agent's next call, without a Uniqueid",
      completed("1.1"),
      completed("", { at: 120_000, talkTime: 19 }),
      false,
    ],
    ["another wait, without a Uniqueid", completed("1.1"), completed("", { holdTime: 4 }), false],
    ["another one of the same agent", completed(""), completed("", { at: 130_000, holdTime: 4 }), false],
    ["an originate by a clock that is an hour off", failed("a"), { ...failed("a"), at: 3_600_000 } as SiteEvent, true],
    [
      "an originate, whose failure one of them knows better",
      failed("a"),
      { ...failed("a"), reason: "failed" } as SiteEvent,
      true,
    ],
    ["another originate", failed("a"), failed("b"), false],
    ["a ring, which one of them saw begin", rang(), rang({ ringTime: 14_300, at: 100_020 }), true],
    ["a ring, of which one of them missed why it ended", rang(), rang({ reason: "elsewhere" }), true],
    ["a talk", talked(), talked({ at: 300_020 }), true],
    ["a talk, of which one of them missed the beginning", talked(), talked({ since: 250_000, talkTime: 50_000 }), true],
    ["a talk, of which one of them missed the end", talked(), talked({ at: 120_000, reason: "unknown" }), true],
    ["a talk by a clock that is half a minute off", talked(), talked({ since: 130_000, at: 330_000 }), true],
    ["a short one", talked({ since: 298_000 }), talked({ since: 328_050, at: 330_000 }), true],
    ["a later talk with the same caller", talked(), talked({ since: 400_000, at: 500_000 }), false],
    ["one that begins soon, as of a parked caller", talked(), talked({ since: 305_000, at: 330_000 }), false],
    ["one that is short, too", talked({ since: 295_400 }), talked({ since: 334_400, at: 338_800 }), false],
    ["one that begins at once, by a clock that is late", talked(), talked({ since: 299_000, at: 330_000 }), false],
    ["a talk of which one of them saw the end alone", talked(), talked({ ...untimed, at: 302_000 }), true],
    ["a talk of which both saw the end alone", talked(untimed), talked({ ...untimed, at: 302_000 }), true],
    ["a later one, of which it saw the end alone", talked(), talked({ ...untimed, at: 330_000 }), false],
    [
      "a talk of which one of them saw a part, by a clock that is eight seconds off",
      talked({ since: 289_400, talkTime: 10_600 }),
      talked({ ...untimed, since: 297_200, at: 308_200 }),
      true,
    ],
    ["a talk of the same agent with another", talked(), talked({ uniqueId: "1.7" }), false],
    ["the other agent's view of a talk", talked(), talked({ agent: "1002" }), false],
    ["a ring by a clock that is an hour off", rang(), rang({ at: 3_700_000 }), true],
    ["the next ring of the same call at the same agent", rang(), rang({ at: 101_000, ringUniqueId: "1.3" }), false],
    ["a ring that the queue_log has, too", rang(), rang({ at: 100_500, ringUniqueId: "1.1-1001-100500" }), true],
    ["the same the other way round", rang({ at: 100_500, ringUniqueId: "1.1-1001-100500" }), rang(), true],
    ["another ring that the queue_log has", rang(), rang({ at: 115_500, ringUniqueId: "1.1-1001-115500" }), false],
    ["a wait", ended("support", "1.1"), ended("support", "1.1", { at: 7_020, waitTime: 6_500, since: 520 }), true],
    [
      "a wait whose end one of them missed",
      ended("support", "1.1"),
      ended("support", "1.1", { outcome: "unknown", waitTime: null, at: 900_000 }),
      true,
    ],
    ["the same caller's next wait", ended("support", "1.1"), ended("support", "1.1", { since: 80_000 }), false],
    ["the same caller in another queue", ended("support", "1.1"), ended("sales", "1.1"), false],
    ["parked", parked("PJSIP/x-1", 1), parked("PJSIP/x-1", 2), true],
    ["parked again in the same space", parked("PJSIP/x-1", 1), parked("PJSIP/x-1", 30_000), false],
    [
      "parked and fetched",
      parked("PJSIP/x-1", 1),
      { ...parked("PJSIP/x-1", 2), type: "unParkedCall" } as SiteEvent,
      false,
    ],
  ])("%s", (_title, delivered, again, isDuplicate) => {
    const duplicates = withDelivered(noDuplicates, [count("support", 2), delivered]);
    const left = withoutDuplicates([count("support", 1), again], duplicates);
    expect(left.events).toEqual(isDuplicate ? [count("support", 1)] : [count("support", 1), again]);
    expect(left.duplicates).toEqual(isDuplicate ? noDuplicates : duplicates);
  });

  it("the nearest in time is the duplicate", () => {
    const delivered = withDelivered(noDuplicates, [parked("PJSIP/x-1", 47_000)]);
    const left = withoutDuplicates([parked("PJSIP/x-1", 31_000), parked("PJSIP/x-1", 47_010)], delivered);
    expect(left).toEqual({ events: [parked("PJSIP/x-1", 31_000)], duplicates: noDuplicates });
  });

  it("each delivered occurrence has one duplicate", () => {
    const delivered = withDelivered(noDuplicates, [
      completed("1.1"),
      parked("PJSIP/x-1", 1),
      parked("PJSIP/x-1", 40_000),
    ]);
    const first = withoutDuplicates([completed("1.1"), completed("1.1"), parked("PJSIP/x-1", 2)], delivered);
    expect(first.events).toEqual([completed("1.1")]);
    const second = withoutDuplicates([parked("PJSIP/x-1", 41_000), parked("PJSIP/x-1", 42_000)], first.duplicates);
    expect(second).toEqual({ events: [parked("PJSIP/x-1", 42_000)], duplicates: noDuplicates });
  });
});
