/**
 * Replaces the global timers, dates and random numbers by those of the simulation. Only for a Node process that does
 * nothing else; it cannot be undone.
 */
import type { Cancel, Clock, Machine } from "./clock.ts";

/** The wall-clock time at which every simulation starts, in ms since 1970: a day ends soon after. */
export const beginning = Date.UTC(2026, 0, 4, 23, 59, 20);

/** Replaced for each seed. The globals are installed once and read these variables. */
let clock: Clock;
let chance: () => number;
let timers = new Map<number, Cancel>();
let nextTimer = 1;

export function useClock(newClock: Clock, newChance: () => number): void {
  clock = newClock;
  chance = newChance;
  timers = new Map();
  nextTimer = 1;
}

/** The wall clock of a machine, in ms since 1970. */
function wallTime({ aheadMs, rate }: Machine): number {
  return beginning + clock.now() * rate + aheadMs;
}

function steadyTime(): number {
  return clock.now() * clock.current().machine.rate;
}

export function install(): void {
  const RealDate = Date;
  class SimulatedDate extends RealDate {
    constructor(...args: [] | [number | string]) {
      super(...((args.length === 0 ? [SimulatedDate.now()] : args) as [number]));
    }
    static override now(): number {
      return Math.floor(wallTime(clock.current().machine));
    }
  }
  Object.assign(globalThis, {
    Date: SimulatedDate,
    setTimeout: setTimer,
    setInterval: setRepeating,
    clearTimeout: clear,
    clearInterval: clear,
  });
  Object.defineProperty(performance, "now", { value: steadyTime });
  process.uptime = () => steadyTime() / 1000;
  Object.assign(globalThis, {
    simulatedStart: () => {
      const process = clock.current();
      process.clockStart ??= Date.now() - steadyTime();
      return process.clockStart;
    },
  });
  Math.random = () => chance();
  crypto.getRandomValues = (array) => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let index = 0; index < bytes.length; index++) bytes[index] = Math.floor(chance() * 256);
    return array;
  };
  crypto.randomUUID = randomUuid;
}

function randomUuid(): `${string}-${string}-${string}-${string}-${string}` {
  const hex = (digits: number) => Array.from({ length: digits }, () => Math.floor(chance() * 16).toString(16)).join("");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
}

function setTimer(run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): Timer {
  const id = nextTimer++;
  const process = clock.current();
  const cancel = clock.after(ms / process.machine.rate, process, "timer", () => {
    timers.delete(id);
    run(...args);
  });
  timers.set(id, cancel);
  return new Timer(id);
}

function setRepeating(run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): Timer {
  const id = nextTimer++;
  const process = clock.current();
  const arm = () => {
    const cancel = clock.after(ms / process.machine.rate, process, "timer", () => {
      arm();
      run(...args);
    });
    timers.set(id, cancel);
  };
  arm();
  return new Timer(id);
}

function clear(timer: unknown): void {
  const id = timer instanceof Timer ? timer.id : Number(timer);
  timers.get(id)?.();
  timers.delete(id);
}

/** Node's Timeout interface; `ref`, `unref` and `refresh` have no effect. */
class Timer {
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return true;
  }
  refresh(): this {
    return this;
  }
  [Symbol.toPrimitive](): number {
    return this.id;
  }
}
