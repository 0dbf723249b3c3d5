/**
 * The drift audit over random sequences of PBX commands. If the connector received every event, the audit finds no
 * difference, whenever it runs and however late live events arrive after the lists. If events were lost, it finds and
 * repairs exactly the states that they changed.
 */
import { type SiteEvent, sameState, stateKey } from "@pbxis/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { auditedKinds, type Difference } from "../../connector/src/audit/comparison.ts";
import { createPbx, type Pbx } from "./core.ts";
import { anyDay, applyStep, begin, type DayStep } from "./day.ts";
import { type Follower, follow, regenerate, settle } from "./model-follower.ts";
import type { Packet } from "./packet.ts";
import { defaultAgents, defaultQueues } from "./start.ts";

const numRuns = Number(process.env.PBXIS_TEST_RUNS) || 150;

type Office = Readonly<{
  pbx: Pbx;
  live: Follower;
  now: () => number;
  act: (step: DayStep, pause: number) => readonly Packet[];
}>;

function openOffice(): Office {
  let now = begin;
  const pbx = createPbx(defaultQueues, defaultAgents, now);
  const live = follow();
  regenerate(live, pbx, now);
  const act = (step: DayStep, pause: number) => {
    now += pause;
    pbx.tick(now);
    applyStep(pbx, step, now);
    return pbx.take();
  };
  return { pbx, live, now: () => now, act };
}

/** `between` runs after each list, and returns the live events that arrive then. */
function audit({ pbx, live, now }: Office, between: () => readonly Packet[] = () => []): void {
  live.tracker.expect();
  regenerate(live, pbx, now(), () => live.receive(between(), now()));
  expect(live.tracker.isSettling()).toBe(true);
}

function found({ live }: Office): readonly Difference[] {
  return live.tracker.finish() ?? expect.fail("there is no audit");
}

/** The states of EV1–EV5 when everything that was delayed has been published. */
function statesOf({ live, now }: Office): Map<string, SiteEvent> {
  settle(live, now());
  const kinds: readonly string[] = auditedKinds;
  const events = live.pipeline.snapshot()?.events.filter(({ type }) => kinds.includes(type)) ?? [];
  return new Map(events.map((event) => [stateKey(event) ?? expect.fail("an occurrence"), event]));
}

function changedKeys(before: ReadonlyMap<string, SiteEvent>, after: ReadonlyMap<string, SiteEvent>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((key) => {
    const [one, other] = [before.get(key), after.get(key)];
    if (one?.type === "queueCount" && other?.type === "queueCount" && one.count === other.count) {
      const wait = Math.abs((one.longestWaitSince ?? 0) - (other.longestWaitSince ?? 0));
      if (wait <= 2000) return false;
    }
    return !one || !other || !sameState(one, other);
  });
}

describe("drift audit", () => {
  it("finds no difference if every event arrived, whenever it runs and whatever happens meanwhile", () => {
    fc.assert(
      fc.property(anyDay, fc.nat(40), (day, start) => {
        const office = openOffice();
        const next = day[Symbol.iterator]();
        const step = (): readonly Packet[] => {
          const { value } = next.next();
          return value ? office.act(...value) : [];
        };
        for (let count = 0; count < start; count++) office.live.receive(step(), office.now());
        audit(office, step);
        expect(found(office)).toEqual([]);
      }),
      { numRuns },
    );
  }, 180_000);

  it("finds no difference if the lists arrive before the live events", () => {
    let wereLate = 0;
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 1, max: 6 }), (day, lag) => {
        const office = openOffice();
        const late: Packet[] = [];
        for (const [index, dayStep] of day.entries()) {
          const packets = office.act(...dayStep);
          if (index < day.length - lag) office.live.receive(packets, office.now());
          else late.push(...packets);
        }
        if (late.length > 0) wereLate++;
        audit(office);
        office.live.receive(late, office.now());
        expect(found(office)).toEqual([]);
      }),
      { numRuns },
    );
    expect(wereLate).toBeGreaterThan(numRuns / 2);
  }, 180_000);

  it("finds and repairs exactly the states whose events were lost", () => {
    let differing = 0;
    fc.assert(
      fc.property(anyDay, fc.infiniteStream(fc.nat(9)), (day, losses) => {
        const office = openOffice();
        for (const dayStep of day) {
          const packets = office.act(...dayStep).filter(() => losses.next().value > 0);
          office.live.receive(packets, office.now());
        }
        const before = statesOf(office);
        audit(office);
        const changed = changedKeys(before, statesOf(office));
        const differences = found(office);
        expect(differences.map(({ key }) => key).sort()).toEqual(changed.sort());
        if (changed.length > 0) differing++;
        audit(office);
        expect(found(office)).toEqual([]);
      }),
      { numRuns },
    );
    expect(differing).toBeGreaterThan(numRuns / 2);
  }, 180_000);

  it("reports a lost pause with the old and the new value", () => {
    const office = openOffice();
    const pause = { kind: "pause", agent: "1001", queue: "support", reason: "Lunch" } as const;
    office.live.receive(
      office.act(pause, 1000).filter((packet) => !packet.some(([, value]) => value === "QueueMemberPause")),
      office.now(),
    );
    audit(office);
    expect(found(office)).toMatchObject([
      {
        key: "queueMemberStatus,1001,support",
        from: { status: "not_inuse", pausedReason: null },
        to: { status: "paused", pausedReason: "Lunch" },
      },
    ]);
    expect(statesOf(office).get("queueMemberStatus,1001,support")).toMatchObject({ status: "paused" });
  });

  it("a regeneration for another reason is not an audit; one that follows at once restarts the audit", () => {
    const office = openOffice();
    const { live, pbx, now, act } = office;
    act({ kind: "pause", agent: "1001", queue: "support", reason: "" }, 1000);
    regenerate(live, pbx, now());
    expect(live.tracker.finish()).toBeNull();
    act({ kind: "pause", agent: "1002", queue: "support", reason: "" }, 1000);
    audit(office);
    regenerate(live, pbx, now());
    expect(found(office)).toEqual([]);
  });
});
