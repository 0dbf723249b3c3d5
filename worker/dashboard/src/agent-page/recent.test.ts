import { AgentId, QueueName } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { addOccurrence, type CompletedCall, maxAgents, maxCompleted, maxParked, nothingYet } from "./recent.ts";

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

  it.each(["unParkedCall", "parkedCallTimeOut", "parkedCallGiveUp"] as const)("remove a parked call at %s", (type) => {
    const parked = addOccurrence(nothingYet, { type: "parkedCall", ...parking("701") });
    expect([...parked.parked.keys()]).toEqual(["701"]);
    const { parked: left, unparked } = addOccurrence(parked, { type, ...parking("701", 2) });
    expect(left.size).toBe(0);
    expect(unparked).toHaveLength(1);
  });

  it("are bounded", () => {
    let recent = nothingYet;
    for (let count = 0; count < maxAgents + 5; count++)
      recent = addOccurrence(recent, completed(String(1000 + count), count));
    for (let count = 0; count < maxParked + 5; count++)
      recent = addOccurrence(recent, { type: "parkedCall", ...parking(String(700 + count)) });
    expect(recent.completed.size).toBe(maxAgents);
    expect(recent.completed.has("1000")).toBe(false);
    expect(recent.parked.size).toBe(maxParked);
  });

  it("ignore other events", () => {
    expect(addOccurrence(nothingYet, { type: "originateFailed", actionId: "a", reason: "busy", at: 1 })).toBe(
      nothingYet,
    );
  });
});
