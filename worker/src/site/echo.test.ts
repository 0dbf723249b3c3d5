import type { Event } from "@pbxis/shared";
import { AgentId, QueueName } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { withoutEchoes } from "./echo.ts";
import { count, failed } from "./testing.ts";

const completed = (uniqueId: string, more: Readonly<Record<string, unknown>> = {}): Event => ({
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
const parked = (channel: string, at: number): Event => ({
  type: "parkedCall",
  channel,
  callerId: "1",
  parkingSpace: "701",
  at,
});

describe("UP3 what two connectors have heard", () => {
  it.each<[string, Event, Event, boolean]>([
    ["the same call", completed("1.1"), completed("1.1", { at: 101_500 }), true],
    ["a recording that only one knows", completed("1.1"), completed("1.1", { recording: "/a.wav" }), true],
    ["another call", completed("1.1"), completed("1.2"), false],
    ["the same caller with another agent", completed("1.1"), completed("1.1", { agent: "1002" }), false],
    ["the same caller again, later", completed("1.1"), completed("1.1", { at: 170_000 }), false],
    [
      "an originate, whose failure one of them knows better",
      failed("a"),
      { ...failed("a"), reason: "failed" } as Event,
      true,
    ],
    ["another originate", failed("a"), failed("b"), false],
    ["parked", parked("PJSIP/x-1", 1), parked("PJSIP/x-1", 2), true],
    ["parked and fetched", parked("PJSIP/x-1", 1), { ...parked("PJSIP/x-1", 2), type: "unParkedCall" } as Event, false],
  ])("%s", (_title, told, again, isEcho) => {
    const left = withoutEchoes([count("support", 1), again], [told]);
    expect(left.events).toEqual(isEcho ? [count("support", 1)] : [count("support", 1), again]);
    expect(left.told).toEqual(isEcho ? [] : [told]);
  });

  it("each is an echo once", () => {
    const left = withoutEchoes([completed("1.1"), completed("1.1")], [completed("1.1")]);
    expect(left).toEqual({ events: [completed("1.1")], told: [] });
  });
});
