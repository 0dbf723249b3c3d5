/**
 * The machines of a simulation and their clocks. The platform's clock is the reference (UP11); the PBX, each connector's
 * machine and the clients may have any other.
 */
import { createMachine, type Machine } from "./clock.ts";

export type Machines = Readonly<{
  pbx: Machine;
  platform: Machine;
  connector: () => Machine;
  areNear: boolean;
}>;

/** A clock that nobody sets may be so wrong, or a little behind; and one may be slow by so much of its time. */
const wrongMs = 3_600_000;
const littleMs = 300;
const slow = 500e-6;

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

/** `areNear`: the clocks of several connectors must agree, because what a standby hands in may have its own (UP11). */
export function createMachines(chance: () => number, areNear: boolean): Machines {
  return {
    pbx: { ...createMachine(), aheadMs: someOffset(chance) },
    platform: createMachine(),
    areNear,
    // It is near when the connector starts: what is queued before the site is reached keeps its time (UP11).
    connector: () => ({ ...createMachine(), aheadMs: someOffset(chance, true), rate: 1 - slow * chance() }),
  };
}
