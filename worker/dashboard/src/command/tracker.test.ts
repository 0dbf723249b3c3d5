import type { CommandInput, CommandOutcome, SiteEvent } from "@pbxis/shared/client";
import { describe, expect, it } from "vitest";
import { createTracker, emptyTracker, isPending, maxSettled, questionOf, stepTracker } from "./tracker.ts";

const pause: CommandInput = { type: "queuePause", agent: "1001", queue: "support" };
const call: CommandInput = { type: "originate", agent: "1001", to: "555" };

/** A tracker and a site that answers when the test says so. */
function trackerAtSite() {
  const sent: { command: CommandInput; key: string; answer: (outcome: CommandOutcome) => Promise<void> }[] = [];
  let occur: (event: SiteEvent) => void = () => {};
  let keys = 0;
  const tracker = createTracker(
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
  const kinds = () => tracker.state().actions.map(({ action }) => action.kind);
  return { tracker, sent, kinds, occur: (event: SiteEvent) => occur(event) };
}

const failedOriginate: SiteEvent = { type: "originateFailed", actionId: "a1", reason: "noAnswer", at: 1 };

describe("the command tracker", () => {
  it("sends each request under a new key and publishes its outcome", async () => {
    const { tracker, sent, kinds } = trackerAtSite();
    let notified = 0;
    tracker.subscribe(() => notified++);
    tracker.request(pause, false);
    tracker.request(call, false);
    expect(sent.map(({ command }) => command)).toEqual([pause, call]);
    expect(sent[0]?.key).not.toBe(sent[1]?.key);
    expect(isPending(tracker.state(), pause)).toBe(true);
    await sent[0]?.answer({ status: "done", commandId: "c1", result: { queues: ["support"] } });
    expect(kinds()).toEqual(["done", "pending"]);
    expect(isPending(tracker.state(), pause)).toBe(false);
    expect(notified).toBe(3);
  });

  it("CM10 sends a command about a call with what identifies the call that was shown", () => {
    const { tracker, sent } = trackerAtSite();
    const shown = { number: "555", name: null, queueName: null, callId: "c1", uniqueId: "u1" };
    tracker.request({ type: "park", agent: "1001" }, false, shown);
    expect(sent[0]?.command).toEqual({ type: "park", agent: "1001", uniqueId: "u1" });
  });

  it("finds pending commands by type, agent and queue", () => {
    const { tracker } = trackerAtSite();
    tracker.request(pause, false);
    expect(isPending(tracker.state(), { ...pause, paused: false })).toBe(true);
    expect(isPending(tracker.state(), { ...pause, queue: "sales" })).toBe(false);
    expect(isPending(tracker.state(), { ...pause, agent: "1002" })).toBe(false);
  });

  it("shows one question at a time and sends nothing before the answer", () => {
    const { tracker, sent } = trackerAtSite();
    tracker.request({ type: "hangup", agent: "1001" }, true);
    tracker.request({ type: "hangup", agent: "1002" }, true);
    const first = questionOf(tracker.state());
    expect(first?.action.intent.command).toMatchObject({ agent: "1001" });
    expect(sent).toEqual([]);
    tracker.input(first?.id ?? "", { kind: "cancel" });
    expect(questionOf(tracker.state())?.action.intent.command).toMatchObject({ agent: "1002" });
  });

  it("CM12 retries a request that did not reach the site under the same key", async () => {
    const { tracker, sent } = trackerAtSite();
    tracker.request(pause, false);
    await sent[0]?.answer({ status: "failed", commandId: null, error: { code: "unavailable", message: "away" } });
    tracker.input(tracker.state().actions[0]?.id ?? "", { kind: "retry", newKey: "other" });
    expect(sent[1]?.key).toBe(sent[0]?.key);
  });

  it.each([
    ["after its outcome", false],
    ["before its outcome", true],
  ])("EV7 shows an originate as failed if it fails %s", async (_, isFirst) => {
    const { tracker, sent, kinds, occur } = trackerAtSite();
    tracker.request(call, false);
    if (isFirst) occur(failedOriginate);
    await sent[0]?.answer({ status: "done", commandId: "c1", result: { actionId: "a1" } });
    if (!isFirst) occur(failedOriginate);
    expect(kinds()).toEqual(["failed"]);
  });

  it("drops messages and questions with their view, and keeps commands under way and their outcomes", async () => {
    const { tracker, sent, kinds } = trackerAtSite();
    tracker.request(pause, false);
    tracker.request(call, false);
    tracker.request({ type: "hangup", agent: "1001" }, true);
    await sent[0]?.answer({ status: "failed", commandId: "c", error: { code: "forbidden", message: "no" } });
    expect(kinds()).toEqual(["failed", "pending", "confirming"]);
    tracker.leave();
    expect(kinds()).toEqual(["pending"]);
    await sent[1]?.answer({ status: "done", commandId: "c", result: {} });
    expect(kinds()).toEqual(["done"]);
    tracker.leave();
    expect(kinds()).toEqual([]);
  });

  it("keeps all pending actions and a few ended ones, dropping successful ones first", () => {
    let state = emptyTracker;
    const put = (id: string, outcome: CommandOutcome | null): void => {
      const intent = { command: pause, key: id, mustConfirm: false, call: null };
      state = stepTracker(state, id, { kind: "request", intent }).state;
      if (outcome) state = stepTracker(state, id, { kind: "outcome", key: id, outcome }).state;
    };
    put("failed", { status: "failed", commandId: "c", error: { code: "forbidden", message: "no" } });
    put("pending", null);
    for (let count = 0; count < maxSettled + 3; count++)
      put(`d${count}`, { status: "done", commandId: "c", result: {} });
    expect(state.actions.map(({ id }) => id)).toEqual(["failed", "pending", "d4", "d5", "d6"]);
  });
});
