import { AgentId, QueueName, type SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { amiUp, count } from "../testing/uplink-samples.ts";
import {
  type ClockWatch,
  correctAmi,
  correctEvent,
  type Moment,
  onSiteTime,
  type SiteClock,
  unknownClock,
  watchClock,
} from "./site-clock.ts";

const hour = 3_600_000;
/** The site's clock when the steady clock is 0. */
const siteStart = 1_800_000_000_000;

/**
 * A machine whose clock is `ahead` of the site's at the start, and whose process notes its times by that clock, counted
 * on steadily. Returns what the watch decides at each moment.
 */
function watchOf(ahead: number) {
  let watch: ClockWatch = unknownClock;
  let clock: SiteClock = [];
  let stepped = 0;
  const lines: string[] = [];
  const momentAt = (steady: number): Moment => ({
    steady,
    process: siteStart + ahead + steady,
    machine: siteStart + ahead + steady + stepped,
  });
  return {
    lines,
    /** The site's time arrives at `steady`, after `travelMs`; the question took `askedMs`. */
    hear: (steady: number, travelMs = 20, askedMs = travelMs) => {
      const read = steady - travelMs;
      clock = onSiteTime(clock, siteStart + read, read - askedMs, steady);
    },
    step: (ms: number) => {
      stepped += ms;
    },
    look: (steady: number) => {
      const next = watchClock(watch, clock, momentAt(steady));
      watch = next.watch;
      if (next.line) lines.push(`${next.line.level} ${next.line.message}`);
      return { correction: watch.correction, offset: watch.offset };
    },
    /** What clients see of something that was noted at `steady`. */
    shown: (steady: number) => momentAt(steady).process + watch.correction,
  };
}

describe("a machine whose clock is right", () => {
  it.each([0, 4_900, -4_900])("by %i ms: nothing is corrected or logged", (ahead) => {
    const machine = watchOf(ahead);
    machine.hear(0, 0);
    expect(machine.look(0)).toEqual({ correction: 0, offset: ahead });
    expect(machine.lines).toEqual([]);
  });

  it.each([hour, -hour])("and is set by %i ms while it runs: logged once, and all times stay right", (ms) => {
    const machine = watchOf(0);
    machine.hear(0);
    machine.look(0);
    machine.step(ms);
    for (const steady of [10_000, 13_000, 16_000]) {
      const { correction, offset } = machine.look(steady);
      expect([correction, Math.round((offset ?? 0) / 1000)]).toEqual([0, ms / 1000]);
      // A caller who joined at 5 s has waited until now.
      expect(machine.shown(steady) - machine.shown(5_000)).toBe(steady - 5_000);
      expect(machine.shown(steady)).toBe(siteStart + steady);
    }
    expect(machine.lines).toEqual([
      expect.stringMatching(ms > 0 ? /warn clock.*3600\.0 s ahead of/ : /3600\.0 s behind/),
    ]);
    machine.step(-ms);
    machine.look(20_000);
    expect(machine.lines.at(-1)).toMatch(/info clock.*agrees/);
    expect(machine.lines.length).toBe(2);
  });
});

describe("a machine whose clock is wrong from the start", () => {
  it.each([hour, -hour, 6_000])("by %i ms: times are corrected by the site's clock", (ahead) => {
    const machine = watchOf(ahead);
    expect(machine.look(0)).toEqual({ correction: 0, offset: null });
    machine.hear(1_000, 30);
    machine.look(1_000);
    // Also what was noted before the site was reached.
    for (const steady of [500, 1_000, 50_000]) {
      const error = machine.shown(steady) - (siteStart + steady);
      expect(Math.abs(error)).toBeLessThanOrEqual(30);
    }
    expect(machine.lines.length).toBe(1);
  });

  it("is corrected while it runs: the times stay right, and that is logged once", () => {
    const machine = watchOf(-hour);
    machine.hear(0, 0);
    machine.look(0);
    machine.step(hour);
    machine.look(5_000);
    machine.look(8_000);
    expect(machine.shown(8_000)).toBe(siteStart + 8_000);
    expect(machine.lines).toEqual([expect.stringMatching(/behind/), expect.stringMatching(/agrees/)]);
  });

  it("the correction does not flicker with the time that frames travel", () => {
    const machine = watchOf(hour);
    const corrections = [20, 400, 5, 900, 30, 60, 700].map((travelMs, index) => {
      machine.hear(index * 1_000, travelMs);
      return machine.look(index * 1_000).correction;
    });
    expect(new Set(corrections).size).toBe(1);
  });
});

describe("UP11 a slow frame", () => {
  it.each([
    [9_000, 20],
    [20, 9_000],
    [9_000, 9_000],
  ])("does not make a clock wrong that is right (%i ms to us, %i ms to the site)", (travelMs, askedMs) => {
    const machine = watchOf(0);
    for (let at = 0; at < 9; at++) {
      machine.hear(20_000 * at, travelMs, askedMs);
      expect(machine.look(20_000 * at)).toEqual({ correction: 0, offset: 0 });
    }
  });

  it("makes the correction of a wrong clock smaller, until a quicker one comes", () => {
    const machine = watchOf(-hour);
    machine.hear(10_000, 9_000, 20);
    expect(machine.look(10_000).correction).toBe(hour - 9_000);
    machine.hear(20_000, 20);
    expect(machine.look(20_000).correction).toBe(hour - 20);
  });
});

describe("corrected times", () => {
  const member: SiteEvent = {
    type: "queueMemberStatus",
    agent: AgentId.parse("1001"),
    queue: QueueName.parse("support"),
    status: "paused",
    deviceStatus: "not_inuse",
    pausedReason: null,
    penalty: 0,
    wrapUpUntil: null,
    since: 5_000,
    at: 9_000,
  };

  it("are all the times of an event, and those of AMI's status", () => {
    expect(correctEvent(member, 1_000)).toEqual({ ...member, since: 6_000, at: 10_000 });
    const waiting = { ...count("support", 1), longestWaitSince: 4_000, at: 9_000 } as SiteEvent;
    expect(correctEvent(waiting, -1_000)).toEqual({ ...waiting, longestWaitSince: 3_000, at: 8_000 });
    expect(correctAmi(amiUp, 100)).toEqual({ ...amiUp, asOf: amiUp.asOf + 100 });
  });

  it("leave out what is no time: null, and 0 for never", () => {
    expect(correctEvent(count("support", 0), 1_000)).toEqual({ ...count("support", 0), at: 1_001 });
    expect(correctEvent({ ...member, since: 0 } as SiteEvent, -9_999_999)).toMatchObject({ since: 0, at: 0 });
  });
});
