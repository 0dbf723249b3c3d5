/**
 * A small stand-in for the Site object, for tests that need calls to fail or to be late. It has a log, and its answers
 * wait for a gate. It follows the contract of `site/api.ts`.
 */
import { type Cursor, type Filter, matcher, SiteEvent } from "@pbxis/shared";
import type { Delivery, Part, ReadResult, ScopeRef, SiteApi } from "../site/api.ts";
import { failed } from "./events.ts";

export class ScriptedSite implements Pick<SiteApi, "read" | "join" | "leave"> {
  epoch = "k";
  readonly #actionIds: string[] = [];
  /** Calls in order, such as `join`, `read k-3`, `leave`. */
  readonly calls: string[] = [];
  /** How many of the next calls fail. */
  failing = 0;
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
    return this.#answer(`read ${since ? `${since.epoch}-${since.sequence}` : "all"}`, filter, since);
  }

  join(_ref: ScopeRef, _interest: Filter, filter: Filter, since: Cursor | null): Promise<ReadResult> {
    return this.#answer("join", filter, since);
  }

  async leave(): Promise<void> {
    this.calls.push("leave");
  }

  async #answer(call: string, filter: Filter, since: Cursor | null): Promise<ReadResult> {
    this.calls.push(call);
    if (this.failing > 0) {
      this.failing -= 1;
      throw new Error("scripted failure");
    }
    const matches = matcher(filter);
    const cursor = { epoch: this.epoch, sequence: this.sequence };
    const result: ReadResult =
      since?.epoch === this.epoch
        ? { kind: "events", cursor, items: this.#items(since.sequence).filter(([, event]) => matches(event)) }
        : { kind: "snapshot", cursor, link: "up", asOf: 1, events: [] };
    await this.gate;
    return result;
  }

  #items(after: number): (readonly [number, SiteEvent])[] {
    return this.#actionIds.slice(after).map((id, index) => [after + index + 1, SiteEvent.parse(failed(id))] as const);
  }
}
