/**
 * Live events ≡ regeneration: after any sequence of PBX commands, a model that followed the live events has the same
 * states as one that has just read the lists, and both agree with the actual state of the PBX.
 *
 * Exceptions, because Asterisk's lists do not contain the information:
 * - holds by the agent's own phone (EV2), and the times of events;
 * - a queue's average hold time, which Asterisk counts at the answer and the model at the end of the call;
 * - after a caller was moved to another destination: Asterisk has counted the call but sends AgentComplete only when
 *   the caller hangs up. Until
 *   then the queue's counts differ, and the average talk time may differ by rounding;
 * - a member's counts while the agent is still on the phone after such a move: only a model that saw the call knows its
 *   queue.
 */
import type { SiteEvent } from "@pbxis/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Pipeline } from "../../connector/src/pipeline/pipeline.ts";
import { createPbx, type Pbx } from "./core.ts";
import { anyDay, applyStep, begin, type DayStep, movesCaller } from "./day.ts";
import { type Follower, follow, regenerate, settle } from "./model-follower.ts";
import { defaultAgents, defaultQueues } from "./start.ts";

const numRuns = Number(process.env.PBXIS_TEST_RUNS) || 150;
type Comparable = Record<string, unknown>;

function statesOf({ pipeline }: Follower, pbx: Pbx, wasMoved: boolean): Map<string, Comparable> {
  const held = new Set([...pbx.state.channels].filter(({ holds }) => holds).map(({ device }) => device.agent?.id));
  const movedAway = new Set(
    [...pbx.state.calls].filter(({ served }) => served?.callerMoved).map(({ queue }) => queue.name),
  );
  const onThePhone = new Set([...pbx.state.channels].map(({ device }) => device.agent?.id));
  const states = new Map<string, Comparable>();
  for (const event of pipeline.snapshot()?.events ?? []) {
    const { at: _at, since: _since, ...state }: Comparable & { at?: number; since?: number | null } = { ...event };
    if ("agent" in event && held.has(event.agent ?? undefined))
      for (const name of ["status", "deviceStatus"]) delete state[name];
    if ("longestWaitSince" in state && state.longestWaitSince !== null)
      state.longestWaitSince = Math.floor(Number(state.longestWaitSince) / 1000);
    // No list says whether a recording is paused.
    delete state.recording;
    // Only a list says which priority a caller has. It has a wait in whole seconds, and says nothing of rings.
    if (event.type === "queueCallers") state.callers = event.callers.map(({ uniqueId }) => uniqueId);
    if (event.type === "queueSummary")
      for (const name of ["longestHoldTime", "holdTime", ...(wasMoved ? ["talkTime"] : [])]) delete state[name];
    if (event.type === "memberSummary" && wasMoved && onThePhone.has(event.agent))
      for (const name of ["callsTaken", "lastCall", "inCall"]) delete state[name];
    if (event.type === "queueSummary" && movedAway.has(event.queue))
      for (const name of ["completed", "serviceLevelPerf"]) delete state[name];
    states.set([event.type, state.agent, state.queue].join(), state);
  }
  return states;
}

function eventOf<Type extends SiteEvent["type"]>(
  pipeline: Pipeline,
  type: Type,
  agent: string | null,
  queue: string | null,
) {
  return pipeline.snapshot()?.events.find((event): event is Extract<SiteEvent, { type: Type }> => {
    const scope = event as { agent?: string; queue?: string };
    return event.type === type && (scope.agent ?? null) === agent && (scope.queue ?? null) === queue;
  });
}

/** `live`: the model followed live events, so it also knows what the lists do not contain. */
function expectTruth({ pipeline }: Follower, pbx: Pbx, live: boolean): void {
  const truth = pbx.truth();
  const holders = new Set([...pbx.state.channels].filter(({ holds }) => holds).map(({ device }) => device.agent?.id));
  for (const [agent, { status, number }] of Object.entries(truth.agents)) {
    if (live || !holders.has(agent))
      expect([agent, eventOf(pipeline, "extensionStatus", agent, null)?.status]).toEqual([agent, status]);
    expect([agent, eventOf(pipeline, "phoneNumber", agent, null)?.number]).toEqual([agent, number]);
  }
  for (const [queue, { waiting, callers, members }] of Object.entries(truth.queues)) {
    const listed = eventOf(pipeline, "queueCallers", null, queue)?.callers;
    expect([queue, listed?.map(({ uniqueId }) => uniqueId)]).toEqual([queue, callers.map(({ uniqueId }) => uniqueId)]);
    expect([queue, eventOf(pipeline, "queueCount", null, queue)?.count]).toEqual([queue, waiting]);
    for (const [agent, { paused, reason, penalty }] of Object.entries(members)) {
      const published = eventOf(pipeline, "queueMemberStatus", agent, queue);
      expect([agent, queue, published?.status === "paused", published?.pausedReason ?? "", published?.penalty]).toEqual(
        [agent, queue, paused, paused ? reason : "", penalty],
      );
    }
  }
}

/** The third party then talks to the caller through a Local channel. Random days seldom have it. */
const completedTransfer: [DayStep, number][] = [
  [{ kind: "call", queue: "support", number: "+14155550100", name: "Alice" }, 50],
  [{ kind: "answer", agent: "1002" }, 50],
  [{ action: "Atxfer", nth: 1, agent: "1001", exten: "1003" }, 50],
  [{ kind: "answer", agent: "1003" }, 50],
  [{ kind: "hangup", agent: "1002" }, 50],
];

describe("live events ≡ regeneration", () => {
  it("after any sequence of commands", () => {
    let done = 0;
    fc.assert(
      fc.property(anyDay, (steps) => {
        let now = begin;
        let wasMoved = false;
        const pbx = createPbx(defaultQueues, defaultAgents, now);
        const live = follow();
        regenerate(live, pbx, now);
        for (const [step, pause] of steps) {
          now += pause;
          pbx.tick(now);
          if (applyStep(pbx, step, now)) {
            done++;
            wasMoved ||= movesCaller(step);
          }
          live.receive(pbx.take(), now);
        }
        const fresh = follow();
        regenerate(fresh, pbx, now);
        settle(live, now);
        settle(fresh, now);
        expectTruth(live, pbx, true);
        expectTruth(fresh, pbx, false);
        expect(statesOf(live, pbx, wasMoved)).toEqual(statesOf(fresh, pbx, wasMoved));
      }),
      { numRuns, examples: [[completedTransfer]] },
    );
    // The property would hold trivially if most commands were impossible.
    expect(done).toBeGreaterThan(5 * numRuns);
  }, 180_000);
});
