import { AgentId, QueueName } from "@pbxis/shared";
import type { QueueCall } from "@pbxis/shared/client";
import { describe, expect, it } from "vitest";
import { callFilterOf, callsHashOf, callsQuery } from "./call-filter.ts";
import { emptyCallList, maxShown, stepCallList } from "./call-list.ts";
import { callerText, isMissed, numberToCall, outcomeText, talkText, timeOf } from "./call-texts.ts";

const call = (more: Partial<QueueCall> = {}): QueueCall => ({
  queue: QueueName.parse("support"),
  uniqueId: "1.1",
  callId: "1.1",
  outcome: "answered",
  agent: AgentId.parse("1001"),
  number: "+14155550100",
  name: null,
  joinedAt: 1_000,
  answeredAt: 5_000,
  endedAt: 65_000,
  waitTime: 4_000,
  talkTime: 60_000,
  position: 1,
  originalPosition: 1,
  recording: null,
  reason: "caller",
  ...more,
});

describe("the filter of an address", () => {
  it.each([
    "#/calls",
    "#/calls?outcome=abandoned&queue=support&agent=1001",
    "#/calls?time=week&number=%2B1415",
    "#/calls?from=2026-11-29T08%3A00&to=2026-11-29T10%3A00&outcome=exited",
  ])("%s is that from which it came", (hash) => {
    expect(callsHashOf(callFilterOf(hash))).toBe(hash);
  });

  it("ignores what it does not understand", () => {
    expect(callFilterOf("#/calls?outcome=__proto__&time=never&queue=&x=1")).toEqual({
      period: { kind: "today" },
      outcome: null,
      queue: null,
      agent: null,
      number: "",
    });
  });

  it("AP13 asks for no more than the user chose", () => {
    const span = { from: 1, to: 2 };
    expect(callsQuery(callFilterOf("#/calls"), span)).toEqual({ ...span, limit: 100 });
    expect(callsQuery(callFilterOf("#/calls?outcome=picked&queue=a&agent=7&number=%2B1 (415)"), span)).toEqual({
      ...span,
      limit: 100,
      outcome: ["picked"],
      queues: ["a"],
      agents: ["7"],
      number: "+1415",
    });
  });
});

describe("the list of calls", () => {
  const answer = (calls: QueueCall[], next: string | null = null) => ({ calls, next });

  it("shows the pages in order, each call once", () => {
    let list = stepCallList(emptyCallList, { kind: "ask", isOther: true });
    const one = call();
    const two = call({ uniqueId: "2.2" });
    list = stepCallList(list, { kind: "answer", question: list.question, answer: answer([one], "c"), isMore: false });
    expect([list.next, list.isKnown, list.isLoading]).toEqual(["c", true, false]);
    list = stepCallList(list, { kind: "more" });
    list = stepCallList(list, { kind: "answer", question: list.question, answer: answer([one, two]), isMore: true });
    expect(list.calls).toEqual([one, two]);
    expect(list.next).toBe(null);
  });

  it("drops an answer to an earlier filter, and its calls at once", () => {
    const first = stepCallList(emptyCallList, { kind: "ask", isOther: true });
    const shown = stepCallList(first, {
      kind: "answer",
      question: first.question,
      answer: answer([call()]),
      isMore: false,
    });
    const second = stepCallList(shown, { kind: "ask", isOther: true });
    expect(second.calls).toEqual([]);
    const late = { kind: "answer", question: first.question, answer: answer([call()]), isMore: false } as const;
    expect(stepCallList(second, late)).toBe(second);
    expect(stepCallList(second, { kind: "failed", question: first.question, problem: "x" })).toBe(second);
  });

  it("keeps the calls while it asks again, and when that fails", () => {
    const known = { ...emptyCallList, calls: [call()], isKnown: true };
    const asked = stepCallList(known, { kind: "ask", isOther: false });
    const failed = stepCallList(asked, { kind: "failed", question: asked.question, problem: "no answer" });
    expect([failed.calls.length, failed.problem, failed.isLoading]).toEqual([1, "no answer", false]);
  });

  it("offers no further page beyond its maximum", () => {
    const many = Array.from({ length: maxShown }, (_, index) => call({ uniqueId: `${index}.1` }));
    const list = stepCallList(emptyCallList, { kind: "answer", question: 0, answer: answer(many, "c"), isMore: false });
    expect(list.next).toBe(null);
  });
});

describe("what the list says of a call", () => {
  it.each([
    [{ number: "+1415", name: "Alice" }, "Alice (+1415)", "+1415"],
    [{ number: "+1415", name: "+1415" }, "+1415", "+1415"],
    [{ number: "unknown", name: null }, "Number withheld", null],
    [{ number: null, name: null }, "Number withheld", null],
    [{ number: null, name: "Alice" }, "Alice", null],
    [{ number: "(415) 555-01", name: null }, "(415) 555-01", "41555501"],
  ])("%j", (caller, text, number) => {
    expect([callerText(caller), numberToCall(caller)]).toEqual([text, number]);
  });

  it("names outcomes that it does not know as they are", () => {
    expect(["abandoned", "hungUp", "lost"].map(outcomeText)).toEqual(["Abandoned", "Hung up by us", "lost"]);
    expect(["answered", "abandoned", "exited", "moved"].map((outcome) => isMissed({ outcome }))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("has the time of joining, and the talk's length", () => {
    expect([timeOf(call()), timeOf(call({ joinedAt: null })), talkText(call())]).toEqual([1_000, 5_000, "1:00"]);
    expect(talkText(call({ talkTime: null, endedAt: null }))).toBe("…");
    expect(talkText(call({ outcome: "abandoned", talkTime: null, answeredAt: null }))).toBe("–");
  });
});
