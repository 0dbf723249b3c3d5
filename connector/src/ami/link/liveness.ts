/** Whether Asterisk is still there: when it last sent something, when to ping it, and when to give it up. */
import { pingAfterMs, silenceMs, type WallAndSteady } from "./link-io.ts";

export class Liveness {
  #lastReceived: WallAndSteady;
  #pinged = false;

  constructor(now: WallAndSteady) {
    this.#lastReceived = now;
  }

  onReceived(now: WallAndSteady): void {
    this.#lastReceived = now;
    this.#pinged = false;
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
   * Until when (ms since 1970) the states of a connection that ended at `end` were right. After a silence: until
   * Asterisk last sent something (ST3).
   */
  asOf(end: WallAndSteady): number {
    return this.isSilent(end.steady) ? this.#lastReceived.at : end.at;
  }
}
