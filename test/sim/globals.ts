/**
 * Puts a simulation's clock and chance in the place of the machine's: timers, dates, random numbers. For a Node process that does nothing but
 * simulate; there is no way back.
 */
import type { Cancel, Clock } from "./clock.ts";

/** Ms since 1970 at which every simulation begins. */
export const beginning = Date.UTC(2026, 0, 5, 8);

/** Replaced for each simulation; the globals that were installed once look here. */
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

export function install(): void {
  const RealDate = Date;
  class SimulatedDate extends RealDate {
    constructor(...given: [] | [number | string]) {
      super(...((given.length === 0 ? [SimulatedDate.now()] : given) as [number]));
    }
    static override now(): number {
      return beginning + Math.floor(clock.now());
    }
  }
  Object.assign(globalThis, {
    Date: SimulatedDate,
    setTimeout: setTimer,
    setInterval: setRepeating,
    clearTimeout: clear,
    clearInterval: clear,
  });
  Object.defineProperty(performance, "now", { value: () => clock.now() });
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

function setTimer(run: (...given: unknown[]) => void, ms = 0, ...given: unknown[]): Timer {
  const id = nextTimer++;
  const cancel = clock.after(ms, clock.current(), "timer", () => {
    timers.delete(id);
    run(...given);
  });
  timers.set(id, cancel);
  return new Timer(id);
}

function setRepeating(run: (...given: unknown[]) => void, ms = 0, ...given: unknown[]): Timer {
  const id = nextTimer++;
  const process = clock.current();
  const arm = () => {
    const cancel = clock.after(ms, process, "timer", () => {
      arm();
      run(...given);
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

/** What Node's timers can do and a simulated one ignores. */
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
