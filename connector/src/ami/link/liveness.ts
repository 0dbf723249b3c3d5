/** Whether Asterisk is still there: when it last sent something, when to ping it, and when to give it up. */
import { pingAfterMs, silenceMs, type WallAndSteady } from "./link-io.ts";

/** Asterisk answers within this time as a rule. */
const answerMs = 1_000;

export class Liveness {
  #lastReceived: WallAndSteady;
  /** When Asterisk was first asked something after that (ms of the steady clock); null if it was not. */
  #askedAt: number | null = null;
  #pinged = false;
  #isBroken = false;

  constructor(now: WallAndSteady) {
    this.#lastReceived = now;
  }

  onReceived(now: WallAndSteady): void {
    this.#lastReceived = now;
    this.#askedAt = null;
    this.#pinged = false;
  }

  onSent(steady: number): void {
    this.#askedAt ??= steady;
  }

  /** The connection has ended with an error, and not in order. */
  onBroken(): void {
    this.#isBroken = true;
  }

  isSilent(steady: number): boolean {
    return steady - this.#lastReceived.steady >= silenceMs;
  }

  /** True once per silence: a ping must be sent now. */
  startPing(steady: number): boolean {
    if (this.#pinged || steady - this.#lastReceived.steady < pingAfterMs) return false;
    this.#pinged = true;
    return true;
  }

  /**
   * Until when (ms since 1970) the states of a connection that ended at `end` were right. After a silence or an error, or
   * if Asterisk has not answered: until it last sent something (ST3).
   */
  asOf(end: WallAndSteady): number {
    const isUnanswered = this.#askedAt !== null && end.steady - this.#askedAt > answerMs;
    return isUnanswered || this.#isBroken || this.isSilent(end.steady) ? this.#lastReceived.at : end.at;
  }
}
