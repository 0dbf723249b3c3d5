import type { CommandInput, CommandOutcome } from "@pbxis/shared/client";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Action, type ActionInput, type Intent, mayRetry, stepAction } from "./action.ts";

const hangup: CommandInput = { type: "hangup", agent: "1001" };
const intent: Intent = { command: hangup, key: "k1", mustConfirm: false };
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
    expect(stepAction(requested.action, { kind: "confirm" })).toEqual({
      action: { kind: "pending", intent: careful },
      send: careful,
    });
    expect(stepAction(requested.action, { kind: "cancel" })).toEqual({ action: null, send: null });
  });

  it("ends with the outcome that the site reports", () => {
    expect(after(done).kind).toBe("done");
    expect(after(failed("forbidden"))).toMatchObject({ kind: "failed", failure: { code: "forbidden" } });
    expect(after(unknown("c1"))).toMatchObject({ kind: "unknown", isRecorded: true });
  });

  it("ignores the outcome of another key", () => {
    expect(stepAction(pending, { kind: "outcome", key: "k0", outcome: done }).action).toBe(pending);
  });

  it("CM10 CM12 sends the chosen call as a new command", () => {
    const choosing = after(failed("several_calls"));
    expect(choosing).toMatchObject({ kind: "choosing", candidates: [candidate] });
    expect(stepAction(choosing, { kind: "choose", candidate, newKey: "k2" }).send).toEqual({
      ...intent,
      key: "k2",
      command: { type: "hangup", agent: "1001", channel: candidate.agentChannel },
    });
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
      return { kind: "request", intent: { command: hangup, key: newKey, mustConfirm } };
    case "choose":
      return { kind: "choose", candidate, newKey };
    case "retry":
      return { kind: "retry", newKey };
    default:
      return { kind: move };
  }
}
