import { describe, expect, it } from "vitest";
import { createAgentRule, deviceOfChannel, looksLikeExtension, otherHalf } from "./agent.ts";

describe("EV15 agent id", () => {
  const rule = createAgentRule();

  it.each([
    ["PJSIP/1001", "1001"],
    ["SIP/1001", "1001"],
    ["IAX2/1001", "1001"],
    ["SCCP/1001", "1001"],
    ["Local/1001@from-queue/n", "1001"],
    ["Local/1001@agents", "1001"],
    ["Agent/1001", "1001"],
    ["pjsip/1001", "1001"],
    ["PJSIP/ann.smith", "ann.smith"],
    ["hint:1001@ext-local", null],
    ["Custom:1001", null],
    ["Queue:support_pause_PJSIP/1001", null],
    ["PJSIP/", null],
    ["1001", null],
    ["", null],
  ])("%s is %s", (memberInterface, agent) => {
    expect(rule.agentOfInterface(memberInterface)).toBe(agent);
    // The second answer comes from the memory and must be the same.
    expect(rule.agentOfInterface(memberInterface)).toBe(agent);
  });

  it("a configured pattern decides by its one group", () => {
    const own = createAgentRule("^PJSIP/site1-(\\d+)$");
    expect(own.agentOfInterface("PJSIP/site1-1001")).toBe("1001");
    expect(own.agentOfInterface("PJSIP/1001")).toBeNull();
  });

  it.each(["^PJSIP/\\d+$", "^(PJSIP)/(\\d+)$", "^PJSIP/(\\d+$"])(
    "the pattern %s is rejected: it has not exactly one group",
    (pattern) => {
      expect(() => createAgentRule(pattern)).toThrow();
    },
  );

  it("a Local channel leads to a phone but is none", () => {
    expect(rule.agentOfDevice("Local/1001@agents")).toBeNull();
    expect(rule.agentOfDevice("PJSIP/1001")).toBe("1001");
  });

  it.each([
    ["1001", true],
    ["10", true],
    ["1", false],
    ["14155550", false],
    ["trunk", false],
  ])("%s looks like an extension: %s", (id, expected) => {
    const agent = rule.agentOfDevice(`PJSIP/${id}`);
    expect(agent !== null && looksLikeExtension(agent)).toBe(expected);
  });
});

it.each([
  ["PJSIP/1001-0000002a", "PJSIP/1001", undefined],
  ["Local/1005@agents-00000000;1", "Local/1005@agents", "Local/1005@agents-00000000;2"],
  ["Local/1005@my-agents-00000000;2", "Local/1005@my-agents", "Local/1005@my-agents-00000000;1"],
  ["Surrogate", "Surrogate", undefined],
])("channel %s is of device %s, its other half is %s", (channel, device, half) => {
  expect(deviceOfChannel(channel)).toBe(device);
  expect(otherHalf(channel)).toBe(half);
});
