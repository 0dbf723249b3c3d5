import { AgentId, QueueName } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { addOccurrence, type CompletedCall, maxAgents, maxCompleted, nothingYet } from "./recent.ts";

function completed(agent: string, at: number): CompletedCall {
  const about = { uniqueId: String(at), talkTime: 60, holdTime: 5, recording: null, reason: "caller" };
  return { type: "agentComplete", agent: AgentId.parse(agent), queueName: QueueName.parse("support"), at, ...about };
}
const parking = (parkingSpace: string, at = 1) => ({ channel: "PJSIP/trunk-1", callerId: "555", parkingSpace, at });

describe("recent occurrences", () => {
  it("keep an agent's latest calls, newest first", () => {
    let recent = nothingYet;
    for (let at = 1; at <= maxCompleted + 2; at++) recent = addOccurrence(recent, completed("1001", at));
    recent = addOccurrence(recent, completed("1002", 99));
    const mine = recent.completed.get("1001") ?? [];
    expect(mine).toHaveLength(maxCompleted);
    expect(mine[0]?.at).toBe(maxCompleted + 2);
    expect(recent.completed.get("1002")).toHaveLength(1);
  });

  it.each(["unParkedCall", "parkedCallTimeOut", "parkedCallGiveUp"] as const)("keep how a call ended: %s", (type) => {
    let recent = addOccurrence(nothingYet, { type: "parkedCall", ...parking("701") });
    expect(recent.unparked).toEqual([]);
    for (let at = 2; at < 30; at++) recent = addOccurrence(recent, { type, ...parking("701", at) });
    expect(recent.unparked).toHaveLength(10);
    expect(recent.unparked[0]).toMatchObject({ type, at: 29 });
  });

  it("are bounded", () => {
    let recent = nothingYet;
    for (let count = 0; count < maxAgents + 5; count++)
      recent = addOccurrence(recent, completed(String(1000 + count), count));
    expect(recent.completed.size).toBe(maxAgents);
    expect(recent.completed.has("1000")).toBe(false);
  });

  it("ignore other events", () => {
    expect(addOccurrence(nothingYet, { type: "originateFailed", actionId: "a", reason: "busy", at: 1 })).toBe(
      nothingYet,
    );
  });
});
