/**
 * The machines of a simulation and their clocks. The platform's clock is the reference (UP11); the PBX, each connector's
 * machine and the clients may have any other.
 */
import { createMachine, type Machine } from "./clock.ts";
import { createPbxClock, type PbxClock } from "./pbx-clock.ts";

export type Machines = Readonly<{
  pbx: PbxClock;
  platform: Machine;
  /** The machine of that number, as a new process finds it. */
  connector: (number: number) => Machine;
}>;

/** A clock that nobody sets may be so wrong, or a little behind; and one may be slow by so much of its time. */
const wrongMs = 3_600_000;
const littleMs = 300;
export const slow = 500e-6;
/** One that is wrong from the start is wrong by so much at least. */
const leastWrongMs = 60_000;

/** Ms: none, a little that is not corrected (UP11), or much, unless `isNear`. */
export function someOffset(chance: () => number, isNear = false): number {
  const [how, much] = [chance(), 2 * chance() - 1];
  if (how < 0.4) return 0;
  return Math.round(how < 0.6 || isNear ? -littleMs * Math.abs(much) : wrongMs * much);
}

/** The platform's clock is set forward by so much: the statistics count by it, and so do the checks. */
export function someStep(chance: () => number): number {
  return littleMs * chance();
}

/**
 * `wrongClocks`: the chance of a day on which the connectors' clocks are wrong when they start, each in its own way; null
 * for any other day.
 */
export function createMachines(chance: () => number, wrongClocks: (() => number) | null): Machines {
  const wrong = new Map<number, number>();
  const wrongOffset = (number: number) => {
    if (!wrongClocks) return null;
    const [isAhead, much] = [wrongClocks() < 0.5, wrongClocks()];
    const ms = Math.round(leastWrongMs + much * (wrongMs - leastWrongMs));
    const offset = wrong.get(number) ?? (isAhead ? ms : -ms);
    wrong.set(number, offset);
    return offset;
  };
  return {
    pbx: createPbxClock({ ...createMachine(), aheadMs: someOffset(chance) }),
    platform: createMachine(),
    connector: (number) => {
      const machine = { ...createMachine(), aheadMs: someOffset(chance, true), rate: 1 - slow * chance() };
      return { ...machine, aheadMs: wrongOffset(number) ?? machine.aheadMs };
    },
  };
}
