/** The small parts of the command room, by tables. */
import { describe, expect, it } from "vitest";
import type { AmiEvent } from "../ami/event/event.ts";
import { originatedChannelId } from "../model/state/originated.ts";
import { sampleContext } from "../testing/command-samples.ts";
import { isDialable } from "./dial.ts";
import { createPicks } from "./picks.ts";
import { planSnippetCall } from "./plan-snippet.ts";
import { refusalCode, refused, safeText } from "./refusal.ts";
import { createRinging } from "./ringing.ts";
import { dialplanSnippet, snippetCheck, snippetExtensions } from "./snippet.ts";
import { isVariableAllowed, parseVariableRule } from "./variable.ts";

describe("Asterisk's error messages", () => {
  it.each([
    ["No such channel", "not_found"],
    ["Channel does not exist: PJSIP/1001-00000001", "not_found"],
    ["Extension does not exist.", "asterisk_refused"],
    ["Interface not found", "not_found"],
    ["Unable to add interface to queue: No such queue", "not_found"],
    ["Unable to remove interface from queue: No such queue", "not_found"],
    ["Unable to remove interface: Not there", "not_found"],
    ["Invalid interface, queuename or penalty", "not_found"],
    ["Permission denied", "not_permitted"],
    ["Unable to add interface: Already there", "asterisk_refused"],
    ["Member not dynamic", "asterisk_refused"],
    ["", "asterisk_refused"],
  ])("%j is %s", (message, code) => {
    expect(refusalCode(message)).toBe(code);
    expect(refused(message, {})).toMatchObject({ error: { code, message: expect.stringContaining(message) } });
  });

  it("become one line of bounded length", () => {
    expect(safeText("a\r\nb\u0007c")).toBe("a  b c");
    expect(safeText("x".repeat(1000))).toHaveLength(200);
    expect(safeText(`${"x".repeat(199)}😀`).isWellFormed()).toBe(true);
  });
});

describe("CM13 what may be dialed", () => {
  it.each([["PJSIP/1001"], ["SIP/ann.b-2+x"], ["Local/1001@from-queue/n"], ["Local/1001@ctx"]])("%s", (text) => {
    expect(isDialable(text)).toBe(true);
  });

  it.each([
    ["PJSIP/1001&PJSIP/1002"],
    ["PJSIP/1001/sip:evil@example.com"],
    ["PJSIP/1001@trunk"],
    ["Local/1001"],
    ["Local/s@ctx/n/x"],
    ["Local/1001@ctx,1"],
    ["Agent/1001"],
    ["hint:1001@ctx"],
    ["PJSIP/"],
    ["PJSIP/1001\n"],
    ["1001"],
  ])("%j is refused", (text) => {
    expect(isDialable(text)).toBe(false);
  });
});

describe("CM13 PBXIS_VARIABLES", () => {
  it.each([
    ["CRM*", "CRM_ID", true],
    ["CRM*", "CRM", true],
    ["CRM*", "__CRM_ID", true],
    ["CRM*", "___CRM_ID", false],
    ["CRM*", "XCRM", false],
    ["A, B_2", "B_2", true],
    ["A, B_2", "B_23", false],
    ["A, B_2", "_A", true],
  ])("with %s the variable %s is allowed: %s", (list, name, allowed) => {
    const rule = parseVariableRule(list) ?? expect.fail();
    expect(isVariableAllowed(rule, name)).toBe(allowed);
  });

  it.each([["*"], [""], ["A,,B"], ["A*B"], ["_A"], ["CHANNEL(language)"], ["1A"]])("%j is invalid", (list) => {
    expect(parseVariableRule(list)).toBeUndefined();
  });
});

it("CM13 the question for the snippet decides a command, and names what to do", () => {
  const { action, fields, unless } = snippetCheck("pick", "pbxis-edge");
  expect([action, fields]).toEqual(["Getvar", [["Variable", "DIALPLAN_EXISTS(pbxis-edge,pick,1)"]]]);
  expect(unless).toMatchObject({
    value: "0",
    outcome: {
      status: "failed",
      error: { code: "not_permitted", message: expect.stringContaining("--print-dialplan") },
    },
  });
  for (const name of snippetExtensions) expect(dialplanSnippet("c")).toContain(`\nexten => ${name},1,`);
});

