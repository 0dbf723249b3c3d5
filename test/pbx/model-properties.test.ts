/**
 * Properties of the connector's model over random sequences of PBX commands: what a regeneration leaves as it is, a
 * connector that starts in the middle, and the events that AMI filters exclude. regeneration.test.ts compares live
 * events with a fresh regeneration and with the PBX's truth.
 *
 * Summaries are left out, because app_queue keeps counts that the model computes differently (see there).
 */
import type { SiteEvent } from "@pbxis/shared";
import fc from "fast-check";
import { expect, it } from "vitest";
import { eventFilters } from "../../connector/src/ami/link/filter.ts";
import { createPbx, type Pbx } from "./core.ts";
import { anyDay, applyStep, begin } from "./day.ts";
import { parseFilter, passes } from "./manager/filter.ts";
import { type Follower, follow, regenerate, settle } from "./model-follower.ts";
import { type Packet, renderPacket } from "./packet.ts";
import { defaultAgents, defaultQueues } from "./start.ts";

const numRuns = Number(process.env.PBXIS_TEST_RUNS) || 60;
type Comparable = Record<string, unknown>;

/** The states without their times; without the status of agents in `holding`, whose hold no list reports (EV2). */
function statesOf({ pipeline }: Follower, holding: ReadonlySet<unknown> = new Set()): Map<string, Comparable> {
  const states = new Map<string, Comparable>();
  for (const event of pipeline.snapshot()?.events ?? []) {
    if (event.type.endsWith("Summary")) continue;
    const { at: _at, since: _since, ...state }: SiteEvent & Comparable = { ...event };
    // The filters leave out how a waiting caller's recording begins: its path is asked for. Lists do not say it at all.
    delete state.recording;
    if (holding.has(state.agent)) for (const name of ["status", "deviceStatus"]) delete state[name];
    // Only a list says which priority a caller has, and since when he waits to the second alone.
    if (event.type === "queueCallers")
      state.callers = event.callers.map(({ priority: _priority, since: _callerSince, ...caller }) => caller);
    if (state.longestWaitSince !== null && state.longestWaitSince !== undefined)
      state.longestWaitSince = Math.floor(Number(state.longestWaitSince) / 1000);
    states.set([event.type, state.agent, state.queue].join(), state);
  }
  return states;
}

function holdersOf(pbx: Pbx): ReadonlySet<unknown> {
  return new Set([...pbx.state.channels].filter(({ holds }) => holds).map(({ device }) => device.agent?.id));
}

it("a regeneration of what is known changes nothing, and neither does a second one", () => {
  fc.assert(
    fc.property(anyDay, (day) => {
      let now = begin;
      const pbx = createPbx(defaultQueues, defaultAgents, now);
      const live = follow();
      regenerate(live, pbx, now);
      for (const [step, pause] of day) {
        now += pause;
        pbx.tick(now);
        applyStep(pbx, step, now);
        live.receive(pbx.take(), now);
      }
      settle(live, now);
      const before = statesOf(live);
      for (let times = 0; times < 2; times++) {
        regenerate(live, pbx, now + 20_000);
        settle(live, now + 20_000);
        expect(statesOf(live)).toEqual(before);
      }
    }),
    { numRuns },
  );
}, 60_000);

it("a connector that starts in the middle has the same states at the end", () => {
  fc.assert(
    fc.property(anyDay, fc.nat(60), (day, middle) => {
      let now = begin;
      const pbx = createPbx(defaultQueues, defaultAgents, now);
      const [live, late] = [follow(), follow()];
      regenerate(live, pbx, now);
      for (const [index, [step, pause]] of day.entries()) {
        if (index === middle) regenerate(late, pbx, now);
        now += pause;
        pbx.tick(now);
        applyStep(pbx, step, now);
        const packets = pbx.take();
        live.receive(packets, now);
        if (index >= middle) late.receive(packets, now);
      }
      settle(live, now);
      settle(late, now);
      if (middle < day.length) expect(statesOf(late, holdersOf(pbx))).toEqual(statesOf(live, holdersOf(pbx)));
    }),
    { numRuns },
  );
}, 60_000);

it("CM10 the call that EV4 shows is found by its ids", () => {
  let shown = 0;
  fc.assert(
    fc.property(anyDay, (day) => {
      let now = begin;
      const pbx = createPbx(defaultQueues, defaultAgents, now);
      const live = follow();
      regenerate(live, pbx, now);
      for (const [step, pause] of day) {
        now += pause;
        pbx.tick(now);
        applyStep(pbx, step, now);
        live.receive(pbx.take(), now);
        // A call that has just ended is still shown for a moment, in case it only changes bridges.
        settle(live, now);
        for (const event of live.pipeline.snapshot()?.events ?? []) {
          if (event.type !== "phoneNumber" || event.number === null) continue;
          const { callId, uniqueId } = event;
          const calls = live.pipeline.lookup.callsOf(event.agent);
          expect(calls).toContainEqual(expect.objectContaining({ callId, uniqueId }));
          shown++;
        }
      }
    }),
    { numRuns },
  );
  expect(shown).toBeGreaterThan(numRuns);
}, 60_000);

const filters = eventFilters().map((text) => parseFilter(text) ?? expect.fail(`no filter: ${text}`));
const isIncluded = (packet: Packet) => passes(filters, renderPacket(packet));
/** For an account with the filters that an older version of the connector printed. */
function isIncludedByOlder(packet: Packet): boolean {
  const field = (name: string) => packet.find(([header]) => header === name)?.[1];
  if (field("Event") === "BridgeLeave") return field("BridgeNumChannels") === "0";
  return field("Event") !== "BridgeDestroy";
}

it.each([
  ["the connector's filters exclude", isIncluded],
  ["older filters exclude", isIncludedByOlder],
])(
  "the states are the same at any time without the events that %s",
  (_which, isKept) => {
    let excluded = 0;
    fc.assert(
      fc.property(anyDay, (day) => {
        let now = begin;
        const pbx = createPbx(defaultQueues, defaultAgents, now);
        const [full, filtered] = [follow(), follow()];
        for (const one of [full, filtered]) regenerate(one, pbx, now);
        for (const [step, pause] of day) {
          now += pause;
          pbx.tick(now);
          applyStep(pbx, step, now);
          const packets = pbx.take();
          full.receive(packets, now);
          const kept = packets.filter(isKept);
          excluded += packets.length - kept.length;
          filtered.receive(kept, now);
          for (const one of [full, filtered]) one.pipeline.tick(now + 49);
          expect(statesOf(filtered)).toEqual(statesOf(full));
        }
      }),
      { numRuns },
    );
    expect(excluded).toBeGreaterThan(numRuns);
  },
  60_000,
);
