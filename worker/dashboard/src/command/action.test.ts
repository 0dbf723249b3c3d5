import type { CommandInput, CommandOutcome } from "@pbxis/shared/client";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Action, type ActionInput, type Intent, mayRetry, stepAction } from "./action.ts";
import type { ShownCall } from "./shown-call.ts";

const hangup: CommandInput = { type: "hangup", agent: "1001" };
const alice: ShownCall = { number: "555", name: "Alice", queueName: null, callId: "c1", uniqueId: "u1" };
const bob: ShownCall = { number: "777", name: "Bob", queueName: null, callId: "c1", uniqueId: "u2" };
const intent: Intent = { command: hangup, key: "k1", mustConfirm: false, call: null };
const confirm: ActionInput = { kind: "confirm", call: null, agent: "Ann" };
const pending: Action = { kind: "pending", intent };
const candidate = { agentChannel: "PJSIP/1001-0000002a", bridgedChannel: "PJSIP/trunk-1", callerId: "555" };

function failed(
  code: "several_calls" | "unavailable" | "forbidden" | "asterisk_refused",
  commandId: string | null = "c1",
) {
  const candidates = code === "several_calls" ? { candidates: [candidate] } : {};
  return { status: "failed", commandId, error: { code, message: "no", ...candidates } } satisfies CommandOutcome;
}
function unknown(commandId: string | null): CommandOutcome {
  return { status: "unknown", commandId, error: { code: "outcome_unknown", message: "lost" } };
}
const done: CommandOutcome = { status: "done", commandId: "c1", result: { channel: "PJSIP/1001-0000002a" } };

function after(outcome: CommandOutcome, by: Intent = intent): Action {
  const { action } = stepAction({ kind: "pending", intent: by }, { kind: "outcome", key: by.key, outcome });
  if (!action) throw new Error("gone");
  return action;
}

describe("an action", () => {
  it("is sent at once, or after its confirmation", () => {
    expect(stepAction(null, { kind: "request", intent })).toEqual({ action: pending, send: intent });
    const careful = { ...intent, mustConfirm: true };
    const requested = stepAction(null, { kind: "request", intent: careful });
    expect(requested).toEqual({ action: { kind: "confirming", intent: careful }, send: null });
    expect(stepAction(requested.action, confirm)).toEqual({
      action: { kind: "pending", intent: careful },
      send: careful,
    });
    expect(stepAction(requested.action, { kind: "cancel" })).toEqual({ action: null, send: null });
  });

  it("is not sent if the call that was shown has ended or is another one at the confirmation", () => {
    const shown: Intent = { command: { ...hangup, uniqueId: "u1" }, key: "k1", mustConfirm: true, call: alice };
    const confirming: Action = { kind: "confirming", intent: shown };
    const at = (call: ShownCall | null) => stepAction(confirming, { kind: "confirm", call, agent: "Ann" });
    expect(at({ ...alice, queueName: "support" }).send).toEqual(shown);
    for (const [call, text] of [
      [null, "has ended"],
      [bob, "Ann now has another call with Bob 777"],
    ] as const) {
      const { action, send } = at(call);
      expect(send).toBeNull();
      expect(action).toMatchObject({ kind: "failed", failure: { code: "call_changed" } });
      expect(action?.kind === "failed" && action.failure.message).toContain(text);
      expect(action && mayRetry(action)).toBe(false);
    }
    const reset: Intent = { command: { type: "queueReset" }, key: "k1", mustConfirm: true, call: null };
    const other = stepAction({ kind: "confirming", intent: reset }, { kind: "confirm", call: bob, agent: "" });
    expect(other.send).toEqual(reset);
  });

  it("ends with the outcome that the site reports", () => {
    expect(after(done).kind).toBe("done");
    expect(after(failed("forbidden"))).toMatchObject({ kind: "failed", failure: { code: "forbidden" } });
    expect(after(unknown("c1"))).toMatchObject({ kind: "unknown", isRecorded: true });
  });

  it("ignores the outcome of another key", () => {
    expect(stepAction(pending, { kind: "outcome", key: "k0", outcome: done }).action).toBe(pending);
  });

  it("CM10 CM12 sends the chosen call as a new command, by its own ids", () => {
    const choosing = after(failed("several_calls"), { ...intent, command: { ...hangup, uniqueId: "u1" }, call: alice });
    expect(choosing).toMatchObject({ kind: "choosing", candidates: [candidate] });
    const choose = (ids: Partial<typeof candidate> & { uniqueId?: string }) =>
      stepAction(choosing, { kind: "choose", candidate: { ...candidate, ...ids }, newKey: "k2" }).send;
    expect(choose({ uniqueId: "u7" })).toMatchObject({
      key: "k2",
      command: { type: "hangup", agent: "1001", channel: candidate.agentChannel, uniqueId: "u7" },
      call: { number: "555", uniqueId: "u7" },
    });
    // An older connector sends no ids.
    expect(choose({})?.command).toEqual({ type: "hangup", agent: "1001", channel: candidate.agentChannel });
  });

  it("CM12 retries under the same key, unless the site has recorded the failure", () => {
    const retry: ActionInput = { kind: "retry", newKey: "k2" };
    expect(stepAction(after(failed("unavailable", null)), retry).send).toEqual(intent);
    expect(stepAction(after(failed("asterisk_refused")), retry).send).toEqual({ ...intent, key: "k2" });
    expect(stepAction(after(unknown(null)), retry).send).toEqual(intent);
  });

  it("CM11 is never sent again if the site has recorded the outcome as unknown", () => {
    expect(stepAction(after(unknown("c1")), { kind: "retry", newKey: "k2" }).send).toBeNull();
  });

  it("offers no retry where the outcome would be the same", () => {
    expect(mayRetry(after(failed("forbidden")))).toBe(false);
  });

  it("EV7 fails late when its originated call fails", () => {
    const call: Intent = { ...intent, command: { type: "originate", agent: "1001", to: "555" } };
    const ringing = after({ status: "done", commandId: "c1", result: { actionId: "a1" } }, call);
    const late = (actionId: string) =>
      stepAction(ringing, { kind: "originateFailed", actionId, reason: "busy" }).action;
    expect(late("a1")).toMatchObject({ kind: "failed", failure: { code: "originate_failed", message: "busy" } });
    expect(late("a2")).toBe(ringing);
  });
});

