import { describe, expect, it } from "vitest";
import type { AmiEvent } from "../../ami/event/event.ts";
import { listsCompleted, member, memberFacts, queueParams, type Untimed } from "../../testing/model-samples.ts";
import { createAgentRule } from "../state/agent.ts";
import { createModel } from "../state/create-model.ts";
import { reduce } from "./reduce.ts";
import { takePauseDoubts } from "./unannounced.ts";

const device = (name: string, state: string): Untimed => ({ kind: "deviceStateChange", device: name, state });
const paused: Untimed = {
  kind: "queueMemberPause",
  ...memberFacts("PJSIP/1001", "support", { paused: true, pausedReason: "Lunch" }),
};

function isInDoubtAfter(...events: readonly Untimed[]): boolean {
  const model = createModel(createAgentRule());
  const apply = (event: Untimed) => reduce(model, { ...event, at: 1 } as AmiEvent);
  for (const event of [queueParams("support"), member("PJSIP/1001", "support"), ...listsCompleted]) apply(event);
  for (const event of events) apply(event);
  expect(takePauseDoubts(model)).toBe(false);
  const isInDoubt = takePauseDoubts(model);
  expect(takePauseDoubts(model)).toBe(false);
  return isInDoubt;
}

describe("EV3 members that change without an event", () => {
  it.each<[string, readonly Untimed[], boolean]>([
    ["a pause that its own event explains", [device("Queue:support_pause_PJSIP/1001", "INUSE"), paused], false],
    ["a pause that nothing explains", [device("Queue:support_pause_PJSIP/1001", "INUSE")], true],
    ["a member without any event", [device("Queue:support_pause_PJSIP/1006", "NOT_INUSE")], true],
    ["a member that is no agent", [device("Queue:support_pause_DAHDI/i1/55", "NOT_INUSE")], false],
    ["a member as it is known", [device("Queue:support_pause_PJSIP/1001", "NOT_INUSE")], false],
    ["a device that is gone", [device("Queue:support_pause_PJSIP/1006", "INVALID")], false],
    [
      "a paused member that was removed",
      [
        paused,
        { kind: "queueMemberRemoved", queue: "support", memberInterface: "PJSIP/1001" },
        device("Queue:support_pause_PJSIP/1001", "NOT_INUSE"),
      ],
      false,
    ],
    ["another device of the queue", [device("Queue:support_avail", "INUSE")], false],
    [
      "lists that were read since",
      [device("Queue:support_pause_PJSIP/1006", "INUSE"), { kind: "regenerationStarted" }, ...listsCompleted],
      false,
    ],
    ["a device in a list", [{ kind: "regenerationStarted" }, device("Queue:x_pause_PJSIP/1", "INUSE")], false],
  ])("%s", (_what, events, isInDoubt) => {
    expect(isInDoubtAfter(...events)).toBe(isInDoubt);
  });
});
