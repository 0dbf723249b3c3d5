/** CM20: what the bridges show decides how the command ends. */
import { type Outcome, outcomeFailed, outcomeUnknown } from "@pbxis/shared";
import { expect, it } from "vitest";
import type { AmiEvent } from "../ami/event/event.ts";
import { entersBridge, facts, hangsUp, type Untimed } from "../testing/model-samples.ts";
import { consult, join } from "./carry-out-transfer.ts";
import { createTransferWatches } from "./transfer-watch.ts";
import type { UnannouncedChange } from "./unannounced.ts";

const channel = "PJSIP/1001-00000001";
const ann = facts(channel);
const done: Outcome = { status: "done", result: { channel } };
const hold: Untimed = { kind: "hold", ...ann };
const unhold: Untimed = { kind: "unhold", ...ann };
const refused = outcomeFailed("asterisk_refused", "no");
const lost = outcomeUnknown("lost");

/** The events come between the answer and the time-out. `parties`: how many the agent then talks to. */
function transfers(events: readonly Untimed[], parties = 1) {
  const timers: (() => void)[] = [];
  const watches = createTransferWatches((_ms, run) => {
    timers.push(run);
    return () => {};
  });
  const announced: UnannouncedChange[] = [];
  const ports = {
    transfers: watches,
    callsOf: () => Array(parties).fill({ agentChannel: channel, bridgedChannel: "x", callerId: null }),
    onUnannounced: (change: UnannouncedChange) => void announced.push(change),
  };
  const play = async (command: Promise<Outcome>): Promise<Outcome> => {
    for (const event of events) watches.onAmiEvent({ ...event, at: 0 } as AmiEvent);
    for (let turn = 0; turn < 5; turn++) await null;
    for (const run of timers) run();
    return command;
  };
  return { ports, announced, play };
}

const followUp = { kind: "awaitConsultation", channel, caller: "PJSIP/trunk-1", to: "1005" } as const;

it.each<[string, readonly Untimed[], Outcome, string]>([
  ["the agent's channel enters another bridge", [hold, entersBridge("b2", ann)], done, "done"],
  ["the other party is held, and no more is seen in time", [hold], done, "done"],
  ["nothing is seen: the queue has no t", [], done, "asterisk_refused"],
  ["another channel enters a bridge", [entersBridge("b2", facts("PJSIP/1002-00000002"))], done, "asterisk_refused"],
  ["the call is resumed before it began", [hold, unhold], done, "asterisk_refused"],
  ["the agent hangs up", [hangsUp(ann)], done, "asterisk_refused"],
  ["Asterisk refused it", [], refused, "asterisk_refused"],
  ["the connection was lost", [], lost, "outcome_unknown"],
])("CM20 attendedTransfer: %s", async (_title, events, answer, expected) => {
  const { ports, announced, play } = transfers(events);
  const outcome = await play(consult(followUp, { channel }, async () => answer, ports));
  expect(outcome.status === "done" ? "done" : outcome.error.code).toBe(expected);
  // The model knows of it before the action, and again if it came to nothing.
  const to = announced.map((change) => change.kind === "consultationCommanded" && change.to);
  expect(to).toEqual(expected === "done" ? ["1005"] : ["1005", null]);
});

it.each<[string, readonly Untimed[], number, string]>([
  ["all three are in one bridge", [entersBridge("b1", ann)], 2, "done"],
  ["the agent is back with the caller alone", [entersBridge("b1", ann)], 1, "asterisk_refused"],
  ["nothing happens", [], 1, "asterisk_refused"],
])("CM20 joinTransfer: %s", async (_title, events, parties, expected) => {
  const { ports, play } = transfers(events, parties);
  const outcome = await play(join({ kind: "awaitConference", channel, agent: "1001" }, async () => done, ports));
  expect(outcome.status === "done" ? "done" : outcome.error.code).toBe(expected);
});
