/** The last published value of each state. Only what differs from it is published (EV11). */
import { diffStates, type SiteEvent, type StateMap, sameState, stateMapOf } from "@pbxis/shared";

type LastPublished = Readonly<{
  /** `key` is that of StateRef. */
  valueOf(key: string): SiteEvent | undefined;
  /**
   * Appends the state to `events` if it differs, and remembers it as published. Without `after` the state no longer
   * exists; its neutral value (EV12) is then published as of `at` (ms).
   */
  publish(key: string, after: SiteEvent | undefined, at: number, events: SiteEvent[]): void;
  /** The same for all states at once: `all` are those that exist. Returns what to publish. */
  publishAll(all: Iterable<SiteEvent>, at: number): SiteEvent[];
  snapshot(): SiteEvent[];
}>;

export function createLastPublished(): LastPublished {
  const published: StateMap = new Map();

  function publish(key: string, after: SiteEvent | undefined, at: number, events: SiteEvent[]): void {
    const before = published.get(key);
    if (!after) {
      published.delete(key);
      if (before) events.push(...diffStates(new Map([[key, before]]), new Map(), at));
    } else if (!before || !isSame(before, after)) {
      published.set(key, after);
      events.push(after);
    }
  }

  function publishAll(all: Iterable<SiteEvent>, at: number): SiteEvent[] {
    const after = stateMapOf(all);
    // `diffStates` compares more strictly than `isSame`. Where `isSame` sees no change, give it the same event twice.
    for (const [key, event] of after) {
      const before = published.get(key);
      if (before && isSame(before, event)) after.set(key, before);
    }
    const events = diffStates(published, after, at);
    published.clear();
    for (const [key, event] of after) published.set(key, event);
    return events;
  }

  return { valueOf: (key) => published.get(key), publish, publishAll, snapshot: () => [...published.values()] };
}

/** The longest hold time grows while a caller waits: that alone is no change. */
function isSame(one: SiteEvent, other: SiteEvent): boolean {
  if (one.type !== "queueSummary" || other.type !== "queueSummary") return sameState(one, other);
  return sameState(one, { ...other, longestHoldTime: one.longestHoldTime });
}