const outcomes: fc.Arbitrary<CommandOutcome> = fc.constantFrom(
  done,
  failed("several_calls"),
  failed("unavailable", null),
  failed("asterisk_refused"),
  failed("forbidden"),
  unknown("c1"),
  unknown(null),
);
/** What the user or the site may do next. The test fills in the keys. */
const moves = fc.oneof(
  fc.constantFrom<"request" | "confirm" | "cancel" | "dismiss" | "choose" | "retry">(
    "request",
    "confirm",
    "cancel",
    "dismiss",
    "choose",
    "retry",
  ),
  outcomes,
);

describe("for any sequence of inputs", () => {
  it("nothing is sent unconfirmed, twice at once, or after a recorded unknown outcome; a key belongs to one command", () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(moves, { maxLength: 40 }), (mustConfirm, sequence) => {
        let action: Action | null = null;
        let keys = 0;
        let isConfirmed = !mustConfirm;
        const commandOf = new Map<string, string>();
        const closed = new Set<string>();
        for (const move of sequence) {
          const newKey = `key-${++keys}`;
          const before: Action | null = action;
          const input = inputOf(move, before, newKey, mustConfirm);
          if (input.kind === "request" && before === null) isConfirmed = !mustConfirm;
          if (input.kind === "confirm") isConfirmed = true;
          const step = stepAction(before, input);
          action = step.action;
          if (action?.kind === "unknown" && action.isRecorded) closed.add(action.intent.key);
          if (!step.send) continue;
          const { key, command } = step.send;
          expect(isConfirmed).toBe(true);
          expect(before?.kind).not.toBe("pending");
          expect(action?.kind).toBe("pending");
          expect(closed.has(key)).toBe(false);
          const text = JSON.stringify(command);
          expect(commandOf.get(key) ?? text).toBe(text);
          commandOf.set(key, text);
        }
      }),
    );
  });
});

type Move = CommandOutcome | "request" | "confirm" | "cancel" | "dismiss" | "choose" | "retry";

function inputOf(move: Move, before: Action | null, newKey: string, mustConfirm: boolean): ActionInput {
  if (typeof move !== "string") return { kind: "outcome", key: before?.intent.key ?? "none", outcome: move };
  switch (move) {
    case "request":
      return { kind: "request", intent: { command: hangup, key: newKey, mustConfirm, call: null } };
    case "confirm":
      return confirm;
    case "choose":
      return { kind: "choose", candidate, newKey };
    case "retry":
      return { kind: "retry", newKey };
    default:
      return { kind: move };
  }
}
