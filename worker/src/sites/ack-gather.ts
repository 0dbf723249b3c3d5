/**
 * Which acknowledgements of a client its site's object gets. The platform bills each as a message, and the object needs
 * one only so that its window (ST4) does not fill: the first, and one for each 32 KiB. Pure.
 */

import { windowBytes } from "../scope/flow.ts";

/** Characters. What is kept back never fills half of the window, even if each character has three bytes. */
export const gatherUnits = windowBytes / 8;

export class AckGather {
  /** Frames that were passed to the client and are not acknowledged, with their characters. */
  #frames: (readonly [cursor: string, units: number])[] = [];
  #last: string | null = null;
  /** Acknowledged since the object got one; the first goes there in any case. */
  #units = Number.POSITIVE_INFINITY;

  /** A frame is on its way to the client. */
  onFrame(cursor: string, units: number): void {
    this.#frames.push([cursor, units]);
  }

  /** Whether the object must get this one. It gets those of no known frame, too, and then judges them itself. */
  mustPass(cursor: string): boolean {
    if (cursor === this.#last) return false;
    this.#last = cursor;
    const index = this.#frames.findIndex(([end]) => end === cursor);
    for (const [, units] of this.#frames.splice(0, index + 1)) this.#units += units;
    if (index >= 0 && this.#units < gatherUnits) return false;
    this.#units = 0;
    return true;
  }
}
