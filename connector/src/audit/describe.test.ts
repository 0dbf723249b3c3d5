import { AgentId, noCall, QueueName } from "@pbxis/shared";
import { expect, it } from "vitest";
import type { Difference } from "./comparison.ts";
import { describeDifference } from "./describe.ts";

const at = 1_795_425_000_000;
const agent = AgentId.parse("1001");
const queueName = QueueName.parse("support");

it("a call is described by its id and queue, never by the caller's number or name", () => {
  const call = {
    type: "phoneNumber",
    agent,
    number: "+14155550100",
    name: "Alice",
    queueName,
    callId: "17.4",
    uniqueId: "17.4",
    recording: null,
    muted: null,
    consulting: null,
    at,
  } as const;
  const none = { ...call, ...noCall };
  const described = describeDifference({ key: "phoneNumber,1001", from: call, to: none });
  expect(described).toEqual({ kind: "phoneNumber", agent: "1001", from: "call 17.4 of support", to: "no call" });
});

it.each<[Difference, object]>([
  [
    {
      key: "queueCount,support",
      from: { type: "queueCount", queue: queueName, count: 0, longestWaitSince: null, at },
      to: { type: "queueCount", queue: queueName, count: 2, longestWaitSince: at, at },
    },
    { kind: "queueCount", queue: "support", from: "0", to: `2, since ${new Date(at).toISOString()}` },
  ],
  [
    { key: "extensionStatus,1001", from: undefined, to: { type: "extensionStatus", agent, status: "busy", at } },
    { kind: "extensionStatus", agent: "1001", from: "none", to: "busy" },
  ],
])("describes a count and a state that did not exist: case %#", (difference, described) => {
  expect(describeDifference(difference)).toEqual(described);
});
