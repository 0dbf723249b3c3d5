/** What the executor is put together from, where a table says it best. */
import { describe, expect, it } from "vitest";
import type { AmiEvent } from "../ami/event/event.ts";
import { isDialable } from "./dial.ts";
import { refusalCode, refused, safeText } from "./refusal.ts";
import { createRinging } from "./ringing.ts";
import { isVariableAllowed, parseVariableRule } from "./variable.ts";

describe("Asterisk's words", () => {
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

  it("are made one bounded line", () => {
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
  ])("not %j", (text) => {
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
  ])("%s for %s: %s", (list, name, allowed) => {
    const rule = parseVariableRule(list) ?? expect.fail();
    expect(isVariableAllowed(rule, name)).toBe(allowed);
  });

  it.each([["*"], [""], ["A,,B"], ["A*B"], ["_A"], ["CHANNEL(language)"], ["1A"]])("%j is none", (list) => {
    expect(parseVariableRule(list)).toBeUndefined();
  });
});

describe("CM6 what rings by our doing", () => {
  const response = (actionId: string, success: boolean): AmiEvent => {
    return { kind: "originateResponse", actionId, success, reason: success ? 4 : 3, namedChannel: true, at: 0 };
  };
  const hangup = (uniqueId: string) => ({ kind: "hangup", uniqueId, cause: 16, at: 0 }) as AmiEvent;

  function ringing() {
    let now = 0;
    const rings = createRinging(() => now);
    rings.remember("1001", "a", 5000);
    return {
      ...rings,
      wait: (ms: number) => {
        now += ms;
      },
    };
  }

  it("for as long as it may ring", () => {
    const rings = ringing();
    expect([rings.of("1001"), rings.of("1002")]).toEqual(["a", null]);
    rings.wait(14_999);
    expect(rings.of("1001")).toBe("a");
    rings.wait(1);
    expect(rings.of("1001")).toBeNull();
  });

  it("until it fails or ends; once answered its own end is awaited", () => {
    const failed = ringing();
    failed.onEvent(response("a", false));
    expect(failed.of("1001")).toBeNull();
    const silenced = ringing();
    silenced.forget("a");
    expect(silenced.of("1001")).toBeNull();
    const answered = ringing();
    answered.onEvent(response("a", true));
    answered.wait(1_000_000);
    expect(answered.of("1001")).toBe("a");
    answered.onEvent(hangup("other"));
    expect(answered.of("1001")).toBe("a");
    answered.onEvent(hangup("a"));
    expect(answered.of("1001")).toBeNull();
  });

  it("of several the newest, and no end of one hides another", () => {
    const rings = ringing();
    rings.remember("1002", "x", 5000);
    rings.remember("1001", "b", 5000);
    rings.remember("1001", "c", 5000);
    rings.onEvent(response("c", false));
    expect(rings.of("1001")).toBe("b");
    rings.onEvent(response("a", true));
    expect(rings.of("1001")).toBe("b");
    rings.onEvent(hangup("b"));
    expect(rings.of("1001")).toBe("a");
    rings.onEvent(hangup("a"));
    expect([rings.of("1001"), rings.of("1002")]).toEqual([null, "x"]);
  });

  it("of a thousand at most: the oldest is forgotten", () => {
    const rings = ringing();
    for (let index = 1; index < 1000; index++) rings.remember("1002", `${index}`, 5000);
    expect(rings.of("1001")).toBe("a");
    rings.remember("1002", "last", 5000);
    expect([rings.of("1001"), rings.of("1002")]).toEqual([null, "last"]);
  });
});
