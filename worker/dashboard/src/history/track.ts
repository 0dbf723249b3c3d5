/**
 * One queue's last hour in steps of ten seconds. A value holds until the next change while the page is live. Steps
 * during which the page was not live have no value, not even a zero. Pure and of fixed size: a ring that overwrites
 * values older than an hour.
 */

export const stepMs = 10_000;
export const stepCount = 360;

/** `serviceLevel` in percent; null if it is not known. */
export type Sample = Readonly<{ waiting: number; serviceLevel: number | null }>;

/** One value per step, oldest first. `at` is the start of the step in ms since 1970. */
export type Series = Readonly<{
  at: readonly number[];
  waiting: readonly (number | null)[];
  serviceLevel: readonly (number | null)[];
}>;

export class Track {
  /**
   * For each step the highest number of waiting callers, and the service level at its end; NaN if there is no value.
   */
  readonly #waiting = new Float32Array(stepCount).fill(Number.NaN);
  readonly #serviceLevel = new Float32Array(stepCount).fill(Number.NaN);
  /** The last step written. */
  #step = Number.NEGATIVE_INFINITY;
  /** The value since then; null while the track is interrupted. */
  #current: Sample | null = null;

  /** Sets the value from `at` on. */
  put(at: number, sample: Sample): void {
    this.#advance(at);
    this.#write(Math.max(this.#step, stepOf(at)), sample);
    this.#current = sample;
  }

  /** Leaves a gap from `at` until the next `put`. */
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

  /** Fills the steps since the last one with the current value. A clock that was set back writes nothing. */
  #advance(at: number): void {
    const last = stepOf(at);
    const first = Math.max(this.#step + 1, last - stepCount + 1);
    for (let step = first; step <= last; step += 1) {
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
