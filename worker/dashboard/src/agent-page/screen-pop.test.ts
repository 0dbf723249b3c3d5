import type { AgentView } from "@pbxis/shared/client";
import { describe, expect, it } from "vitest";
import { type Handled, noScreenPop, parseScreenPop, planPop, popAddress, templateProblem } from "./screen-pop.ts";

type Call = NonNullable<AgentView["call"]>;
const call = (callId: string, change: Partial<Call> = {}): Call => ({
  ...{ number: "+14155550100", name: "Alice & Bob", queueName: "support", callId, uniqueId: `${callId}.1` },
  ...{ recording: null, muted: null, consulting: null },
  ...change,
});

describe("the address of a screen pop", () => {
  it("has the call's values, encoded, and nothing where the call has none", () => {
    const template = "https://crm.example/find?number={number}&name={name}&id={uniqueId}&a={agent}";
    expect(popAddress(template, "1001", call("7"))).toBe(
      "https://crm.example/find?number=%2B14155550100&name=Alice%20%26%20Bob&id=7.1&a=1001",
    );
    expect(popAddress(template, "1001", call("7", { number: "unknown", name: null, uniqueId: null }))).toBe(
      "https://crm.example/find?number=&name=&id=&a=1001",
    );
  });

  it.each([
    ["", null],
    ["https://crm.example/{number}", null],
    ["http://localhost:8080/#/{callId}", null],
    ["https://crm.example/{phone}", /\{phone\} is not known/],
    ["https://{name}/x", /begins with https/],
    ["https://crm{number}.example/", /begins with https/],
    ["javascript:alert({number})", /begins with https/],
    ["crm.example/{number}", /begins with https/],
    [`https://crm.example/${"x".repeat(2000)}`, /more than 2000/],
  ])("%s: %s", (template, problem) => {
    if (problem === null) expect(templateProblem(template)).toBeNull();
    else expect(templateProblem(template)).toMatch(problem);
  });

  it.each([
    [undefined],
    [7],
    [{ template: "javascript:x", on: "ring" }],
    [{ template: "https://a.example/", on: "x" }],
  ])("what is stored and is none (%j) opens nothing", (stored) => expect(parseScreenPop(stored)).toBe(noScreenPop));
});

describe("a screen pop", () => {
  /** The moments at which it opens, of what the page shows one after the other. */
  function opened(on: "ring" | "answer" | "click", ...seen: readonly (string | null)[]): number[] {
    let handled: Handled;
    return seen.flatMap((text, index) => {
      const [callId = "", state] = text?.split(" ") ?? [];
      const now = { call: text === null ? null : call(callId), isRinging: state === "rings" };
      const plan = planPop(handled, { template: "https://crm.example/", on }, now);
      handled = plan.handled;
      return plan.opens ? [index] : [];
    });
  }

  it.each([
    ["ring", [null, "a rings", "a talks", null, "b rings", "b rings"], [1, 4]],
    ["answer", [null, "a rings", "a talks", "a talks", null, "b rings", null], [2]],
    ["click", [null, "a rings", "a talks"], []],
    // The page was opened during call a.
    ["ring", ["a talks", "a talks", null, "b rings"], [3]],
    // A second call at once, then the first again.
    ["answer", [null, "a talks", "b talks"], [1, 2]],
  ] as const)("on %s of %j opens at %j", (on, seen, moments) => expect(opened(on, ...seen)).toEqual(moments));
});
