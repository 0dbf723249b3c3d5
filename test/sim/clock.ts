/**
 * The clock of a simulation: a queue of scheduled tasks, executed one after another. After each task, all promises that
 * it resolved are settled before the next one starts. One seed therefore always gives the same execution.
 */

/**
 * Anything that can end at any time: a connector, an object's instance in memory, a client's page. Its scheduled tasks
 * end with it.
 */
export type Process = {
  readonly name: string;
  alive: boolean;
  readonly machine: Machine;
  /** What its wall clock said when its steady clock was 0 (`processNow`), by when it first asked. */
  clockStart?: number;
};

/**
 * The clocks of a machine. `aheadMs`: its wall clock is so far ahead of the simulation's. `rate`: its clocks run so many
 * times as fast. Nothing runs on it before `frozenUntil` (ms).
 */
export type Machine = { aheadMs: number; rate: number; frozenUntil: number };

export function createMachine(): Machine {
  return { aheadMs: 0, rate: 1, frozenUntil: 0 };
}

export function createProcess(name: string, machine = createMachine()): Process {
  return { name, alive: true, machine };
}

export type Cancel = () => void;

export type Clock = Readonly<{
  /** Ms since the start of the simulation. */
  now: () => number;
  /**
   * Runs `run` as `process` after `ms`, unless it is cancelled or the process has ended. `label` appears in `steps`.
   */
  after: (ms: number, process: Process, label: string, run: () => void) => Cancel;
  /** The process whose code is running. Timers that it sets by the global functions belong to it. */
  current: () => Process;
  /** Runs `run` at once, as `process`. */
  as: <Result>(process: Process, run: () => Result) => Result;
  /** The same, but if the machine of `process` stands still, once it goes on. */
  enter: (process: Process, label: string, run: () => void) => void;
  /** Executes all tasks that are due up to `until`. */
  run: (until: number) => Promise<void>;
  /** The last steps, oldest first. */
  steps: () => readonly string[];
  /** Differs, in all likelihood, between executions of which a step differs. */
  digest: () => number;
}>;

type ScheduledTask = {
  at: number;
  serial: number;
  readonly process: Process;
  readonly label: string;
  run: (() => void) | null;
};

const keptSteps = 400;

// Saved before the simulation replaces the global timers.
const realSetImmediate = setImmediate;

/** Resolves when all pending promise reactions have run. */
function settled(): Promise<void> {
  return new Promise((resolve) => realSetImmediate(resolve));
}

export function createClock(): Clock {
  const heap: ScheduledTask[] = [];
  const steps: string[] = [];
  const outside = createProcess("outside");
  let now = 0;
  let serial = 0;
  let digest = 0;
  let current = outside;

  function as<Result>(process: Process, run: () => Result): Result {
    const before = current;
    current = process;
    try {
      return run();
    } finally {
      current = before;
    }
  }

  async function take(task: ScheduledTask): Promise<void> {
    const { run } = task;
    if (!run || !task.process.alive) return;
    now = task.at;
    const step = `${now.toFixed(1)} ${task.process.name}: ${task.label}`;
    digest = hash(step, digest);
    if (steps.push(step) > 2 * keptSteps) steps.splice(0, keptSteps);
    // Promise reactions run as the same process, so `current` is restored only after they have settled.
    current = task.process;
    run();
    await settled();
    current = outside;
  }

  function after(ms: number, process: Process, label: string, run: () => void): Cancel {
    const task: ScheduledTask = { at: now + Math.max(0, ms), serial: serial++, process, label, run };
    push(heap, task);
    return () => {
      task.run = null;
    };
  }

  return {
    now: () => now,
    after,
    current: () => current,
    as,
    enter: (process, label, run) => {
      if (process.machine.frozenUntil > now) after(0, process, label, run);
      else as(process, run);
    },
    run: async (until) => {
      for (let first = heap[0]; first && first.at <= until; first = heap[0]) {
        pop(heap);
        const { frozenUntil } = first.process.machine;
        if (frozenUntil > first.at) {
          first.at = frozenUntil;
          first.serial = serial++;
          push(heap, first);
        } else await take(first);
      }
      now = until;
    },
    steps: () => steps.slice(-keptSteps),
    digest: () => digest,
  };
}

function hash(text: string, before: number): number {
  let value = before;
  for (let index = 0; index < text.length; index++) value = (Math.imul(value, 31) + text.charCodeAt(index)) | 0;
  return value;
}

function isBefore(one: ScheduledTask, other: ScheduledTask): boolean {
  return one.at < other.at || (one.at === other.at && one.serial < other.serial);
}

function push(heap: ScheduledTask[], task: ScheduledTask): void {
  let index = heap.push(task) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent] as ScheduledTask;
    if (!isBefore(task, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = task;
}

/** Removes the first task. */
function pop(heap: ScheduledTask[]): void {
  const last = heap.pop() as ScheduledTask;
  if (heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as ScheduledTask, heap[child] as ScheduledTask)) child++;
    if (!isBefore(heap[child] as ScheduledTask, last)) break;
    heap[index] = heap[child] as ScheduledTask;
    index = child;
  }
  heap[index] = last;
}
