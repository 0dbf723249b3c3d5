/**
 * The joins that wait for the site's next turn. When all clients of a site come back, a thousand objects join it at
 * once. A turn takes some of them, with one write of storage for all, and the connector's frames come between two
 * turns: they do not wait until everybody is back. Pure.
 */
import type { Join, JoinReply } from "../api.ts";
import { shareOf } from "../log/read.ts";

/** A turn takes no more joins, and none after the one whose answer fills the room (`shareOf`). */
const turnJoins = 32;

export class JoinQueue {
  readonly #waiting: { join: Join; answered: PromiseWithResolvers<JoinReply> }[] = [];

  /** Resolves in a later turn. Rejects with what `answer` throws for this join. */
  enter(join: Join): Promise<JoinReply> {
    const answered = Promise.withResolvers<JoinReply>();
    this.#waiting.push({ join, answered });
    return answered.promise;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** One turn's joins. */
  serve(answer: (join: Join) => JoinReply): void {
    let share = 0;
    for (let count = 0; count < turnJoins && share < 1; count++) {
      const next = this.#waiting.shift();
      if (!next) return;
      try {
        const reply = answer(next.join);
        if (reply.kind === "joined") share += reply.results.reduce((sum, result) => sum + shareOf(result), 0);
        next.answered.resolve(reply);
      } catch (error) {
        next.answered.reject(error);
      }
    }
  }

  /** The turn has failed. All that wait come back later. */
  fail(error: unknown): void {
    for (const { answered } of this.#waiting.splice(0)) answered.reject(error);
  }
}
