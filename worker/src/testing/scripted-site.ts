/**
 * A small stand-in for the Site object, for tests that need calls to fail or to be late. It has a log, and its answers
 * wait for a gate. It follows the contract of `site/api.ts`.
 */
import { type Cursor, type Filter, matcher, SiteEvent } from "@pbxis/shared";
import type { Ask, Delivery, Join, JoinReply, Part, ReadResult, SiteApi } from "../site/api.ts";
import { failed } from "./events.ts";

export class ScriptedSite implements Pick<SiteApi, "read" | "join" | "leave"> {
  epoch = "k";
  readonly #actionIds: string[] = [];
  /** Calls in order, such as `join 2` with its number of asks, `read k-3`, `leave`. */
  readonly calls: string[] = [];
  /** How many of the next calls fail. */
  failing = 0;
  /** A holder that may not join. */
  refused: string | null = null;
  /** Whether a join finds no route of the object. */
  isNew = false;
  /** How many asks of one call it answers. */
  most = Infinity;
  /** Answers are made at once, and arrive when this resolves. */
  gate: Promise<void> = Promise.resolve();

  get sequence(): number {
    return this.#actionIds.length;
  }

  /** Logs one occurrence, and returns its delivery. */
  log(actionId: string, after = this.sequence): Delivery {
    this.#actionIds.push(actionId);
    return this.delivery(after);
  }

  delivery(after: number, through = this.sequence): Delivery {
    const parts = this.#items(after)
      .filter(([sequence]) => sequence <= through)
      .map(([sequence, event]): Part => {
        return { kind: "events", first: sequence, last: sequence, text: JSON.stringify(event) };
      });
    return { epoch: this.epoch, after, through, parts };
  }

  beginEpoch(epoch: string): void {
    this.epoch = epoch;
    this.#actionIds.length = 0;
  }

  read(filter: Filter, since: Cursor | null): Promise<ReadResult> {
    const call = `read ${since ? `${since.epoch}-${since.sequence}` : "all"}`;
    return this.#answer(call, { filter, since }).then(([result]) => result as ReadResult);
  }

  async join({ asks, holder }: Join): Promise<JoinReply> {
    const results = await this.#answer(`join ${asks.length}`, ...asks.slice(0, this.most));
    return holder === this.refused
      ? { kind: "refused", message: "no more" }
      : { kind: "joined", isNew: this.isNew, results };
  }

  async leave(): Promise<void> {
    this.calls.push("leave");
  }

  async #answer(call: string, ...asks: readonly Ask[]): Promise<ReadResult[]> {
    this.calls.push(call);
    if (this.failing > 0) {
      this.failing -= 1;
      throw new Error("scripted failure");
    }
    const results = asks.map((ask) => this.#result(ask));
    await this.gate;
    return results;
  }

  #result({ filter, since }: Ask): ReadResult {
    const matches = matcher(filter);
    const cursor = { epoch: this.epoch, sequence: this.sequence };
    return since?.epoch === this.epoch
      ? { kind: "events", cursor, items: this.#items(since.sequence).filter(([, event]) => matches(event)) }
      : { kind: "snapshot", cursor, link: "up", asOf: 1, text: "" };
  }

  #items(after: number): (readonly [number, SiteEvent])[] {
    return this.#actionIds.slice(after).map((id, index) => [after + index + 1, SiteEvent.parse(failed(id))] as const);
  }
}
