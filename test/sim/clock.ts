/**
 * The one clock of a simulation: a list of what happens when, run one after the other. Nothing happens between two entries but what
 * the task's own promises lead to, so one seed gives one course of events.
 */

/** What can die: a connector, the life of one object in memory, a client's page. What it had planned dies with it. */
export type Process = { readonly name: string; alive: boolean };

export function createProcess(name: string): Process {
  return { name, alive: true };
}

export type Cancel = () => void;

export type Clock = Readonly<{
  /** Ms since the beginning of the simulation. */
  now: () => number;
  /** Runs `run` as `process` after `ms`, unless it is cancelled or the process is dead by then. `what` is for who reads the steps. */
  after: (ms: number, process: Process, label: string, run: () => void) => Cancel;
  /** The process whose code runs; what it plans by the global timers is its own. */
  current: () => Process;
  /** Runs `run` at once, as `process`. */
  as: <Result>(process: Process, run: () => Result) => Result;
  /** Lets everything up to `until` happen. */
  run: (until: number) => Promise<void>;
  /** The last steps, oldest first. */
  steps: () => readonly string[];
}>;

type ScheduledTask = {
  readonly at: number;
  readonly serial: number;
  readonly process: Process;
  readonly label: string;
  run: (() => void) | null;
};

const keptSteps = 400;

// Taken before the simulation replaces the timers of this process by its own.
const realSetImmediate = setImmediate;

/** Everything that promises have led to has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => realSetImmediate(resolve));
}

export function createClock(): Clock {
  const heap: ScheduledTask[] = [];
  const steps: string[] = [];
  const outside = createProcess("outside");
  let now = 0;
  let serial = 0;
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
    if (steps.push(`${now.toFixed(1)} ${task.process.name}: ${task.label}`) > 2 * keptSteps) steps.splice(0, keptSteps);
    // What promises lead to runs as the same process: `current` is put back only when all has settled.
    current = task.process;
    run();
    await settled();
    current = outside;
  }

  return {
    now: () => now,
    after: (ms, process, label, run) => {
      const task: ScheduledTask = { at: now + Math.max(0, ms), serial: serial++, process, label, run };
      push(heap, task);
      return () => {
        task.run = null;
      };
    },
    current: () => current,
    as,
    run: async (until) => {
      for (let first = heap[0]; first && first.at <= until; first = heap[0]) {
        pop(heap);
        await take(first);
      }
      now = until;
    },
    steps: () => steps.slice(-keptSteps),
  };
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

/** Removes the first. */
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
