/**
 * A site's states, and which of them concern an agent or a queue. Most snapshots are of one agent or one queue, and a
 * big site has ten thousand states: searching all of them for each of a thousand agents who open their pages at once
 * would keep the site busy for seconds. Pure, except that it is changed in place.
 */
import type { Filter, SiteEvent } from "@pbxis/shared";
import { groupsFor, groupsOf } from "./groups.ts";

export class StateIndex extends Map<string, SiteEvent> {
  /** Keys of states, by group. */
  readonly #groups = new Map<string, Set<string>>();

  static of(states: ReadonlyMap<string, SiteEvent>): StateIndex {
    const index = new StateIndex();
    for (const [key, event] of states) index.set(key, event);
    return index;
  }

  override set(key: string, event: SiteEvent): this {
    if (!this.has(key))
      for (const group of groupsOf(event)) {
        const keys = this.#groups.get(group);
        if (keys) keys.add(key);
        else this.#groups.set(group, new Set([key]));
      }
    return super.set(key, event);
  }

  override delete(key: string): boolean {
    const event = this.get(key);
    for (const group of event ? groupsOf(event) : []) {
      const keys = this.#groups.get(group);
      keys?.delete(key);
      if (keys?.size === 0) this.#groups.delete(group);
    }
    return super.delete(key);
  }

  override clear(): void {
    this.#groups.clear();
    super.clear();
  }

  /** All states that `filter` may let through. The caller checks each by the matcher, which alone decides (EV10). */
  candidates(filter: Filter): ReadonlyMap<string, SiteEvent> {
    const groups = groupsFor(filter);
    if (groups === null) return this;
    const found = new Map<string, SiteEvent>();
    for (const group of groups)
      for (const key of this.#groups.get(group) ?? []) {
        const event = this.get(key);
        if (event) found.set(key, event);
      }
    return found;
  }
}
