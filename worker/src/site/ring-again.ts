/** While the alarm cannot be set, or its work fails, the object does that work by itself, again and again. */
const pauseMs = 1_000;

export class RingAgain {
  readonly #ring: () => Promise<void>;
  #isWaiting = false;

  constructor(ring: () => Promise<void>) {
    this.#ring = ring;
  }

  soon(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    setTimeout(() => {
      this.#isWaiting = false;
      // If it fails, it has been called again already.
      this.#ring().catch(() => {});
    }, pauseMs);
  }
}
