/**
 * The clock of the PBX's machine: how wrong it is, and what became of it while the machine stood still. The clock of a
 * virtual machine that is paused may stand still, too; otherwise it has jumped when the machine goes on.
 */
import type { Ended } from "../pbx/state.ts";
import type { Machine } from "./clock.ts";
import { beginning } from "./globals.ts";

type Standstill = Readonly<{ from: number; until: number; withClock: boolean }>;

export type PbxClock = Readonly<{
  machine: Machine;
  /** When it stood still, in ms of the simulation. */
  standstills: readonly Standstill[];
  /** The machine stands still for `ms`, unless it does already. */
  freeze: (now: number, ms: number, withClock: boolean) => void;
  /** When it was, in ms of the simulation, for a time of the PBX's clock (ms since 1970). */
  trueTime: (pbxTime: number) => number;
  /** The same with its times since 1970 by a clock that is right, and of what ends now. */
  onTrueClock: (ended: Ended, now: number) => Ended;
}>;

export function createPbxClock(machine: Machine): PbxClock {
  const standstills: Standstill[] = [];

  function trueTime(pbxTime: number): number {
    let time = pbxTime - beginning - machine.aheadMs;
    for (const { from, until, withClock } of standstills.toReversed())
      if (withClock && time < until) time -= until - from;
    return time;
  }

  return {
    machine,
    standstills,
    freeze: (now, ms, withClock) => {
      if (machine.frozenUntil > now) return;
      machine.frozenUntil = now + ms;
      standstills.push({ from: now, until: now + ms, withClock });
      // Nothing reads it before it goes on.
      if (withClock) machine.aheadMs -= ms;
    },
    trueTime,
    onTrueClock: (ended, now) => {
      const began = trueTime(ended.beganAt);
      const held = ended.held?.map(({ from, until }) => ({ from: trueTime(from), until: trueTime(until) }));
      return { ...ended, beganAt: beginning + began, lastedMs: now - began, ...(held && { held }) };
    },
  };
}