describe("calls to the snippet", () => {
  const call = { agent: "1001", extension: "spy", channel: "PJSIP/1002-0000002a", timeoutSeconds: 20 } as const;

  it("ask for the extension, then ring the phone with the connector's own variables", () => {
    const plan = planSnippetCall({ ...call, mode: "B" }, sampleContext());
    expect(plan).toMatchObject({ kind: "steps", result: { actionId: "pbxis-1" }, followUp: { forMs: 20_000 } });
    const originate = plan.kind === "steps" ? plan.steps[1]?.fields : [];
    expect(originate).toEqual([
      ["Channel", "PJSIP/1001"],
      ["Context", "pbxis-edge"],
      ["Exten", "spy"],
      ["Priority", "1"],
      ["Timeout", "20000"],
      ["Async", "true"],
      ["ChannelId", "a1001-pbxis-1"],
      ["Variable", "PBXIS_CHANNEL=PJSIP/1002-0000002a"],
      ["Variable", "PBXIS_MODE=B"],
    ]);
  });

  it.each([
    ["PJSIP/1002"],
    ["PJSIP/1002-0000002a,s"],
    ["PJSIP/1002-0000002a&PJSIP/1003-0000002b"],
    ["hint:1002@agents"],
  ])("CM13 never name %s, which is a prefix, a pattern or more than one channel", (channel) => {
    expect(planSnippetCall({ ...call, channel }, sampleContext())).toMatchObject({ kind: "settled" });
  });
});

describe("CM6 originated calls that ring", () => {
  const response = (actionId: string, success: boolean): AmiEvent => {
    return { kind: "originateResponse", actionId, success, reason: success ? 4 : 3, uniqueId: actionId, at: 0 };
  };
  const hangup = (uniqueId: string) => ({ kind: "hangup", uniqueId, cause: 16, at: 0 }) as AmiEvent;

  function ringing() {
    let now = 0;
    const calls = createRinging(() => now);
    calls.remember("1001", "a", 5000);
    return {
      ...calls,
      wait: (ms: number) => {
        now += ms;
      },
    };
  }

  it("are remembered for as long as they may ring", () => {
    const calls = ringing();
    expect([calls.of("1001"), calls.of("1002")]).toEqual(["a", null]);
    calls.wait(14_999);
    expect(calls.of("1001")).toBe("a");
    calls.wait(1);
    expect(calls.of("1001")).toBeNull();
  });

  it("are forgotten when they fail or end; an answered one when it ends", () => {
    const failed = ringing();
    failed.onAmiEvent(response("a", false));
    expect(failed.of("1001")).toBeNull();
    const silenced = ringing();
    silenced.forget("a");
    expect(silenced.of("1001")).toBeNull();
    const answered = ringing();
    answered.onAmiEvent(response("a", true));
    answered.wait(1_000_000);
    expect(answered.of("1001")).toBe("a");
    answered.onAmiEvent(hangup("other"));
    expect(answered.of("1001")).toBe("a");
    answered.onAmiEvent(hangup("a"));
    expect(answered.of("1001")).toBeNull();
    const named = createRinging(() => 0);
    named.remember("1001", "pbxis-1", 5000);
    named.onAmiEvent(hangup(originatedChannelId("pbxis-1", "1001")));
    expect(named.of("1001")).toBeNull();
  });

  it("the newest is returned, and the end of one does not hide another", () => {
    const calls = ringing();
    calls.remember("1002", "x", 5000);
    calls.remember("1001", "b", 5000);
    calls.remember("1001", "c", 5000);
    calls.onAmiEvent(response("c", false));
    expect(calls.of("1001")).toBe("b");
    calls.onAmiEvent(response("a", true));
    expect(calls.of("1001")).toBe("b");
    calls.onAmiEvent(hangup("b"));
    expect(calls.of("1001")).toBe("a");
    calls.onAmiEvent(hangup("a"));
    expect([calls.of("1001"), calls.of("1002")]).toEqual([null, "x"]);
  });

  it("beyond a thousand the oldest is forgotten", () => {
    const calls = ringing();
    for (let index = 1; index < 1000; index++) calls.remember("1002", `${index}`, 5000);
    expect(calls.of("1001")).toBe("a");
    calls.remember("1002", "last", 5000);
    expect([calls.of("1001"), calls.of("1002")]).toEqual([null, "last"]);
  });
});

it("CM7 a phone that rings for a caller stops when the caller leaves, is gone, or not at all once it was answered", () => {
  const ended: string[] = [];
  const picks = createPicks((channel) => ended.push(channel));
  const event = (fields: object) => picks.onAmiEvent({ at: 0, ...fields } as AmiEvent);
  for (const id of ["a", "b", "c", "d"]) picks.remember(id, { caller: `caller ${id}`, channel: `phone ${id}` });
  event({ kind: "queueCallerLeave", uniqueId: "caller a" });
  event({ kind: "hangup", uniqueId: "caller b", cause: 16 });
  event({ kind: "originateResponse", actionId: "c", success: true, reason: 4, uniqueId: null });
  for (const id of ["a", "b", "c", "x"]) event({ kind: "queueCallerLeave", uniqueId: `caller ${id}` });
  expect(ended).toEqual(["phone a", "phone b"]);
});
