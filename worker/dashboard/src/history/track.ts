/**
 * What was seen of one queue during the last hour, in steps of ten seconds. Between two changes a value holds, as long as the page was live;
 * for what was not seen there is no value, not even a zero. Pure and of fixed size: what is older than an hour is written over.
 */

export const stepMs = 10_000;
export const stepCount = 360;

/** `null`: not known. `serviceLevel` in per cent. */
export type Sample = Readonly<{ waiting: number; serviceLevel: number | null }>;

/** Oldest first, one a step; `at` in ms since 1970, the step's beginning. */
export type Series = Readonly<{
  at: readonly number[];
  waiting: readonly (number | null)[];
  serviceLevel: readonly (number | null)[];
}>;

export class Track {
  /** Of each step the most callers who waited, and the service level at its end; NaN for nothing. */
  readonly #waiting = new Float32Array(stepCount).fill(Number.NaN);
  readonly #serviceLevel = new Float32Array(stepCount).fill(Number.NaN);
  /** The last step that was written. */
  #step = Number.NEGATIVE_INFINITY;
  /** What holds since then; null while nothing is seen. */
  #current: Sample | null = null;

  /** A value that holds from `at` on. */
  put(at: number, sample: Sample): void {
    this.#advance(at);
    this.#write(Math.max(this.#step, stepOf(at)), sample);
    this.#current = sample;
  }

  /** From `at` on nothing is seen, until the next `put`. */
  interrupt(at: number): void {
    this.#advance(at);
    this.#current = null;
  }

  /** The hour that ends at `at`. */
  series(at: number): Series {
    this.#advance(at);
    const last = stepOf(at);
    const steps = Array.from({ length: stepCount }, (_, index) => last - stepCount + 1 + index);
    const read = (values: Float32Array) => (step: number) => {
      const value = step > this.#step || step <= this.#step - stepCount ? Number.NaN : values[indexOf(step)];
      return value === undefined || Number.isNaN(value) ? null : value;
    };
    return {
      at: steps.map((step) => step * stepMs),
      waiting: steps.map(read(this.#waiting)),
      serviceLevel: steps.map(read(this.#serviceLevel)),
    };
  }

  /** Fills what has passed since the last step with what held meanwhile. A clock that was set back writes nothing. */
  #advance(at: number): void {
    const until = stepOf(at);
    const from = Math.max(this.#step + 1, until - stepCount + 1);
    for (let step = from; step <= until; step += 1) {
      this.#waiting[indexOf(step)] = Number.NaN;
      this.#serviceLevel[indexOf(step)] = Number.NaN;
      this.#step = step;
      if (this.#current) this.#write(step, this.#current);
    }
  }

  #write(step: number, { waiting, serviceLevel }: Sample): void {
    const index = indexOf(step);
    const before = this.#waiting[index] ?? Number.NaN;
    this.#waiting[index] = Number.isNaN(before) ? waiting : Math.max(before, waiting);
    this.#serviceLevel[index] = serviceLevel ?? Number.NaN;
    this.#step = Math.max(this.#step, step);
  }
}

function stepOf(at: number): number {
  return Math.floor(at / stepMs);
}

function indexOf(step: number): number {
  return ((step % stepCount) + stepCount) % stepCount;
}
