import { describe, expect, it } from "vitest";
import type { TokenClaims } from "../store/token.ts";
import { isGranted, mustConfirm, selfOf, whyBlocked, whyCallersBlocked } from "./permission.ts";

const claims: TokenClaims = {
  sites: ["hq"],
  agents: ["1001", "1002"],
  queues: ["support"],
  commands: ["queuePause", "queueReset", "pickup"],
  callers: false,
  expiresAt: null,
};

describe("a command is offered", () => {
  it.each([
    ["if type, agent and queue are granted", { type: "queuePause", agent: "1001", queue: "support" }, true],
    ["CM14 without a queue: it covers the granted queues", { type: "queuePause", agent: "1001" }, true],
    ["not for another agent", { type: "queuePause", agent: "1003" }, false],
    ["not for another queue", { type: "queuePause", agent: "1001", queue: "sales" }, false],
    ["not for another type", { type: "hangup", agent: "1001" }, false],
    ["CM14 not if another agent that it names is not granted", { type: "pickup", agent: "1001", of: "1003" }, false],
    ["without an agent if it names none", { type: "queueReset", queue: "support" }, true],
  ] as const)("%s", (_, command, expected) => {
    expect(isGranted(claims, command)).toBe(expected);
  });
});

describe("a confirmation is required", () => {
  it("to hang up, to reset, and to log off another agent but not oneself", () => {
    const own = { ...claims, agents: ["1001"] };
    expect(selfOf(own)).toBe("1001");
    expect(selfOf(claims)).toBeNull();
    expect(selfOf({ ...claims, agents: ["*"] })).toBeNull();
    expect(mustConfirm(own, { type: "queueRemove", agent: "1001" })).toBe(false);
    expect(mustConfirm(claims, { type: "queueRemove", agent: "1001" })).toBe(true);
    expect(mustConfirm(own, { type: "hangup", agent: "1001" })).toBe(true);
    expect(mustConfirm(own, { type: "queueReset" })).toBe(true);
    expect(mustConfirm(claims, { type: "queuePause", agent: "1001" })).toBe(false);
    expect(mustConfirm(claims, { type: "hangupCaller", queue: "support", uniqueId: "u1" })).toBe(true);
    expect(mustConfirm(claims, { type: "recording", agent: "1001", state: "stopped" })).toBe(true);
    expect(mustConfirm(claims, { type: "recording", agent: "1001", state: "paused" })).toBe(false);
  });
});

describe("commands are blocked", () => {
  it("about a waiting caller also while the list of callers is not current", () => {
    const move = { type: "moveCaller", queue: "support", uniqueId: "u1", to: "5002" } as const;
    const why = (isLive: boolean | null) =>
      whyCallersBlocked({ callers: () => (isLive === null ? null : { list: [], isLive }) }, move);
    expect(why(true)).toBeNull();
    for (const isLive of [false, null]) expect(why(isLive)).toContain("not current");
    expect(whyCallersBlocked({ callers: () => null }, { type: "queueReset" })).toBeNull();
  });

  it("with a reason unless the page is live", () => {
    expect(whyBlocked({ kind: "live" })).toBeNull();
    expect(whyBlocked({ kind: "stale", cause: "offline", asOf: 1 })).toContain("site is offline");
    expect(whyBlocked({ kind: "stale", cause: "down", asOf: 1 })).toContain("Asterisk");
    expect(whyBlocked({ kind: "stale", cause: "connection", asOf: 1 })).toContain("no connection");
    expect(whyBlocked({ kind: "connecting", reason: null })).toContain("connecting");
  });
});
