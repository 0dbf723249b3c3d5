import { describe, expect, it } from "vitest";
import type { TokenClaims } from "../session.ts";
import { isGranted, mustConfirm, selfOf, whyBlocked } from "./permission.ts";

const claims: TokenClaims = {
  sites: ["hq"],
  agents: ["1001", "1002"],
  queues: ["support"],
  commands: ["queuePause", "queueReset"],
  expiresAt: null,
};

describe("what is offered", () => {
  it.each([
    ["granted in all parts", { type: "queuePause", agent: "1001", queue: "support" }, true],
    ["without a queue it covers those that are granted (CM14)", { type: "queuePause", agent: "1001" }, true],
    ["another agent", { type: "queuePause", agent: "1003" }, false],
    ["another queue", { type: "queuePause", agent: "1001", queue: "sales" }, false],
    ["another command", { type: "hangup", agent: "1001" }, false],
    ["about no agent", { type: "queueReset", queue: "support" }, true],
  ] as const)("%s", (_, command, expected) => {
    expect(isGranted(claims, command)).toBe(expected);
  });
});

describe("who asks first", () => {
  it("a log-off of somebody else, not one's own; a hang-up and a reset always", () => {
    const own = { ...claims, agents: ["1001"] };
    expect(selfOf(own)).toBe("1001");
    expect(selfOf(claims)).toBeNull();
    expect(selfOf({ ...claims, agents: ["*"] })).toBeNull();
    expect(mustConfirm(own, { type: "queueRemove", agent: "1001" })).toBe(false);
    expect(mustConfirm(claims, { type: "queueRemove", agent: "1001" })).toBe(true);
    expect(mustConfirm(own, { type: "hangup", agent: "1001" })).toBe(true);
    expect(mustConfirm(own, { type: "queueReset" })).toBe(true);
    expect(mustConfirm(claims, { type: "queuePause", agent: "1001" })).toBe(false);
  });
});

describe("when nothing can be commanded", () => {
  it("says why, and nothing while live", () => {
    expect(whyBlocked({ kind: "live" })).toBeNull();
    expect(whyBlocked({ kind: "stale", cause: "offline", asOf: 1 })).toContain("site is offline");
    expect(whyBlocked({ kind: "stale", cause: "down", asOf: 1 })).toContain("Asterisk");
    expect(whyBlocked({ kind: "stale", cause: "connection", asOf: 1 })).toContain("no connection");
    expect(whyBlocked({ kind: "connecting", because: null })).toContain("connecting");
  });
});
