import type { CommandInput, CommandOutcome, SiteEvent } from "@pbxis/shared/client";
import { describe, expect, it } from "vitest";
import { createDesk, emptyDesk, isPending, maxSettled, questionOf, stepDesk } from "./desk.ts";

const pause: CommandInput = { type: "queuePause", agent: "1001", queue: "support" };
const call: CommandInput = { type: "originate", agent: "1001", to: "555" };

/** A site that answers when it is told to, and a desk at it. */
function atSite() {
  const sent: { command: CommandInput; key: string; answer: (outcome: CommandOutcome) => Promise<void> }[] = [];
  let occur: (event: SiteEvent) => void = () => {};
  let keys = 0;
  const desk = createDesk(
    {
      command: (command, { idempotencyKey }) =>
        new Promise((resolve) => {
          const answer = async (outcome: CommandOutcome): Promise<void> => {
            resolve(outcome);
            await new Promise((later) => setTimeout(later, 0));
          };
          sent.push({ command, key: idempotencyKey, answer });
        }),
      onOccurrence: (listener) => {
        occur = listener;
        return () => {};
      },
    },
    () => `key-${++keys}`,
  );
  const kinds = () => desk.state().entries.map(({ action }) => action.kind);
  return { desk, sent, kinds, occur: (event: SiteEvent) => occur(event) };
}

const failedOriginate: SiteEvent = { type: "originateFailed", actionId: "a1", reason: "noAnswer", at: 1 };

describe("the desk", () => {
  it("sends what is asked, under a key of its own each time, and tells how it ended", async () => {
    const { desk, sent, kinds } = atSite();
    let told = 0;
    desk.subscribe(() => told++);
    desk.ask(pause, false);
    desk.ask(call, false);
    expect(sent.map(({ command }) => command)).toEqual([pause, call]);
    expect(sent[0]?.key).not.toBe(sent[1]?.key);
    expect(isPending(desk.state(), pause)).toBe(true);
    await sent[0]?.answer({ status: "done", commandId: "c1", result: { queues: ["support"] } });
    expect(kinds()).toEqual(["done", "pending"]);
    expect(isPending(desk.state(), pause)).toBe(false);
    expect(told).toBe(3);
  });

  it("knows what is under way by agent and queue", () => {
    const { desk } = atSite();
    desk.ask(pause, false);
    expect(isPending(desk.state(), { ...pause, paused: false })).toBe(true);
    expect(isPending(desk.state(), { ...pause, queue: "sales" })).toBe(false);
    expect(isPending(desk.state(), { ...pause, agent: "1002" })).toBe(false);
  });

  it("asks one question at a time and sends nothing meanwhile", () => {
    const { desk, sent } = atSite();
    desk.ask({ type: "hangup", agent: "1001" }, true);
    desk.ask({ type: "hangup", agent: "1002" }, true);
    const first = questionOf(desk.state());
    expect(first?.action.intent.command).toMatchObject({ agent: "1001" });
    expect(sent).toEqual([]);
    desk.input(first?.id ?? "", { kind: "cancel" });
    expect(questionOf(desk.state())?.action.intent.command).toMatchObject({ agent: "1002" });
  });

  it("sends a retry of what could not be asked for under the same key (CM12)", async () => {
    const { desk, sent } = atSite();
    desk.ask(pause, false);
    await sent[0]?.answer({ status: "failed", commandId: null, error: { code: "unavailable", message: "away" } });
    desk.input(desk.state().entries[0]?.id ?? "", { kind: "retry", newKey: "other" });
    expect(sent[1]?.key).toBe(sent[0]?.key);
  });

  it.each([
    ["after its outcome", false],
    ["before its outcome", true],
  ])("tells of an originate that fails %s (EV7)", async (_, isFirst) => {
    const { desk, sent, kinds, occur } = atSite();
    desk.ask(call, false);
    if (isFirst) occur(failedOriginate);
    await sent[0]?.answer({ status: "done", commandId: "c1", result: { actionId: "a1" } });
    if (!isFirst) occur(failedOriginate);
    expect(kinds()).toEqual(["failed"]);
  });

  it("keeps few that have ended, those that failed longest, and all that are under way", () => {
    let state = emptyDesk;
    const put = (id: string, outcome: CommandOutcome | null): void => {
      const intent = { command: pause, key: id, mustConfirm: false };
      state = stepDesk(state, id, { kind: "ask", intent }).state;
      if (outcome) state = stepDesk(state, id, { kind: "outcome", key: id, outcome }).state;
    };
    put("failed", { status: "failed", commandId: "c", error: { code: "forbidden", message: "no" } });
    put("pending", null);
    for (let count = 0; count < maxSettled + 3; count++)
      put(`d${count}`, { status: "done", commandId: "c", result: {} });
    expect(state.entries.map(({ id }) => id)).toEqual(["failed", "pending", "d4", "d5", "d6"]);
  });
});
